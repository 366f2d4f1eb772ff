"""The timeline on disk: one SQLite file, bounded, made anew when it is broken. Any thread may call it."""

import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from picode.protocol.values import TimelineEntry

VERSION = 1
MOST_ENTRIES = 20_000
"""Of all projects; the oldest go."""
PRUNE_EVERY = 200
"""Entries between two looks at the bound."""
BUSY = 5.0
"""Seconds that a writer waits for another."""
SCHEMA = """
CREATE TABLE entries(
    id INTEGER PRIMARY KEY, project TEXT NOT NULL, name TEXT NOT NULL UNIQUE, ended INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX entries_by_time ON entries(project, ended);
"""
T = TypeVar("T")
log = logging.getLogger(__name__)
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(TimelineEntry)


class TimelineStore:
    """`path`: the file; nothing is made before the first entry."""

    def __init__(self, path: Path, most: int = MOST_ENTRIES) -> None:
        self._path, self._most = path, most
        self._added = 0
        self._writing = threading.Lock()

    def add(self, entry: TimelineEntry) -> None:
        """Keep it; one of the same command takes the other's place. Raises sqlite3.Error, OSError."""
        name = f"{entry.terminal}:{entry.number}:{entry.started}:{'' if entry.terminal else entry.project}"
        row = (entry.project, name, entry.started + entry.duration, _encoder.encode(entry))

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO entries(project, name, ended, body) VALUES(?, ?, ?, ?) ON CONFLICT(name) "
                "DO UPDATE SET project = excluded.project, ended = excluded.ended, body = excluded.body", row,
            )  # fmt: skip
            if self._added % PRUNE_EVERY == 0:
                self._prune(connection)
            self._added += 1

        with self._writing:
            self._run(work)

    def entries(self, project: str, since: int = 0, limit: int = 50) -> list[TimelineEntry]:
        """Those of a project that ended at `since` (milliseconds since 1970) or later, at most the last `limit`, in
        the order of their ends. Raises sqlite3.Error, OSError."""
        if not self._path.exists():
            return []

        def work(connection: sqlite3.Connection) -> list[bytes]:
            found = connection.execute(
                "SELECT body FROM entries WHERE project = ? AND ended >= ? ORDER BY ended DESC, id DESC LIMIT ?",
                (project, since, limit),
            )
            return [body for (body,) in found]

        return [_decoder.decode(body) for body in reversed(self._run(work))]

    def _prune(self, connection: sqlite3.Connection) -> None:
        connection.execute(
            "DELETE FROM entries WHERE id <= (SELECT id FROM entries ORDER BY id DESC LIMIT 1 OFFSET ?)",
            (self._most,),
        )

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return self._once(work)
        except sqlite3.OperationalError as error:
            # locked, full or read only: no reason to throw away what is there
            if not any(words in str(error) for words in ("no such", "malformed", "no column")):
                raise
            self._discard(error)
        except sqlite3.DatabaseError as error:
            self._discard(error)
        return self._once(work)

    def _once(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        with closing(sqlite3.connect(self._path, timeout=BUSY)) as connection, connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, VERSION):
                raise sqlite3.DatabaseError(f"version {version}")
            if version == 0:
                connection.executescript(f"BEGIN IMMEDIATE;{SCHEMA}PRAGMA user_version={VERSION};COMMIT")
            return work(connection)

    def _discard(self, error: Exception) -> None:
        log.warning("the timeline in %s cannot be read (%s) and begins anew", self._path, error)
        for end in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                os.unlink(f"{self._path}{end}")
