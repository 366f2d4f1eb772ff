"""A session that lives must not be resurrected.

A client that comes misses a living session now and then, takes it for a dead one, and begins it anew from what Zellij
has saved of it, under the same socket: nobody can reach the living one any more, nor the shells in it. So what is saved
is put aside while a client comes to a session that lives. It then finds none of that name, and comes again.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

SAVED = "session-layout.kdl"
ASIDE = "session-layout.kdl.picode"


@contextlib.contextmanager
def put_aside(directory: Path) -> Iterator[None]:
    """`directory`: where Zellij saves the session. One process at a time may do this."""
    with contextlib.suppress(OSError):
        os.replace(directory / SAVED, directory / ASIDE)
    try:
        yield
    finally:
        _put_back(directory)


def put_back(sessions: Path) -> None:
    """What a process left aside that was killed. `sessions`: the directory of all of them."""
    for found in sessions.glob(f"*/{ASIDE}"):
        _put_back(found.parent)


def _put_back(directory: Path) -> None:
    with contextlib.suppress(OSError):
        if (directory / SAVED).exists():
            (directory / ASIDE).unlink()  # it was saved anew meanwhile
        else:
            os.rename(directory / ASIDE, directory / SAVED)
