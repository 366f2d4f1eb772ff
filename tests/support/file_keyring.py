"""A keyring as the library knows them, in a file that FILE_KEYRING names: for daemons and commands that tests start."""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend


class FileKeyring(KeyringBackend):
    priority = 1

    def _read(self) -> dict[str, str]:
        try:
            return dict(json.loads(Path(os.environ["FILE_KEYRING"]).read_text()))
        except FileNotFoundError:
            return {}

    def _write(self, kept: dict[str, str]) -> None:
        Path(os.environ["FILE_KEYRING"]).write_text(json.dumps(kept))

    def get_password(self, service: str, username: str) -> str | None:
        return self._read().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write({**self._read(), f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        self._write({name: one for name, one in self._read().items() if name != f"{service}/{username}"})
