"""The child process that reads, parses and writes a project's index: `python -m picode.context.index.worker DB ROOT`.

A line on standard input asks for a look: `{"changed": ["a.py"]}`, or `{"changed": null}` for all files. Lines on
standard output tell how far it is and what came of it. What a single file may cost is bounded: a grammar that hangs
on it, crashes or eats memory ends this process, the file's name is left behind, and the next process marks the file.
"""

import json
import logging
import os
import resource
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from picode.context.index.database import inode_of, open_to_write
from picode.context.index.sync import mark_failed, sync

SECONDS = float(os.environ.get("PICODE_INDEX_SECONDS") or 10)
"""Of the processor, for one file."""
MEMORY = 2 * 1024**3
"""Bytes of address space."""


def main() -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    os.nice(10)
    bound_memory()
    database, root = Path(sys.argv[1]), Path(sys.argv[2])
    connection, why = open_to_write(database)
    current = current_of(database)
    with open(current, "a+b") as file:
        mark_what_was_left(connection, root, current)
        _tell(ready=True, anew=why)
        _serve(connection, database, root, guarded(file.fileno()))
    return 0


def current_of(database: Path) -> Path:
    """Where the name of the file is that is being parsed."""
    return Path(f"{database}.current")


def mark_what_was_left(connection: sqlite3.Connection, root: Path, current: Path) -> None:
    """The process before this one died with a file in its hands."""
    left = os.fsdecode(current.read_bytes())
    if left:
        mark_failed(connection, root, left)
        os.truncate(current, 0)


def guarded(descriptor: int) -> Callable[[str], AbstractContextManager[object]]:
    """Bounds what a file may cost; `descriptor`: the file that takes its name meanwhile."""

    @contextmanager
    def guard(path: str) -> Iterator[None]:
        name = os.fsencode(path)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, name)
        # nobody handles the signal: it ends the process also in the middle of a grammar's loop
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            os.ftruncate(descriptor, 0)

    return guard


def bound_memory() -> None:
    try:
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        limit = MEMORY if most == resource.RLIM_INFINITY else min(MEMORY, most)
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        pass  # macOS bounds no address space


def _serve(
    connection: sqlite3.Connection,
    database: Path,
    root: Path,
    guard: Callable[[str], AbstractContextManager[object]],
) -> None:
    inode = inode_of(database)
    for line in sys.stdin:
        changed = json.loads(line)["changed"]
        try:
            if inode_of(database) != inode:
                # somebody deleted it: that is allowed
                connection.close()
                connection, _ = open_to_write(database)
                inode, changed = inode_of(database), None
            read = sync(connection, root, changed, guard, lambda done, of: _tell(done=done, of=of))
            _tell(read=read)
        except (sqlite3.Error, OSError) as error:
            _tell(failed=f"{type(error).__name__}: {error}")


def _tell(**facts: object) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    sys.exit(main())
