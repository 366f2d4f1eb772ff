"""A Git project with recorded shells in it, and the timeline that a daemon keeps of them."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from picode.protocol.replies import Blamed, Timeline
from picode.protocol.requests import GetBlame, GetTimeline
from picode.protocol.values import Blame, TimelineEntry
from support.daemon import Running
from support.ptyshell import RecordedShell

T = TypeVar("T")
PATIENCE = 40.0
IDENTITY = {
    "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_CONFIG_NOSYSTEM": "1",
}  # fmt: skip


def git(root: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *words],
        env={**os.environ, **IDENTITY},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def make_project(root: Path, **files: str) -> Path:
    """A repository with these files, committed; `_` in a name stands for a dot."""
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    for name, text in files.items():
        path = root / name.replace("_", ".")
        path.write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first", "--allow-empty")
    return root


class Project:
    """`shell()` opens a recorded bash in it; `run` waits until the timeline has the command."""

    def __init__(self, root: Path, home: Path, daemon: Running) -> None:
        self.root, self._home, self._daemon = root, home, daemon
        self._shells: list[RecordedShell] = []

    def shell(self) -> RecordedShell:
        shell = RecordedShell(self._home, "bash", **IDENTITY).ready()  # type: ignore[arg-type]
        self._shells.append(shell)
        shell.run(f"cd {self.root}")
        shell.run("true")
        until(lambda: self.timeline().watched, "the watch of the project")
        return shell

    def timeline(self, limit: int = 500, since: int = 0) -> Timeline:
        with self._daemon.connect() as daemon:
            return daemon.ask_for(Timeline, GetTimeline(0, str(self.root), since, limit))

    def blame(self, command: str) -> Blame:
        with self._daemon.connect() as daemon:
            return daemon.ask_for(Blamed, GetBlame(0, str(self.root), command), timeout=60).blame

    def entry(self, command: str) -> TimelineEntry:
        """The latest of this command, as soon as it is written down."""
        return until(lambda: self._find(command), f"the entry of {command}")

    def _find(self, command: str) -> "TimelineEntry | None":
        found = [entry for entry in self.timeline().entries if entry.command == command]
        return found[-1] if found else None

    def run(self, shell: RecordedShell, command: str) -> TimelineEntry:
        before = len([one for one in self.timeline().entries if one.command == command])
        shell.run(command, timeout=60)

        def another() -> "TimelineEntry | None":
            found = [one for one in self.timeline().entries if one.command == command]
            return found[-1] if len(found) > before else None

        return until(another, f"the entry of {command}")

    def close(self) -> None:
        for shell in self._shells:
            shell.hang_up()


def until(look: "Callable[[], T | None]", what: str, patience: float = PATIENCE) -> "T":
    """The first true answer of `look`."""
    limit = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < limit, f"{what} did not come in {patience:g} s"
        time.sleep(0.05)
    return found


def changed(entry: TimelineEntry) -> dict[str, str]:
    """The files of an entry and what became of them."""
    return {change.path: change.kind for change in entry.files}
