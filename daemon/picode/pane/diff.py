"""A unified diff as lines: what goes in red, what comes in green; the signs stay for eyes without colour."""

from picode.pane.lines import TAB, Line
from picode.pane.safe import safe


def diff_lines(text: str) -> list[Line]:
    return [_line(line) for line in safe(text).replace("\t", TAB).rstrip("\n").split("\n")]


def _line(line: str) -> Line:
    if line.startswith(("+++", "---")):
        return [("bold toolDiffContext", line)]
    if line.startswith("@@"):
        return [("accent", line)]
    if line.startswith("+"):
        return [("toolDiffAdded", line)]
    if line.startswith("-"):
        return [("toolDiffRemoved", line)]
    return [("toolDiffContext", line)]


def changed(text: str) -> tuple[int, int]:
    """How many lines a diff adds and takes away."""
    lines = text.split("\n")
    added = sum(line.startswith("+") and not line.startswith("+++") for line in lines)
    return added, sum(line.startswith("-") and not line.startswith("---") for line in lines)
