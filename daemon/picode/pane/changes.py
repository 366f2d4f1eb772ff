"""What has changed in a checkout, as lines: a sum first, then the diff and the files that Git does not know yet."""

from picode.pane.diff import changed, diff_lines
from picode.pane.lines import Line
from picode.pane.safe import safe_line

MOST_LINES = 3000
"""More is not read by anybody; the rest is counted."""


def changes_lines(project: str, diff: str, new: list[tuple[str, str]]) -> list[Line]:
    """`diff` as Git prints it; `new`: name and text of each file that Git does not know."""
    files = diff.count("\ndiff --git ") + diff.startswith("diff --git ")
    added, taken = changed(diff)
    added += sum(_count(text) for _, text in new)
    if not files and not new:
        return [[("dim", f"{safe_line(project)}: nothing has changed since the last commit.")]]
    several = "s" if files + len(new) > 1 else ""
    head: Line = [
        ("bold", safe_line(project)), ("", f": {files + len(new)} file{several}, "),
        ("ansigreen", f"+{added}"), ("", " "), ("ansired", f"-{taken}"),
    ]  # fmt: skip
    lines = [*diff_lines(diff)] if diff.strip() else []
    for name, text in new:
        lines += [[("bold", f"new file {safe_line(name)}")], *_as_new(text)]
    left = len(lines) - MOST_LINES
    rest: list[Line] = [[("dim", f"… {left:,} more lines; `git diff` shows all")]] if left > 0 else []
    return [head, [], *lines[:MOST_LINES], *rest]


def _as_new(text: str) -> list[Line]:
    return diff_lines("\n".join(f"+{line}" for line in text.rstrip("\n").split("\n"))) if text else []


def _count(text: str) -> int:
    return text.rstrip("\n").count("\n") + 1 if text else 0
