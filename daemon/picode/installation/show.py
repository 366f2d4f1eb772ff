"""A plan for a person to read before it is done: each file, what it is for, and what changes in it."""

import difflib
from collections.abc import Iterator
from pathlib import Path

from picode.installation.changes import Change, Plan

LONGEST = 14
"""Lines of one file's difference."""


def show(plan: Plan, home: Path) -> str:
    """The whole plan as text, with the home directory as `~`."""
    blocks = ["\n".join([_head(change, home), *_detail(change)]) for change in plan.changes]
    return "\n".join([*blocks, *plan.notes])


def _head(change: Change, home: Path) -> str:
    doing = "new" if change.before is None else "remove" if change.after is None else "change"
    through = f" (the file behind {_short(change.via, home)})" if change.via else ""
    return f"{doing:>6}  {_short(change.path, home)}{through}: {change.what}"


def _detail(change: Change) -> Iterator[str]:
    if change.after is None or change.opaque:
        return
    before = (change.before or b"").decode(errors="replace").splitlines()
    after = change.after.decode(errors="replace").splitlines()
    if change.before is None and len(after) > LONGEST:
        yield f"        {len(after)} lines"
        return
    changed = [line for line in difflib.ndiff(before, after) if line[:2] in ("+ ", "- ")]
    for line in changed[:LONGEST]:
        yield f"        {harmless(line)}"
    if len(changed) > LONGEST:
        yield f"        … {len(changed) - LONGEST} more lines"


def _short(path: Path, home: Path) -> str:
    inside = path.is_relative_to(home) and home != Path("/")
    return harmless(f"~/{path.relative_to(home)}" if inside else str(path))


def harmless(text: str) -> str:
    """No control character of a file or a file's name reaches the terminal."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
