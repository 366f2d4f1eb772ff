"""The key of the encrypted file: from the keyring, from a passphrase, or, where there is neither, from a file of its
owner's in another directory.

The file of keys says which (`{"from": "keyring", "id": …, "check": …}`), and `check` tells a wrong key.
"""

import base64
import binascii
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from picode.credentials import seal
from picode.credentials.file import read_private, write_private
from picode.credentials.keyring import Ring
from picode.credentials.secret import Secret
from picode.errors import DiskFailed, NotAllowed, UsageError

PASSPHRASE = "PICODE_PASSPHRASE"
CHECK = "check of the master key"
SHORTEST = 8
"""Characters of a passphrase."""


class Locked(NotAllowed):
    """The key of the file is not to be had now."""


def take_passphrase(environ: "os._Environ[str] | dict[str, str]") -> Secret | None:
    """What the environment says, and takes it out: no child of this process is to have it."""
    value = environ.pop(PASSPHRASE, "")
    return Secret(value) if value else None


class Master:
    """`of` gives the key for what a file says; `made` and `drop` are for `rotate`."""

    def __init__(self, directory: Path, ring: Ring, ask: Callable[[], Secret | None]) -> None:
        """`directory`: for files of keys, where there is no keyring; `ask`: for the passphrase; None: there is
        nobody to ask."""
        self.directory, self._ring, self._ask = directory, ring, ask
        self._passphrase: Secret | None = None
        self._stretched: dict[str, bytes] = {}

    def give(self, passphrase: Secret) -> None:
        """The passphrase is this from now on, until the process ends."""
        self._passphrase = passphrase
        self._stretched.clear()

    def given(self) -> Secret | None:
        """The passphrase that this process has."""
        return self._passphrase

    def offered(self) -> Secret | None:
        """The same, or the one that a person types now."""
        if self._passphrase is None:
            self._passphrase = self._ask()
        return self._passphrase

    def of(self, said: dict[str, Any], wait: float | None = None) -> bytes:
        """The key. Raises Locked when it is not there, and when it is another one."""
        key = self._key(said, wait)
        try:
            seal.unseal(key, CHECK, said.get("check"))
        except seal.Unsealable:
            self._passphrase = None if said.get("from") == "passphrase" else self._passphrase
            self._stretched.clear()
            raise Locked(*_wrong(said)) from None
        return key

    def _key(self, said: dict[str, Any], wait: float | None) -> bytes:
        match said.get("from"):
            case "keyring":
                if text := self._ring.get(_entry(said), wait):
                    return _decoded(text)
                raise Locked(
                    "The keys are encrypted, and the keyring that has the key for them does not answer.",
                    "Unlock the keyring; or remove the keys with `picode auth remove`, and add them again.",
                )
            case "file":
                path = self._file(said)
                if text := (read_private(path, "opens the kept keys") or b"").decode(errors="replace"):
                    return _decoded(text)
                raise Locked(
                    f"The keys are encrypted, and the file {path} that opens them is gone.",
                    "Remove the keys with `picode auth remove`, and add them again.",
                )
            case "passphrase":
                return self._of_passphrase(said)
        raise Locked("The keys are encrypted in a way that is not known here.", "Update PiCode.")

    def _of_passphrase(self, said: dict[str, Any]) -> bytes:
        passphrase = self.offered()
        if passphrase is None:
            raise Locked("The keys are locked with a passphrase.", "Run `picode auth unlock`.")
        salt = str(said.get("salt"))
        if salt not in self._stretched:
            self._stretched[salt] = seal.stretched(passphrase.reveal(), said)
        return self._stretched[salt]

    def is_open(self, said: dict[str, Any]) -> bool:
        """Whether `of` answers at once."""
        match said.get("from"):
            case "keyring":
                return self._ring.known(_entry(said))
            case "passphrase":
                return str(said.get("salt")) in self._stretched
        return True

    def made(self, passphrase: Secret | None) -> tuple[dict[str, Any], bytes]:
        """A new key and what the file is to say of it; it is kept by the time that this returns."""
        if passphrase is not None:
            if len(passphrase.reveal()) < SHORTEST:
                raise UsageError(f"A passphrase has at least {SHORTEST} characters.")
            said = {"from": "passphrase", **seal.new_salt()}
            key = seal.stretched(passphrase.reveal(), said)
            self.give(passphrase)
            self._stretched[str(said["salt"])] = key
        else:
            said, key = {"from": "keyring", "id": os.urandom(8).hex()}, seal.new_key()
            text = base64.b64encode(key).decode()
            if not self._ring.put(_entry(said), text):
                said["from"] = "file"
                write_private(self._file(said), text.encode())
        said["check"] = seal.seal(key, CHECK, {})
        return said, key

    def drop(self, said: dict[str, Any]) -> None:
        """Forget a key that opens nothing any more."""
        if said.get("from") == "keyring":
            self._ring.drop(_entry(said))
        elif said.get("from") == "file":
            try:
                self._file(said).unlink(missing_ok=True)
            except OSError as error:
                raise DiskFailed(
                    f"The file {self._file(said)} cannot be removed: {error.strerror}."
                ) from error

    def _file(self, said: dict[str, Any]) -> Path:
        name = "".join(char for char in str(said.get("id")) if char.isalnum())
        return self.directory / f"{name}.key"


def _entry(said: dict[str, Any]) -> str:
    return f"key of the encrypted file {said.get('id')}"


def _decoded(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise Locked(
            "The key of the encrypted file is broken.",
            "Remove the keys with `picode auth remove`, and add them again.",
        )
    return key


def _wrong(said: dict[str, Any]) -> tuple[str, str]:
    if said.get("from") == "passphrase":
        return "This is not the passphrase of the kept keys.", "Run `picode auth unlock`."
    return (
        "The kept keys were encrypted with another key than the one that is here.",
        "Remove them with `picode auth remove`, and add them again.",
    )
