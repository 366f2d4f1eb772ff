"""Zellij servers that are just starting and terminals that are just attaching: nobody else calls `zellij` meanwhile.

A call probes every session's socket. That can end a server which is just starting, and can cost a terminal its
connection when both are given the same client number. So who starts or attaches says so first, in a file.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

FILE = "zellij-starts"
LOCK = "zellij-starts.lock"
CALLS = "zellij-calls.lock"
WITHIN = 0.6
"""Seconds after an announcement in which no call begins."""
UP_WITHIN = 3.0
"""Seconds after an announcement in which the new server's socket appears."""
TURN_WITHIN = 10.0
CALL_WITHIN = 3.0
"""Seconds that a call which is under way may take."""


def announce(runtime: Path, session: str = "") -> None:
    """Say that a server is about to start, or a terminal about to attach; `session`: the new one's name."""
    (runtime / FILE).write_text(session)


def left(runtime: Path) -> float:
    """Seconds until `zellij` may be called."""
    try:
        age = time.time() - (runtime / FILE).stat().st_mtime
    except OSError:
        return 0.0
    return WITHIN - age if 0 <= age < WITHIN else 0.0


def begun(runtime: Path) -> str:
    """The session whose start was announced last, while its server may still be coming up."""
    try:
        age = time.time() - (runtime / FILE).stat().st_mtime
        return (runtime / FILE).read_text() if 0 <= age < UP_WITHIN else ""
    except (OSError, ValueError):
        return ""


@contextlib.contextmanager
def turn(runtime: Path) -> Iterator[None]:
    """One at a time, waited for a while at most. It ends at the latest when another program takes the process over."""
    descriptor = os.open(runtime / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        until = time.monotonic() + TURN_WITHIN
        while time.monotonic() < until:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def call(runtime: Path) -> Iterator[None]:
    """A call of `zellij` is under way; any number of them at the same moment."""
    descriptor = -1
    try:
        with contextlib.suppress(OSError):  # without the directory nobody starts anything either
            descriptor = os.open(runtime / CALLS, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield
    finally:
        if descriptor != -1:
            os.close(descriptor)


def wait_for_calls(runtime: Path) -> None:
    """After an announcement: until the calls that were under way have ended; new ones do not begin."""
    descriptor = os.open(runtime / CALLS, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        until = time.monotonic() + CALL_WITHIN
        while time.monotonic() < until:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except OSError:
                time.sleep(0.01)
    finally:
        os.close(descriptor)
