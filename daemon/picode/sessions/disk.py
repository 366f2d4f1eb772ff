"""The bytes of a session file: opened, locked, appended whole or not at all, a torn end set aside."""

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path

from picode.errors import DiskFailed, Missing, TryLater

NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)


def open_file(path: Path) -> tuple[int, bool]:
    """A descriptor that appends, and whether it may; a file that only can be read is opened for that."""
    try:
        return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC), True
    except FileNotFoundError as error:
        raise Missing(
            f"There is no session file {path}.", "`picode sessions` lists those that are there."
        ) from error
    except IsADirectoryError as error:
        raise Missing(f"{path} is a directory, not a session file.") from error
    except OSError:
        return open_to_read(path), False


def open_to_read(path: Path) -> int:
    """A descriptor that only reads."""
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise Missing(
            f"There is no session file {path}.", "`picode sessions` lists those that are there."
        ) from error
    except OSError as error:
        raise failed(path, "read", error) from error


def create(path: Path) -> int:
    """A new file that appends, and its directory."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise failed(path, "made", error) from error


def lock(descriptor: int, path: Path) -> None:
    """Keep other processes that ask for a lock away until the descriptor is closed."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise TryLater(
            f"The conversation {path} is open in another process{_holder(descriptor)}.",
            "Close it there, or begin another one.",
        ) from error
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise failed(path, "locked", error) from error


def _holder(descriptor: int) -> str:
    """Who has the lock, where the system tells."""
    with suppress(OSError, ValueError, IndexError):
        inode = os.fstat(descriptor).st_ino
        for line in Path("/proc/locks").read_text().splitlines():
            words = line.split()
            if words[1] == "FLOCK" and words[5].endswith(f":{inode}"):
                return f" (number {words[4]})"
    return ""


def append(descriptor: int, path: Path, data: bytes, before: int = 0) -> None:
    """Write `data` at the end, which is at `before`. When that fails, what was written of it is taken back, and
    nothing has changed."""
    written = 0
    try:
        written = os.write(descriptor, data)
        while written < len(data):
            written += os.write(descriptor, memoryview(data)[written:])
    except OSError as error:
        take_back(descriptor, before, written)
        raise failed(path, "written", error) from error


def take_back(descriptor: int, before: int, written: int) -> None:
    """Cut the file to `before` bytes, unless somebody else has written behind ours."""
    with suppress(OSError):
        if written and os.fstat(descriptor).st_size == before + written:
            os.ftruncate(descriptor, before)


def set_aside(descriptor: int, path: Path, start: int, now: int) -> Path:
    """Move the bytes from `start` on into a file next to it; raises OSError, and then nothing has changed."""
    torn = os.pread(descriptor, os.fstat(descriptor).st_size - start, start)
    aside = path.with_name(f"{path.name}.torn-{now}")
    write_whole(aside, torn)
    os.ftruncate(descriptor, start)
    return aside


def write_whole(path: Path, content: bytes) -> None:
    """Make `path` hold `content`, on the disk and all at once; raises OSError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_directory(path.parent)


def sync(descriptor: int) -> None:
    """Wait until the disk has the file; raises OSError."""
    getattr(os, "fdatasync", os.fsync)(descriptor)


def sync_directory(directory: Path) -> None:
    """Wait until the disk has the names in `directory`; some file systems cannot, and that is no error."""
    with suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def failed(path: Path, what: str, error: OSError, kind: str = "session file") -> DiskFailed:
    """One sentence for a person."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DiskFailed(
            f"The {kind} {path} cannot be {what}: the disk is full.",
            "Make room and try again; what was written before is whole.",
        )
    return DiskFailed(
        f"The {kind} {path} cannot be {what}: {error.strerror}.",
        "Mend the permissions of its directory, or set PICODE_HOME to a directory that you own.",
    )
