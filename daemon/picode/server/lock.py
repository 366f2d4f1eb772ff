"""One daemon per user: a lock on a file that lives as long as the process does, however it ends."""

import fcntl
import os
import time
from collections.abc import Callable

from picode.errors import DiskFailed, Unavailable
from picode.paths import Paths, make_private

FREE_WITHIN = 12.0
"""Seconds that a daemon which is ending may take; then the new one gives up."""


class Lock:
    """Held until `release` or the end of the process; what is written in the file is only for people to read."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor != -1:
            os.close(self._descriptor)
            self._descriptor = -1


def acquire(paths: Paths, running: Callable[[], bool]) -> Lock | None:
    """The lock, or None when another daemon has it and `running()` says that it answers.

    A daemon that holds it and does not answer is starting or ending: wait for one or the other.
    """
    make_private(paths.runtime)
    try:
        descriptor = os.open(paths.daemon_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DiskFailed(
            f"The file {paths.daemon_lock} cannot be opened: {error.strerror}.", "Mend its permissions."
        ) from error
    until = time.monotonic() + FREE_WITHIN
    while not _try(descriptor):
        if running():
            os.close(descriptor)
            return None
        if time.monotonic() > until:
            os.close(descriptor)
            raise Unavailable(
                f"Another daemon{_holder(paths)} holds {paths.daemon_lock} and does not answer.",
                "`picode daemon stop` ends it.",
            )
        time.sleep(0.01)
    os.truncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return Lock(descriptor)


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(paths: Paths) -> str:
    try:
        text = paths.daemon_lock.read_text().strip()
    except OSError:
        return ""
    return f" (process {text})" if text.isdigit() else ""
