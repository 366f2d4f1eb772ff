"""The directories of conversations: the one that is set, and those that clients name."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from picode.config import pi_settings
from picode.errors import BadData, Missing
from picode.paths import Paths, pi_directory
from picode.sessions.file import SessionFile
from picode.sessions.store import Store

PI = "pi"
FLAT = "PI_CODING_AGENT_SESSION_DIR"
"""Where pi keeps conversations without a folder for each directory."""


class Stores:
    """`setting`: `sessions.directory`. `main` is the store that it means; every other one is made when it is named."""

    def __init__(self, paths: Paths, setting: str, environ: Mapping[str, str]) -> None:
        self._paths = paths
        self.main = self._store(*place(paths, setting, environ))
        self._others: dict[str, Store] = {}

    def of(self, directory: str) -> Store:
        """The store of this directory; empty: `main`. Raises BadData."""
        if not directory:
            return self.main
        if not directory.startswith("/") or "\0" in directory:
            raise BadData(f"The directory {directory[:200]!r} is not an absolute path.")
        key = os.path.realpath(directory)
        if key == os.path.realpath(self.main.directory):
            return self.main
        if key not in self._others:
            self._others[key] = self._store(Path(key), True)
        return self._others[key]

    def find(self, name: str) -> SessionFile:
        """By id, the beginning of one, or path, in whichever store it is. Raises Missing, UsageError."""
        return self._holding(name).find(name)

    def path_of(self, name: str) -> Path:
        """The same, without opening it."""
        return self._holding(name).path_of(name)

    def close(self) -> None:
        for store in (self.main, *self._others.values()):
            store.close()

    def _holding(self, name: str) -> Store:
        if "/" in name:
            return next(
                (one for one in self._others.values() if one.directory == Path(name).parent), self.main
            )
        for store in (self.main, *self._others.values()):
            try:
                store.path_of(name)
                return store
            except Missing:
                continue
        return self.main

    def _store(self, directory: Path, flat: bool) -> Store:
        if directory == self._paths.sessions:
            return Store(directory)
        # what is ours is not put among what is somebody else's
        name = hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]
        return Store(directory, flat=flat, index=self._paths.sessions / f"index-{name}.sqlite")


def place(paths: Paths, setting: str, environ: Mapping[str, str]) -> tuple[Path, bool]:
    """Where conversations are, and whether all of them lie in one directory."""
    if not setting:
        return paths.sessions, False
    if setting != PI:
        return Path(os.path.abspath(os.path.expanduser(setting))), True
    if flat := environ.get(FLAT):
        return Path(os.path.abspath(os.path.expanduser(flat))), True
    own = pi_directory(environ)
    named = pi_settings.read(own / pi_settings.FILE)[0].get("sessionDir")
    flat = os.path.expanduser(named) if isinstance(named, str) else ""
    # one that begins where pi is started means nothing to a daemon
    return (Path(os.path.normpath(flat)), True) if os.path.isabs(flat) else (own / "sessions", False)
