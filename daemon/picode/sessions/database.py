"""The index's SQLite file: made from the session files, and made anew when anything about it is wrong."""

import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

VERSION = 1
"""Of the tables; a file of another version is rebuilt."""
BUSY = 5_000
"""Milliseconds that a writer waits for another."""
SCHEMA = """
CREATE TABLE files(
    number INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL,
    size INTEGER NOT NULL DEFAULT -1, mtime INTEGER NOT NULL DEFAULT -1,
    id TEXT, cwd TEXT, name TEXT, first TEXT, created INTEGER, messages INTEGER,
    counted INTEGER NOT NULL DEFAULT 0, named INTEGER NOT NULL DEFAULT -1, seal BLOB,
    read INTEGER NOT NULL DEFAULT 0, read_seal BLOB,
    read_size INTEGER NOT NULL DEFAULT -1, read_mtime INTEGER NOT NULL DEFAULT -1,
    entries INTEGER NOT NULL DEFAULT 0, last TEXT, unread INTEGER NOT NULL DEFAULT 0, cost REAL NOT NULL DEFAULT 0,
    own_ids INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE said(
    number INTEGER PRIMARY KEY, file INTEGER NOT NULL, entry TEXT NOT NULL, role TEXT NOT NULL, time INTEGER NOT NULL
);
CREATE INDEX said_in ON said(file);
CREATE VIRTUAL TABLE words USING fts5(text, tokenize='unicode61 remove_diacritics 2');
CREATE TABLE chunks(file INTEGER NOT NULL, first INTEGER NOT NULL, packed BLOB NOT NULL, PRIMARY KEY(file, first));
"""
T = TypeVar("T")
log = logging.getLogger(__name__)


class Database:
    """`run(work)` gives `work` a connection of its own; any thread may call it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.made_anew = 0
        """How often."""
        self._making = threading.Lock()
        self._told: set[str] = set()

    def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` returns. A broken file is removed and `work` done once more; raises sqlite3.Error."""
        try:
            return self._run(work)
        except sqlite3.OperationalError as error:
            if not _broken(error):
                raise
            self._discard(f"is broken ({error})")
        except sqlite3.DatabaseError as error:
            self._discard(f"is broken ({error})")
        return self._run(work)

    def tell(self, what: str) -> None:
        """Into the log, once."""
        if what not in self._told:
            self._told.add(what)
            log.warning("the index of conversations %s", what)

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with closing(self._connect()) as connection:
            return work(connection)

    def _connect(self) -> sqlite3.Connection:
        with self._making:
            connection = self._open()
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, VERSION):
                connection.close()
                self._discard(f"had version {version}, not {VERSION}")
                connection, version = self._open(), 0
            if version == 0:
                connection.executescript(f"BEGIN IMMEDIATE;{SCHEMA}PRAGMA user_version={VERSION};COMMIT")
            return connection

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = not self.path.exists()
        connection = sqlite3.connect(self.path, timeout=BUSY / 1000, isolation_level=None)
        try:
            if fresh:
                self.path.chmod(0o600)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
        except BaseException:
            connection.close()
            raise
        return connection

    def _discard(self, why: str) -> None:
        self.made_anew += 1
        self.tell(f"{why}; it is made anew from the conversations")
        for end in ("", "-wal", "-shm"):
            with suppress(OSError):
                os.unlink(f"{self.path}{end}")


def _broken(error: sqlite3.OperationalError) -> bool:
    """Tables that are missing or other than ours; anything else (locked, full) is no reason to begin anew."""
    return any(words in str(error) for words in ("no such", "has no column", "already exists", "malformed"))
