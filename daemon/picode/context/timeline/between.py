"""What Git says of two commits: the commits between them, and how much they differ in."""

import subprocess
from pathlib import Path

MOST_LINES = 40
WITHIN = 20
"""Seconds."""


class Between:
    """`commits` and `stat` of the checkout at `root`; empty where Git does not know the commits any more."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def commits(self, old: str, new: str) -> list[str]:
        """One line each, newest first."""
        return self._lines("log", "--oneline", "--no-decorate", f"{old}..{new}")

    def stat(self, old: str, new: str) -> list[str]:
        return self._lines("diff", "--stat=100", "--no-ext-diff", "--no-textconv", old, new)

    def _lines(self, *words: str) -> list[str]:
        command = ["git", "-C", str(self._root), "--no-pager", "-c", "color.ui=never", *words, "--"]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=WITHIN, check=True
            )
        except (OSError, subprocess.SubprocessError):
            return []
        lines = done.stdout.decode("utf-8", "replace").splitlines()
        if len(lines) > MOST_LINES:
            # the last line of a stat is the sum
            return [
                *lines[: MOST_LINES - 1],
                lines[-1] if words[0] == "diff" else f"… and {len(lines) - MOST_LINES + 1} more",
            ]
        return lines
