"""Paths for `@file` completion: Git's own list where there is Git, else a walk that obeys .gitignore files."""

import math
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from heapq import nsmallest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MOST = 100_000
LIFETIME = 5.0
"""Seconds for which a list counts."""
PATIENCE = 3.0
"""Seconds that Git gets, and the walk."""
DIRECTORIES = 8
"""Lists that are kept."""


class Completer:
    """Keeps the lists of a few directories for a few seconds; may be used from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lists: dict[str, tuple[float, list[str]]] = {}
        self._lock = threading.Lock()

    def complete(self, directory: str, query: str, limit: int = 20) -> list[str]:
        """Paths below `directory` that fit `query`, best first; directories end in `/`. Blocks for a while."""
        return ranked(self._paths(os.path.realpath(directory)), query, limit)

    def _paths(self, directory: str) -> list[str]:
        with self._lock:
            known = self._lists.get(directory)
            if known is not None and self._clock() - known[0] < LIFETIME:
                return known[1]
            files = _git(directory)
            if files is None:
                files = list(walk(directory, self._clock() + PATIENCE, self._clock))
            found = _with_directories(files)
            self._lists.pop(directory, None)
            self._lists[directory] = (self._clock(), found)
            while len(self._lists) > DIRECTORIES:
                del self._lists[next(iter(self._lists))]
            return found


_completer = Completer()
complete = _completer.complete


def ranked(paths: list[str], query: str, limit: int) -> list[str]:
    """Those that have the query's letters in order: a name that begins with it comes first, scattered letters last."""
    if not query:
        return nsmallest(limit, paths, key=lambda path: (path.count("/", 0, -1), path))
    small = query.lower()
    found = [(_rank(path, low, small), path) for path in paths if small in (low := path.lower())]
    if len(found) < limit:
        letters = re.compile(".*?".join(map(re.escape, small)), re.DOTALL)
        found += [
            ((9, match.end() - match.start(), len(path)), path)
            for path in paths
            if small not in (low := path.lower()) and (match := letters.search(low)) is not None
        ]
    return [path for _, path in nsmallest(limit, found)]


def _rank(path: str, low: str, query: str) -> tuple[int, int, int]:
    name = low.rstrip("/").rpartition("/")[2]
    if query in (name, low):
        order = 0
    elif name.startswith(query):
        order = 1
    elif low.startswith(query):
        order = 2
    elif query in name:
        order = 3
    else:
        order = 4
    return order, low.count("/"), len(path)


def _with_directories(files: list[str]) -> list[str]:
    directories: set[str] = set()
    for path in files:
        at = path.rfind("/")
        while at > 0 and (above := path[: at + 1]) not in directories:
            directories.add(above)
            at = path.rfind("/", 0, at)
    return sorted(directories) + files


def _git(directory: str) -> list[str] | None:
    """Tracked and new files; None where there is no Git, or no answer in time."""
    if not any(os.path.exists(os.path.join(above, ".git")) for above in _upward(directory)):
        return None
    try:
        from git.cmd import Git
        from git.exc import GitError
    except ImportError:  # GitPython says so where there is no git
        return None
    try:
        listed = Git(directory).execute(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            kill_after_timeout=PATIENCE, stdout_as_string=False, env={"GIT_OPTIONAL_LOCKS": "0"},
        )  # fmt: skip
    except (GitError, OSError):
        return None
    assert isinstance(listed, bytes)
    names = dict.fromkeys(listed.split(b"\0", MOST)[:MOST])
    return [name for raw in names if (name := _typable(raw))]


def _upward(directory: str) -> Iterator[str]:
    while True:
        yield directory
        parent = os.path.dirname(directory)
        if parent == directory:
            return
        directory = parent


def _typable(raw: bytes) -> str:
    """A name that an input line can hold; empty for the others."""
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        return ""
    return name if name.isprintable() else ""


def walk(root: str, until: float = math.inf, clock: Callable[[], float] = time.monotonic) -> Iterator[str]:
    """The files below `root`, relative to it, without what .gitignore files hide."""
    from pathspec import GitIgnoreSpec

    ignored: list[tuple[str, GitIgnoreSpec]] = []
    count = 0
    for directory, below, files in os.walk(root):
        prefix = "" if directory == root else f"{os.path.relpath(directory, root)}/"
        if ".gitignore" in files:
            try:
                with open(os.path.join(directory, ".gitignore"), errors="replace") as file:
                    ignored.append((prefix, GitIgnoreSpec.from_lines(file)))
            except (OSError, ValueError):
                pass  # a broken one hides nothing
        rules = [(before, spec) for before, spec in ignored if prefix.startswith(before)]
        below[:] = sorted(name for name in below if name != ".git" and not _hidden(f"{prefix}{name}/", rules))
        for name in sorted(files):
            path = f"{prefix}{name}"
            if _typable(os.fsencode(path)) and not _hidden(path, rules):
                yield path
                count += 1
        if count >= MOST or clock() > until:
            return


def _hidden(path: str, rules: "list[tuple[str, GitIgnoreSpec]]") -> bool:
    return any(spec.match_file(path[len(before) :]) for before, spec in rules)
