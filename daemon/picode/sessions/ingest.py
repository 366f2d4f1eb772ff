"""From the bytes that were added to a session file to the index: words to search, and where the entries lie."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from picode.sessions.display import PAID, cost_of
from picode.sessions.entries import fields
from picode.sessions.offsets import pack, seal, unpack
from picode.sessions.scan import Scan, take
from picode.sessions.texts import text_of

BATCH = 256 * 1024
"""Bytes of one transaction, so that nobody waits long for the database."""
LONGEST_LINE = 64 * 1024 * 1024
MOST_CHUNKS = 64


@dataclass
class Reading:
    """How far the words of a file were read."""

    number: int
    read: int
    entries: int
    last: str | None
    unread: int
    cost: float


def begin(database: sqlite3.Connection, path: str, file: BinaryIO) -> Reading | None:
    """Where reading goes on; from the first byte when what was read is no longer there. None: nothing is new."""
    seen = os.fstat(file.fileno())
    database.execute("INSERT OR IGNORE INTO files(path) VALUES(?)", (path,))
    number, read, was, size, mtime, entries, last, unread, cost = database.execute(
        "SELECT number, read, read_seal, read_size, read_mtime, entries, last, unread, cost FROM files WHERE path=?",
        (path,),
    ).fetchone()
    if (size, mtime) == (seen.st_size, seen.st_mtime_ns):
        return None
    grown = seen.st_size > size >= read and (not read or was == seal(file.fileno(), read))
    if not grown:
        forget_words(database, number)
        read, entries, last, unread, cost = 0, 0, None, 0, 0.0
    file.seek(read)
    return Reading(number, read, entries, last, unread, cost)


def step(database: sqlite3.Connection, file: BinaryIO, at: Reading) -> bool:
    """Take in the next lines; False when there are no more whole ones."""
    batch = Scan({}, size=at.read)
    lines: list[bytes] = []
    while at.read - batch.size < BATCH:
        line = file.readline(LONGEST_LINE)
        if not line.endswith(b"\n"):
            break
        if not at.read and not _session(line):
            break
        if take(batch, line, at.read) and len(batch.tree) > len(lines):
            lines.append(line)
        at.read += len(line)
    if at.read == batch.size:
        return False
    with transaction(database):
        _words(database, batch, lines, at)
        _entries(database, batch, lines, at)
        database.execute(
            "UPDATE files SET read=?, read_seal=?, entries=?, last=?, unread=?, cost=? WHERE number=?",
            (at.read, seal(file.fileno(), at.read), at.entries, at.last, at.unread, at.cost, at.number),
        )
    return True


def end(database: sqlite3.Connection, at: Reading, seen: os.stat_result) -> None:
    """All of the file that `seen` stands for was read."""
    blobs = database.execute("SELECT packed FROM chunks WHERE file=? ORDER BY first", (at.number,)).fetchall()
    tree = unpack([blob for (blob,) in blobs])
    own_ids = len(set(tree.ids)) == len(tree)
    with transaction(database):
        if own_ids and len(blobs) > MOST_CHUNKS:
            database.execute("DELETE FROM chunks WHERE file=?", (at.number,))
            database.execute("INSERT INTO chunks VALUES(?, 0, ?)", (at.number, pack(tree, None)))
        database.execute(
            "UPDATE files SET read_size=?, read_mtime=?, own_ids=? WHERE number=?",
            (seen.st_size, seen.st_mtime_ns, own_ids, at.number),
        )


def forget(database: sqlite3.Connection, number: int) -> None:
    """Leave nothing of a file in the index."""
    forget_words(database, number)
    database.execute("DELETE FROM files WHERE number=?", (number,))


def forget_words(database: sqlite3.Connection, number: int) -> None:
    """Leave nothing of what was read of a file; what a list shows of it stays."""
    with transaction(database):
        database.execute("DELETE FROM words WHERE rowid IN (SELECT number FROM said WHERE file=?)", (number,))
        database.execute("DELETE FROM said WHERE file=?", (number,))
        database.execute("DELETE FROM chunks WHERE file=?", (number,))
        database.execute(
            "UPDATE files SET read=0, read_size=-1, entries=0, own_ids=0 WHERE number=?", (number,)
        )


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _session(line: bytes) -> bool:
    return not line.strip() or (fields(line) or {}).get("type") == "session"


def _words(database: sqlite3.Connection, batch: Scan, lines: list[bytes], at: Reading) -> None:
    (highest,) = database.execute("SELECT coalesce(max(number), 0) FROM said").fetchone()
    said: list[tuple[int, int, str, str, int]] = []
    words: list[tuple[int, str]] = []
    for position, line in enumerate(lines):
        found = text_of(batch.tree.kinds[position], line)
        if found is not None:
            role, text, time = found
            number = highest + len(said) + 1
            said.append((number, at.number, batch.tree.ids[position], role, time))
            words.append((number, text))
    database.executemany("INSERT INTO said VALUES(?, ?, ?, ?, ?)", said)
    database.executemany("INSERT INTO words(rowid, text) VALUES(?, ?)", words)


def _entries(database: sqlite3.Connection, batch: Scan, lines: list[bytes], at: Reading) -> None:
    for position, line in enumerate(lines):
        if batch.tree.kinds[position] in PAID:
            at.cost += cost_of(line)
    if lines:
        packed = pack(batch.tree, at.last)
        database.execute("INSERT INTO chunks VALUES(?, ?, ?)", (at.number, at.entries, packed))
    at.entries += len(lines)
    at.last = batch.leaf or at.last
    at.unread += batch.unread
