"""What Git says of a project's files: one letter for each that is not as committed, and the branch."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

LETTERS = "UDAMR?"
"""Conflict, deleted, added, modified, renamed, untracked: of several below a directory, the first counts."""


@dataclass(frozen=True)
class GitState:
    """`marks` has files and directories, relative to the project, each with one of LETTERS."""

    branch: str = ""
    marks: dict[str, str] = field(default_factory=dict)
    untracked: frozenset[str] = frozenset()
    """Directories of which nothing is tracked."""
    deleted: frozenset[str] = frozenset()
    """Tracked files that are not there."""
    head: str = ""
    """The commit; empty: there is none yet."""
    dirty: int = 0
    """How many files (and untracked directories) are not as committed."""

    def mark(self, path: str) -> str:
        """The letter of a file or directory; a blank for one that is as committed."""
        if path in self.marks:
            return self.marks[path]
        at = path.rfind("/")
        while at > 0 and self.untracked:
            if path[:at] in self.untracked:
                return "?"
            at = path.rfind("/", 0, at)
        return " "


def read(root: Path) -> GitState:
    """The state of the checkout at `root`; an empty one where there is no Git. Blocks: use a thread."""
    if not (root / ".git").exists():
        return GitState()
    # a status that wrote the index would look like a change and be followed by the next status
    command = [
        "git", "--no-optional-locks", "-C", str(root), "-c", "core.fsmonitor=false", "status", "-z",
        "--porcelain=v2", "--branch", "--untracked-files=normal",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return GitState()
    return parse(os.fsdecode(done.stdout))


def parse(status: str) -> GitState:
    """What `git status --porcelain=v2 --branch -z` printed."""
    branch, head, files, deleted = "", "", {}, set()
    fields = iter(status.split("\0"))
    for line in fields:
        kind, _, rest = line.partition(" ")
        if line.startswith("# branch.head "):
            branch = line.removeprefix("# branch.head ")
        elif line.startswith("# branch.oid ") and "(" not in line:
            head = line.removeprefix("# branch.oid ")
        elif kind == "1":
            xy, path = rest[:2], rest.split(" ", 7)[-1]
            files[path] = _letter(xy)
            if xy[1] == "D" or xy == "D.":
                deleted.add(path)
        elif kind == "2":
            files[rest.split(" ", 8)[-1]] = "R"
            next(fields, "")  # where it came from
        elif kind == "u":
            files[rest.split(" ", 9)[-1]] = "U"
        elif kind == "?":
            files[rest] = "?"
    untracked = frozenset(path.rstrip("/") for path in files if path.endswith("/"))
    marks = _with_directories({path.rstrip("/"): letter for path, letter in files.items()})
    return GitState(branch, marks, untracked, frozenset(deleted), head, len(files))


def _letter(xy: str) -> str:
    """Index and work tree together; the work tree's change is the newer one."""
    letter = xy[1] if xy[1] != "." else xy[0]
    if xy[0] == "A" and letter == "M":
        return "A"
    return letter if letter in LETTERS else "M"


def _with_directories(files: dict[str, str]) -> dict[str, str]:
    marks = dict(files)
    for path, letter in files.items():
        at = path.rfind("/")
        while at > 0:
            directory = path[:at]
            before = marks.get(directory, letter)
            # a directory that holds changes of several kinds is modified, unless one is a conflict
            marks[directory] = letter if before == letter else "U" if "U" in (before, letter) else "M"
            at = path.rfind("/", 0, at)
    return marks
