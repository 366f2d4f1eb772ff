"""The index's file: one for each project, in the cache directory. Another version or a broken one is made anew.

What a file says is kept by its content's hash, so what was moved or comes back costs no parsing. `words` is FTS5
without its text; rows of files that are no longer there stay until there are too many, and nobody asks for them.
"""

import hashlib
import logging
import os
import sqlite3
from contextlib import suppress
from pathlib import Path

VERSION = 1
BUSY = 5.0
"""Seconds that a reader or writer waits for another."""
SCHEMA = """
CREATE TABLE contents(
    id INTEGER PRIMARY KEY, hash BLOB NOT NULL, language TEXT NOT NULL, state TEXT NOT NULL, lines INTEGER NOT NULL,
    imports TEXT NOT NULL, UNIQUE(hash, language)
);
CREATE TABLE symbols(
    content INTEGER NOT NULL, name TEXT NOT NULL COLLATE NOCASE, kind TEXT NOT NULL, line INTEGER NOT NULL,
    end INTEGER NOT NULL
);
CREATE INDEX symbols_by_content ON symbols(content);
CREATE INDEX symbols_by_name ON symbols(name);
CREATE TABLE files(
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, content INTEGER NOT NULL, size INTEGER NOT NULL,
    modified INTEGER NOT NULL, inode INTEGER NOT NULL
);
CREATE INDEX files_by_content ON files(content);
CREATE VIRTUAL TABLE words USING fts5(path, symbols, text, content='', tokenize='porter unicode61');
CREATE TABLE edges(source TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY(source, target)) WITHOUT ROWID;
CREATE INDEX edges_by_target ON edges(target);
CREATE TABLE commits(id INTEGER PRIMARY KEY, hash TEXT NOT NULL);
CREATE TABLE touched(commit_id INTEGER NOT NULL, path TEXT NOT NULL);
CREATE INDEX touched_by_commit ON touched(commit_id);
CREATE TABLE recent(path TEXT PRIMARY KEY, last REAL NOT NULL, often REAL NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE messages USING fts5(message, content='', tokenize='porter unicode61');
"""
log = logging.getLogger(__name__)


def place(cache: Path, project: Path) -> Path:
    """Where the index of `project` is; the name says whose it is."""
    key = hashlib.sha256(os.fsencode(project)).hexdigest()[:16]
    return cache / "index" / f"{project.name[:40]}-{key}.db"


def open_to_write(path: Path) -> tuple[sqlite3.Connection, str]:
    """The connection, and why what was there was thrown away; empty: it was not. Raises OSError, sqlite3.Error."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    try:
        return _opened(path), ""
    except sqlite3.OperationalError:
        # locked or full: no reason to throw away what is there
        raise
    except sqlite3.DatabaseError as error:
        why = str(error)
        log.warning("the index %s is made anew: %s", path, why)
        discard(path)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        return _opened(path), why


def open_to_read(path: Path) -> sqlite3.Connection | None:
    """None while there is none that can be read."""
    try:
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode=ro", uri=True, timeout=BUSY, check_same_thread=False
        )
        if connection.execute("PRAGMA user_version").fetchone()[0] == VERSION:
            return connection
        connection.close()
    except sqlite3.Error:
        pass
    return None


def inode_of(path: Path) -> int:
    """0: it is not there."""
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def discard(path: Path) -> None:
    for end in ("", "-journal", "-wal", "-shm"):
        with suppress(OSError):
            os.unlink(f"{path}{end}")


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY, isolation_level=None)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, VERSION):
            raise sqlite3.DatabaseError(f"it is of version {version}, and this is {VERSION}")
        connection.execute("PRAGMA journal_mode=WAL")
        # what a power cut breaks is made anew
        connection.execute("PRAGMA synchronous=OFF")
        if version == 0:
            connection.executescript(f"BEGIN IMMEDIATE;{SCHEMA}PRAGMA user_version={VERSION};COMMIT")
        elif (found := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(found)
    except BaseException:
        connection.close()
        raise
    return connection
