"""The project's files as a tree, without what Git ignores; made for a hundred thousand files.

The files are one sorted list, and a directory's children are found in it by bisection, so that only what is unfolded
costs anything.
"""

import os
import subprocess
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Set
from pathlib import Path
from typing import Literal, NamedTuple

MOST = 200_000
"""Files that are listed; a larger tree is cut there."""
MOST_WITHOUT_GIT = 10_000
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


class Tree:
    """The files of a project; `rows` is what an explorer shows of them."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = sorted(paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, path: str) -> bool:
        at = bisect_left(self._paths, path)
        return at < len(self._paths) and self._paths[at] == path

    def children(self, directory: str = "") -> tuple[list[str], list[str]]:
        """The names of the directories and of the files in `directory`, each as people sort them."""
        prefix = f"{directory}/" if directory else ""
        directories: list[str] = []
        files: list[str] = []
        at = bisect_left(self._paths, prefix)
        while at < len(self._paths) and self._paths[at].startswith(prefix):
            name, slash, _ = self._paths[at][len(prefix) :].partition("/")
            if slash:
                directories.append(name)
                # "0" is the character after "/": the first path behind this directory
                at = bisect_left(self._paths, f"{prefix}{name}0", at)
            else:
                files.append(name)
                at += 1
        return sorted(directories, key=str.casefold), sorted(files, key=str.casefold)

    def rows(self, unfolded: Set[str]) -> list[Row]:
        """Every row of the tree, directories first, with the directories in `unfolded` open."""
        out: list[Row] = []
        waiting: list[Row] = self._level("", unfolded)[::-1]
        while waiting:
            row = waiting.pop()
            out.append(row)
            if row.kind == "o":
                waiting += self._level(row.path, unfolded)[::-1]
        return out

    def _level(self, directory: str, unfolded: Set[str]) -> list[Row]:
        prefix = f"{directory}/" if directory else ""
        directories, files = self.children(directory)
        opened = [Row("o" if prefix + name in unfolded else "d", prefix + name) for name in directories]
        return opened + [Row("f", prefix + name) for name in files]
