"""Brings the index up to what the project's files are now; only what changed is read, only what is new is parsed.

Runs in the child process. `Guard` bounds what a single file may cost.
"""

import hashlib
import json
import os
import sqlite3
import stat
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from pathlib import Path

from picode.context import files, tree
from picode.context.index import history, words
from picode.context.index.imports import Resolver
from picode.context.index.languages import analyzer_of, language_of

TOGETHER = 200
"""Files that are written in one transaction."""
LARGEST_PARSED = 1_000_000
LARGEST_READ = 256 * 1024
"""Bytes of a larger file whose words are taken in."""
LARGEST = 64 * 1024 * 1024
"""Of what is larger, only the beginning is read."""
MOST_STALE = 200
"""Rows of files that are gone, beyond half as many as there are files, after which the words are written anew."""
Guard = Callable[[str], AbstractContextManager[object]]
Progress = Callable[[int, int], None]


def sync(
    connection: sqlite3.Connection,
    root: Path,
    changed: Iterable[str] | None = None,
    guard: Guard = lambda path: nullcontext(),
    progress: Progress = lambda done, of: None,
) -> int:
    """How many files were read. `changed`: only look at these paths; None: at all. Raises sqlite3.Error, OSError."""
    _tidy(connection)
    known = {path: tuple(facts) for path, *facts in _known(connection)}
    if changed is None:
        listed = listing(root)
        gone = known.keys() - set(listed)
    else:
        listed = [path for path in changed if os.path.lexists(root / path)]
        gone = {path for path in known if path in set(changed)} - set(listed)
    due = []
    for path in listed:
        facts = _facts(root / path)
        if facts is None:
            gone |= known.keys() & {path}
        elif known.get(path) != facts:
            due.append((path, facts))
    if gone:
        _remove(connection, gone)
    for begin in range(0, len(due), TOGETHER):
        _take_in(connection, root, due[begin : begin + TOGETHER], guard)
        progress(min(begin + TOGETHER, len(due)), len(due))
    if due or gone:
        _link(connection)
    history.take_in(connection, root)
    return len(due)


def listing(root: Path) -> list[str]:
    """The project's files without what Git ignores, as `git ls-files` says, else by a walk that reads .gitignore."""
    if (root / ".git").exists():
        return [path for path in tree.list_files(root) if _storable(path)]
    seen = (path for path in files.walk(str(root)) if tree.UNSEEN.isdisjoint(path.split("/")))
    found = islice(seen, tree.MOST_WITHOUT_GIT)
    return [path for path in found if _storable(path)]


