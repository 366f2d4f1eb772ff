"""The project's files as a tree, without what Git ignores; made for a hundred thousand files.

The files are one sorted list, and a directory's children are found in it by bisection, so that only what is unfolded
costs anything; and of what is unfolded, only the rows that are looked at are made.
"""

import os
import subprocess
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import accumulate
from pathlib import Path
from typing import Literal, NamedTuple

MOST = 200_000
"""Files that are listed; a larger tree is cut there."""
MOST_WITHOUT_GIT = 10_000
TOGETHER = 256
"""Paths that are looked at together: most lie in one directory."""
MOST_AT_FIRST = 2000
"""Entries at the top of a project that has a first look of its own."""
UNSEEN = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", ".cache"})
"""Directories that nobody looks into, where there is no Git to ask."""


class Row(NamedTuple):
    """`f` file, `d` folded directory, `o` unfolded one; the path is relative to the project."""

    kind: Literal["f", "d", "o"]
    path: str


def list_files(root: Path) -> list[str]:
    """The files below `root`, relative to it; names that are not UTF-8 carry surrogates. Blocks: use a thread."""
    listed = _list_by_git(root) if (root / ".git").exists() else None
    return listed if listed is not None else list(_walk(root, MOST_WITHOUT_GIT))


def first_look(root: Path) -> list[str] | None:
    """What is at the top of `root`, directories with a slash at their end, before anything below it has been read:
    a few milliseconds, however large the project is. None where that is no gain. Blocks: use a thread."""
    found: list[str] = []
    try:
        with os.scandir(root) as entries:
            for entry in entries:
                if entry.name not in UNSEEN:
                    found.append(f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name)
                if len(found) > MOST_AT_FIRST:
                    return None
    except OSError:
        return None
    hidden = _ignored(root, found) if (root / ".git").exists() else set()
    return [name for name in found if name not in hidden]


def _ignored(root: Path, names: Sequence[str]) -> set[str]:
    # reading the index of a large project takes longer than all else here
    command = ["git", "-C", str(root), "check-ignore", "--no-index", "-z", "--stdin"]
    asked = b"".join(os.fsencode(name) + b"\0" for name in names)
    try:
        done = subprocess.run(command, input=asked, capture_output=True, timeout=5, check=False)
    except (OSError, subprocess.SubprocessError):
        return set()
    return {os.fsdecode(name) for name in done.stdout.split(b"\0")}


def _list_by_git(root: Path) -> list[str] | None:
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    names = {name for name in done.stdout.split(b"\0") if name}
    # an untracked checkout of another repository is listed as `name/`
    return [os.fsdecode(name.rstrip(b"/")) for name in sorted(names)[:MOST]]


def _walk(root: Path, most: int) -> Iterator[str]:
    found = 0
    for directory, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name not in UNSEEN)
        inside = os.path.relpath(directory, root)
        for name in sorted(files):
            if found == most:
                return
            found += 1
            yield name if inside == "." else f"{inside}/{name}"


class Run(NamedTuple):
    """Rows of one kind that follow each other: `paths` from `begin` until `end`."""

    kind: Literal["f", "d", "o"]
    paths: list[str]
    begin: int
    end: int


class Rows(Sequence[Row]):
    """Every row of a tree as it is unfolded; each is made when it is looked at."""

    def __init__(self, runs: Iterable[Run] = ()) -> None:
        self._runs = [run for run in runs if run.end > run.begin]
        self._ends = list(accumulate(run.end - run.begin for run in self._runs))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        if isinstance(index, slice):
            return [self._row(at) for at in range(*index.indices(len(self)))]
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError(index)
        return self._row(at)

    def _row(self, at: int) -> Row:
        which = bisect_right(self._ends, at)
        run = self._runs[which]
        return Row(run.kind, run.paths[run.end - (self._ends[which] - at)])


class Tree:
    """The files of a project; `rows` is what an explorer shows of them."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = sorted(paths)
        self._levels: dict[str, tuple[list[str], list[str]]] = {}

    def __len__(self) -> int:
        return len(self.paths)

    def __contains__(self, path: str) -> bool:
        at = bisect_left(self.paths, path)
        return at < len(self.paths) and self.paths[at] == path

    def children(self, directory: str = "") -> tuple[list[str], list[str]]:
        """The names of the directories and of the files in `directory`, each as people sort them."""
        directories, files = self._level(directory)
        skip = len(directory) + 1 if directory else 0
        return [path[skip:] for path in directories], [path[skip:] for path in files]

    def _level(self, directory: str) -> tuple[list[str], list[str]]:
        """The same as whole paths; sorted once."""
        if directory not in self._levels:
            directories, files = self._inside(f"{directory}/" if directory else "")
            # the names decide, for the rest of the paths is the same
            self._levels[directory] = sorted(directories, key=str.casefold), sorted(files, key=str.casefold)
        return self._levels[directory]

    def _inside(self, prefix: str) -> tuple[list[str], list[str]]:
        paths, skip, depth = self.paths, len(prefix), prefix.count("/")
        directories: list[str] = []
        files: list[str] = []
        # "0" is the character after "/": the first path behind a directory
        end = bisect_left(paths, f"{prefix[:-1]}0") if prefix else len(paths)
        at = bisect_left(paths, prefix)
        while at < end:
            some = paths[at : min(at + TOGETHER, end)]
            if some[0].find("/", skip) < 0 and "".join(some).count("/") == depth * len(some):
                files += some
                at += len(some)
            elif (slash := paths[at].find("/", skip)) < 0:
                files.append(paths[at])
                at += 1
            else:
                directories.append(paths[at][:slash])
                at = bisect_left(paths, f"{paths[at][:slash]}0", at, end)
        # empty: a first look knows a directory, and not what is in it
        return directories, [path for path in files if path != prefix] if prefix in files[:1] else files

    def rows(self, unfolded: Set[str]) -> Rows:
        """Every row of the tree, directories first, with the directories in `unfolded` open."""
        below: dict[str, list[str]] = {}
        for path in unfolded:
            below.setdefault(path.rpartition("/")[0], []).append(path)
        return Rows(self._runs(below))

    def _runs(self, below: Mapping[str, list[str]]) -> Iterator[Run]:
        waiting: list[Run | str] = [""]
        while waiting:
            item = waiting.pop()
            if isinstance(item, Run):
                yield item
                continue
            directories, files = self._level(item)
            parts: list[Run | str] = []
            done = 0
            for at in sorted(_places(directories, below.get(item, ()))):
                parts += [Run("d", directories, done, at), Run("o", directories, at, at + 1), directories[at]]
                done = at + 1
            parts += [Run("d", directories, done, len(directories)), Run("f", files, 0, len(files))]
            waiting += reversed(parts)


def _places(directories: Sequence[str], wanted: Iterable[str]) -> Iterator[int]:
    """Where `wanted` stand among `directories`; those that are not there are left out."""
    for path in wanted:
        at = bisect_left(directories, path.casefold(), key=str.casefold)
        while at < len(directories) and directories[at].casefold() == path.casefold():
            if directories[at] == path:
                yield at
                break
            at += 1
