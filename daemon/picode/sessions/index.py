"""What is known of all conversations without reading them: for lists, for searching, for opening long ones.

Everything in it comes from the session files and may be deleted at any time. What a list shows is brought up to date
when it is asked for; words are read in a thread that ends when it is done. Only bytes that were added are read.
"""

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path

import msgspec

from picode.protocol.values import ConversationInfo, Hit
from picode.sessions import ingest
from picode.sessions.database import Database
from picode.sessions.offsets import scan_of, seal, true_of, unpack
from picode.sessions.scan import Scan
from picode.sessions.searching import matching
from picode.sessions.survey import Seen, Survey, survey

AT_ONCE = 500
"""Files of one query; SQLite bounds the number of its parameters."""
AT_MOST = 5
"""Times that a search begins again because the index was broken."""
ENDED_WITHIN = 5.0
"""Seconds that the thread may take for the lines that it is at."""
log = logging.getLogger(__name__)


class Index:
    """`files()` tells which session files there are. Every method may be called in any thread, and may block."""

    def __init__(self, path: Path, files: Callable[[], list[Seen]]) -> None:
        self._database = Database(path)
        self._files = files
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ending = False

    def infos(self, seen: Sequence[Seen]) -> list[ConversationInfo | None]:
        """What a list shows of each; None for what is no session."""
        found: list[ConversationInfo | None] = []
        for at in range(0, len(seen), AT_ONCE):
            some = seen[at : at + AT_ONCE]
            try:
                found += self._database.run(lambda database, some=some: _infos(database, some))  # type: ignore[misc]
            except (sqlite3.Error, OSError) as error:
                self._database.tell(f"cannot be used ({error})")
                found += [_bare(one) for one in some]
        return found

    def search(
        self, words: str, ours: Callable[[str], bool] | None, limit: int, patience: float
    ) -> tuple[list[Hit], int]:
        """Hits, newest first, in conversations whose directory is `ours`; and in how many files there is more to
        read, when that takes longer than `patience` seconds. Raises sqlite3.Error."""
        while True:
            made = self._database.made_anew
            pending = self._pending()
            if pending:
                self.wake().join(patience)
                pending = self._pending()
            hits = self._database.run(lambda database: matching(database, words, ours, limit))
            if self._database.made_anew == made or made >= AT_MOST:
                return hits, pending

    def known(self, path: str, descriptor: int) -> Scan | None:
        """What reading the file's beginning would find; None when it must be read."""
        try:
            return self._database.run(lambda database: _known(database, path, descriptor))
        except (sqlite3.Error, OSError, msgspec.MsgspecError, ValueError) as error:
            self._database.tell(f"cannot be used ({error})")
            return None

    def wake(self) -> threading.Thread:
        """Read what is new, in a thread that ends when nothing is."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._read, name="index of conversations", daemon=True)
                self._thread.start()
            return self._thread

    def forget(self, path: str) -> None:
        """Leave nothing of this file in the index, nor in its free pages."""
        with suppress(sqlite3.Error, OSError):
            self._database.run(lambda database: _forget(database, path))

    def close(self) -> None:
        """End the thread; what it has not read it reads another time."""
        self._ending = True
        if self._thread is not None:
            self._thread.join(ENDED_WITHIN)

    def _pending(self) -> int:
        """How many files hold what cannot be found yet; those that are gone are forgotten, lists brought up to date."""
        seen = self._files()
        facts, read, numbers = self._database.run(_sizes)
        for path in numbers.keys() - {one.path for one in seen}:
            self._database.run(lambda database, number=numbers[path]: ingest.forget(database, number))  # type: ignore[misc]
        self.infos([one for one in seen if facts.get(one.path) != (one.size, one.mtime)])
        return sum(read.get(one.path) != (one.size, one.mtime) for one in seen)

    def _read(self) -> None:
        with suppress(OSError, AttributeError):  # on Linux each thread has a niceness of its own
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
        try:
            self._database.run(self._read_all)
        except (sqlite3.Error, OSError) as error:
            self._database.tell(f"cannot be written ({error})")
        except Exception:
            log.exception("the index of conversations cannot be made")

    def _read_all(self, database: sqlite3.Connection) -> None:
        _, read, _ = _sizes(database)
        for one in sorted(self._files()):  # oldest first: what was said last gets the highest number
            if self._ending:
                return
            if read.get(one.path) != (one.size, one.mtime):
                with suppress(OSError):
                    self._read_one(database, one.path)

    def _read_one(self, database: sqlite3.Connection, path: str) -> None:
        with open(path, "rb") as file:
            seen = os.fstat(file.fileno())
            at = ingest.begin(database, path, file)
            if at is None:
                return
            while ingest.step(database, file, at):
                if self._ending:
                    return
            ingest.end(database, at, seen)


def _infos(database: sqlite3.Connection, seen: Sequence[Seen]) -> list[ConversationInfo | None]:
    marks = ",".join("?" * len(seen))
    rows = database.execute(
        f"SELECT path, size, mtime, id, cwd, name, first, created, messages FROM files WHERE path IN ({marks})",
        [one.path for one in seen],
    )
    known = {row[0]: row for row in rows}
    found: list[ConversationInfo | None] = []
    fresh: list[tuple[object, ...]] = []
    for one in seen:
        row = known.get(one.path)
        if row is None or row[1] != one.size or row[2] != one.mtime:
            # of the same size and another time: somebody wrote it anew
            now = survey(Path(one.path), _before(database, one.path) if row and row[1] != one.size else None)
            facts = astuple(now) if now is not None else (None,) * 6 + (0, -1, None)
            fresh.append((one.path, one.size, one.mtime, *facts))
            found.append(now.info(one.path, one.mtime) if now is not None else None)
        elif row[3] is None:
            found.append(None)
        else:
            found.append(
                ConversationInfo(
                    row[3], one.path, row[4], row[5], row[6], row[7], one.mtime // 1_000_000, row[8]
                )
            )
    if fresh:
        with ingest.transaction(database):
            database.executemany(UPSERT, fresh)
    return found


def _before(database: sqlite3.Connection, path: str) -> Survey | None:
    row = database.execute(
        "SELECT id, cwd, name, first, created, messages, counted, named, seal FROM files WHERE path=?",
        (path,),
    ).fetchone()
    return Survey(*row) if row is not None and row[0] is not None else None


UPSERT = """
INSERT INTO files(path, size, mtime, id, cwd, name, first, created, messages, counted, named, seal)
VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT(path) DO UPDATE SET size=excluded.size, mtime=excluded.mtime, id=excluded.id, cwd=excluded.cwd,
name=excluded.name, first=excluded.first, created=excluded.created, messages=excluded.messages,
counted=excluded.counted, named=excluded.named, seal=excluded.seal
"""


def _bare(one: Seen) -> ConversationInfo | None:
    found = survey(Path(one.path))
    return found.info(one.path, one.mtime) if found is not None else None


Sizes = dict[str, tuple[int, int]]


def _sizes(database: sqlite3.Connection) -> tuple[Sizes, Sizes, dict[str, int]]:
    """By path: size and time when lists were made and when words were read, and numbers."""
    rows = database.execute("SELECT path, size, mtime, read_size, read_mtime, number FROM files").fetchall()
    return (
        {row[0]: row[1:3] for row in rows},
        {row[0]: row[3:5] for row in rows},
        {row[0]: row[5] for row in rows},
    )


def _known(database: sqlite3.Connection, path: str, descriptor: int) -> Scan | None:
    row = database.execute(
        "SELECT number, read, read_seal, read_size, read_mtime, entries, unread, cost FROM files"
        " WHERE path=? AND read>0 AND own_ids",
        (path,),
    ).fetchone()
    if row is None:
        return None
    number, read, was, size, mtime, entries, unread, cost = row
    seen = os.fstat(descriptor)
    same = mtime == seen.st_mtime_ns if seen.st_size == size else seen.st_size > max(size, read)
    if not same or seal(descriptor, read) != was:
        return None
    blobs = database.execute("SELECT packed FROM chunks WHERE file=? ORDER BY first", (number,)).fetchall()
    tree = unpack([blob for (blob,) in blobs])
    if len(tree) != entries or not true_of(tree, descriptor):
        return None
    found = scan_of({}, tree, read)
    found.unread, found.cost, found.costed = unread, cost, entries
    return found


def _forget(database: sqlite3.Connection, path: str) -> None:
    row = database.execute("SELECT number FROM files WHERE path=?", (path,)).fetchone()
    if row is not None:
        ingest.forget(database, row[0])
        database.execute("INSERT INTO words(words) VALUES('optimize')")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