def _storable(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False  # no name that a model could type
    return True


def _known(connection: sqlite3.Connection) -> sqlite3.Cursor:
    return connection.execute("SELECT path, size, modified, inode FROM files")


def _facts(path: Path) -> tuple[int, int, int] | None:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    # ctime changes also where a program sets the time back
    return (found.st_size, found.st_ctime_ns, found.st_ino) if stat.S_ISREG(found.st_mode) else None


def _remove(connection: sqlite3.Connection, paths: Iterable[str]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("DELETE FROM files WHERE path = ?", [(path,) for path in paths])
    connection.execute("COMMIT")


def _take_in(
    connection: sqlite3.Connection, root: Path, due: list[tuple[str, tuple[int, int, int]]], guard: Guard
) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for path, facts in due:
            try:
                content = _read(root / path, facts[0])
            except OSError:
                connection.execute("DELETE FROM files WHERE path = ?", (path,))
                continue
            _take_in_one(connection, path, content, facts, guard)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _read(path: Path, size: int) -> bytes:
    with open(
        path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK | os.O_NOFOLLOW)
    ) as file:
        return file.read(LARGEST if size <= LARGEST else LARGEST_READ)


def _digest(content: bytes, size: int) -> bytes:
    return hashlib.blake2b(content, digest_size=16, salt=b"cut" if size > LARGEST else b"").digest()


def _take_in_one(
    connection: sqlite3.Connection, path: str, content: bytes, facts: tuple[int, int, int], guard: Guard
) -> None:
    language = language_of(path)
    digest = _digest(content, facts[0])
    found = connection.execute(
        "SELECT id FROM contents WHERE hash = ? AND language = ?", (digest, language)
    ).fetchone()
    id_ = found[0] if found else _analyzed(connection, path, content, (digest, language, facts[0]), guard)
    names = " ".join(
        name for (name,) in connection.execute("SELECT name FROM symbols WHERE content = ?", (id_,))
    )
    text = "" if b"\0" in content[:8192] else content[:LARGEST_READ].decode(errors="replace")
    row = last_row(connection) + 1
    connection.execute("DELETE FROM files WHERE path = ?", (path,))
    connection.execute("INSERT INTO files VALUES(?, ?, ?, ?, ?, ?)", (row, path, id_, *facts))
    connection.execute(
        "INSERT INTO words(rowid, path, symbols, text) VALUES(?, ?, ?, ?)",
        (row, words.of_path(path), f"{names} {words.taken_apart(names)}", words.of_text(text)),
    )


def last_row(connection: sqlite3.Connection) -> int:
    """Rows are numbered from 1 and never removed, so it is also how many there are."""
    return connection.execute("SELECT coalesce(max(id), 0) FROM words_docsize").fetchone()[0]  # type: ignore[no-any-return]


def _analyzed(
    connection: sqlite3.Connection, path: str, content: bytes, key: tuple[bytes, str, int], guard: Guard
) -> int:
    """Parse it; the number of its content. One on which a grammar failed is marked and not tried again."""
    digest, language, size = key
    symbols, imports = [], []
    state = "binary" if b"\0" in content[:8192] else "large" if size > LARGEST_PARSED else "parsed"
    if state == "parsed":
        try:
            with guard(path):
                analyzer = analyzer_of(path)
                symbols, imports = analyzer.extract_symbols(content), analyzer.extract_imports(content)
        except Exception:  # a grammar of somebody else, or out of memory
            state, symbols, imports = "failed", [], []
    id_ = connection.execute(
        "INSERT INTO contents(hash, language, state, lines, imports) VALUES(?, ?, ?, ?, ?)",
        (digest, language, state, content.count(b"\n") + 1, json.dumps(imports)),
    ).lastrowid
    assert id_ is not None
    connection.executemany(
        "INSERT INTO symbols VALUES(?, ?, ?, ?, ?)", [(id_, *symbol) for symbol in symbols]
    )
    return id_


def mark_failed(connection: sqlite3.Connection, root: Path, path: str) -> None:
    """The child died with this file: its content is not parsed again."""
    facts = _facts(root / path)
    if facts is None:
        return
    try:
        content = _read(root / path, facts[0])
    except OSError:
        return
    digest = _digest(content, facts[0])
    connection.execute(
        "INSERT OR IGNORE INTO contents(hash, language, state, lines, imports) VALUES(?, ?, 'failed', ?, '[]')",
        (digest, language_of(path), content.count(b"\n") + 1),
    )


def _link(connection: sqlite3.Connection) -> None:
    """Imports become edges from file to file."""
    rows = connection.execute(
        "SELECT path, language, imports FROM files JOIN contents ON contents.id = content"
    ).fetchall()
    resolver = Resolver(path for path, _, _ in rows)
    edges = {
        (path, target)
        for path, language, imports in rows
        if imports != "[]"
        for imported in json.loads(imports)
        for target in resolver.resolve(path, language, imported)
        if target != path
    }
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("DELETE FROM edges")
    connection.executemany("INSERT INTO edges VALUES(?, ?)", sorted(edges))
    connection.execute("COMMIT")


def _tidy(connection: sqlite3.Connection) -> None:
    """Too many rows of what is gone: this look reads every file anew, and parses none."""
    living = connection.execute("SELECT count(*) FROM files").fetchone()[0]
    if last_row(connection) > 1.5 * living + MOST_STALE:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO words(words) VALUES('delete-all')")
        connection.execute("DELETE FROM files")
        connection.execute("COMMIT")
