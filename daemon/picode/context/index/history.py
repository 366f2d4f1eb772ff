"""Git's history in the index: who reads "cookie" finds what earlier commits about cookies changed.

The newest commits, merges left out: their messages as words, the files that they changed, and for each file how long
ago and how often it was changed.
"""

import math
import os
import sqlite3
import subprocess
from pathlib import Path

MOST_COMMITS = 3000
MOST_FILES = 20
"""Of a commit; one that changes more says nothing of a single file."""
OFTEN = 30
"""Commits after which a change counts a third."""
PATIENCE = 60.0
FORMAT = "--format=%x01%H%x02%B%x03"


def take_in(connection: sqlite3.Connection, root: Path) -> bool:
    """What has been committed since the last time; all of it when history was changed. False: nothing is new, or Git
    did not answer, and then the next look tries again."""
    head = (_git(root, "rev-parse", "--verify", "--quiet", "HEAD") or "").strip()
    known = connection.execute("SELECT id, hash FROM commits ORDER BY id DESC LIMIT 1").fetchone()
    if not head or (known and known[1] == head):
        return False
    last, since = 0, head
    if known is not None and (_git(root, "merge-base", known[1], head) or "").strip() == known[1]:
        last, since = known[0], f"{known[1]}..{head}"
    log = _git(root, *LOG, since)
    if log is None:
        return False
    commits = _parsed(log)
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not last:
            _forget(connection)
        _write(connection, commits, last)
        # a merge at the top has no row of its own: the next look begins there
        connection.execute(
            "INSERT OR REPLACE INTO commits(id, hash) VALUES(?, ?)", (last + len(commits) + 1, head)
        )
        _count(connection)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return True


LOG = ("log", "--no-merges", f"-n{MOST_COMMITS}", "--no-renames", "--name-only", "-z", FORMAT)


def _forget(connection: sqlite3.Connection) -> None:
    for table in ("commits", "touched", "messages"):
        connection.execute(f"DROP TABLE {table}")
    connection.execute("CREATE TABLE commits(id INTEGER PRIMARY KEY, hash TEXT NOT NULL)")
    connection.execute("CREATE TABLE touched(commit_id INTEGER NOT NULL, path TEXT NOT NULL)")
    connection.execute("CREATE INDEX touched_by_commit ON touched(commit_id)")
    connection.execute(
        "CREATE VIRTUAL TABLE messages USING fts5(message, content='', tokenize='porter unicode61')"
    )


def _write(connection: sqlite3.Connection, commits: list[tuple[str, str, list[str]]], last: int) -> None:
    """Newest first in `commits`; the newest gets the highest number."""
    for at, (name, message, files) in enumerate(reversed(commits), last + 1):
        connection.execute("INSERT OR REPLACE INTO commits(id, hash) VALUES(?, ?)", (at, name))
        if files and len(files) <= MOST_FILES:
            connection.execute("INSERT INTO messages(rowid, message) VALUES(?, ?)", (at, message))
            connection.executemany("INSERT INTO touched VALUES(?, ?)", [(at, path) for path in files])


def _count(connection: sqlite3.Connection) -> None:
    """How recent and how often, for every file."""
    newest = connection.execute("SELECT max(id) FROM commits").fetchone()[0]
    found: dict[str, tuple[float, float]] = {}
    query = (
        "SELECT path, commit_id, count(*) OVER (PARTITION BY commit_id) FROM touched WHERE commit_id > ? "
        "ORDER BY commit_id DESC"
    )
    for path, commit, together in connection.execute(query, (newest - MOST_COMMITS,)):
        age = newest - commit
        last, often = found.get(path, (1 / (1 + math.log(1 + age)), 0.0))
        found[path] = last, often + math.exp(-age / OFTEN) / math.sqrt(together)
    connection.execute("DELETE FROM recent")
    connection.executemany(
        "INSERT INTO recent VALUES(?, ?, ?)", [(path, *counted) for path, counted in found.items()]
    )


def _parsed(log: str) -> list[tuple[str, str, list[str]]]:
    commits = []
    for record in log.split("\x01")[1:]:
        head, _, files = record.partition("\x03")
        name, _, message = head.partition("\x02")
        commits.append((name, message, [one for one in files.strip("\n\0").split("\0") if one]))
    return commits


def _git(root: Path, *arguments: str) -> str | None:
    """What it printed; None where it failed."""
    command = ["git", "--no-optional-locks", "-C", str(root), *arguments]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return os.fsdecode(done.stdout) if done.returncode == 0 else None
