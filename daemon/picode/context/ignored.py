"""Which of many paths Git ignores, asked seldom: a build that writes thousands of files asks once for a directory."""

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from picode.context.tree import UNSEEN

MOST_KNOWN = 10_000
MOST_REFUSED = 20


class Ignored:
    """`hides(path)` answers at once, from what `ask` has learnt; any thread may call it. Paths are relative."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._directories: set[str] = set()

    def hides(self, path: str) -> bool:
        """Whether the path is below a directory that is known to be ignored."""
        at = path.find("/")
        while at > 0:
            if path[:at] in self._directories or path[:at].rpartition("/")[2] in UNSEEN:
                return True
            at = path.find("/", at + 1)
        return False

    def forget(self) -> None:
        """The rules have changed."""
        self._directories = set()

    def ask(self, paths: Iterable[str]) -> set[str]:
        """Those of `paths` that Git ignores; none where there is no Git. Blocks: use a thread."""
        asked = {path for path in paths if not self.hides(path)}
        hidden = {path for path in paths if path not in asked}
        if not asked or not (self._root / ".git").exists():
            return hidden
        above = {directory for path in asked for directory in _above(path)}
        told = self._told([*asked, *(f"{directory}/" for directory in above)])
        directories = {name.rstrip("/") for name in told if name.endswith("/")}
        if len(self._directories) + len(directories) < MOST_KNOWN:
            self._directories = self._directories | directories
        return hidden | {path for path in asked if path in told}

    def _told(self, names: list[str]) -> set[str]:
        """Git stops at a path that it does not take (one in a submodule): it is passed over."""
        told: set[str] = set()
        for _ in range(MOST_REFUSED):
            command = ["git", "-C", str(self._root), "check-ignore", "-z", "-v", "-n", "--stdin"]
            given = b"\0".join(map(os.fsencode, names)) + b"\0"
            try:
                done = subprocess.run(command, input=given, capture_output=True, timeout=20, check=False)
            except (OSError, subprocess.SubprocessError):
                break
            # by fours: file, line and text of the rule (empty where there is none), and the path
            fields = [os.fsdecode(field) for field in done.stdout.split(b"\0")[:-1]]
            rules, paths = fields[2::4], fields[3::4]
            told |= {
                path for rule, path in zip(rules, paths, strict=False) if rule and not rule.startswith("!")
            }
            names = names[len(paths) + 1 :]
            if done.returncode in (0, 1) or not names:
                break
        return told


def _above(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]
