"""The file that says which providers have a key, and holds those that are in no keyring: encrypted, its owner's only.

    {"version": 2,
     "master": {"from": "keyring", "id": "…", "check": "…"},        where the key of this file is, see `master`
     "keys": {"openai": {"keyring": true},                          it is in the keyring
              "gemini": {"sealed": "…", "type": "api_key"},         it is here
              "mine": {"command": "pass show mine"}}}               this says it

Version 1 held keys in the clear; they are read, and sealed when the file is next written.
"""

import contextlib
import fcntl
import json
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from picode.errors import BadData, DiskFailed, NotAllowed, TryLater

VERSION = 2
FREE_WITHIN = 20.0
"""Seconds that another process may hold the file."""
State = tuple[int, int, int, int]


@dataclass
class Kept:
    """What the file says; what is not known here survives."""

    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    master: dict[str, Any] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)


def state(file: Path) -> State | None:
    """Changes whenever the file does; None: there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_mode, found.st_ino


def read_private(file: Path, what: str = "holds keys") -> bytes | None:
    """What is in a file that nobody else can read; None: there is none. Raises NotAllowed, DiskFailed."""
    try:
        with file.open("rb") as opened:
            found = os.fstat(opened.fileno())
            text = opened.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DiskFailed(f"The file {file} cannot be read: {error.strerror}.") from error
    if stat.S_IMODE(found.st_mode) & 0o077 or found.st_uid != os.getuid():
        raise NotAllowed(f"The file {file} {what} and can be read by others.", f"Run: chmod 600 {file}")
    return text


def read(file: Path) -> Kept:
    """Raises BadData, NotAllowed, DiskFailed."""
    text = read_private(file)
    if text is None:
        return Kept()
    try:
        whole = json.loads(text)
        keys, master = whole.pop("keys"), whole.pop("master", {})
        if not isinstance(master, dict) or not all(isinstance(entry, dict) for entry in keys.values()):
            raise TypeError
        newer = int(whole.pop("version", 1)) > VERSION
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadData(
            f"The file {file} is no file of keys.",
            "Remove it, and add the keys again with `picode auth add`.",
        ) from error
    if newer:
        raise BadData(f"The file {file} was written by a newer PiCode.", "Update this one.")
    return Kept(keys, master, whole)


def write(file: Path, kept: Kept) -> None:
    """Whole or not at all, and readable by nobody else at any time. Raises DiskFailed."""
    whole = {**kept.rest, "version": VERSION, "master": kept.master, "keys": kept.keys}
    write_private(file, json.dumps(whole, indent=2).encode())


def write_private(file: Path, data: bytes) -> None:
    temporary = ""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.stem}")
        with os.fdopen(handle, "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(temporary, file)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise DiskFailed(f"The file {file} cannot be written: {error.strerror}.") from error


@contextlib.contextmanager
def locked(file: Path, what: str = "lock", wait: float = FREE_WITHIN) -> Iterator[None]:
    """Nobody else changes the file meanwhile; released however this process ends. Raises TryLater, DiskFailed."""
    path = file.with_suffix(f".{what}")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DiskFailed(f"The file {file} cannot be written: {error.strerror}.") from error
    try:
        until = time.monotonic() + wait
        while not _try(descriptor):
            if time.monotonic() > until:
                raise TryLater(f"Another process is changing {file}.", "Try again in a moment.")
            time.sleep(0.02)
        yield
    finally:
        os.close(descriptor)


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
