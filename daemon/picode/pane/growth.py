"""When an unfinished answer only grows at its end, which it does many times a second: what is new, and where.

Pure. A whole frame costs milliseconds; writing some words at a known place costs microseconds.
"""

from typing import NamedTuple

from picode.pane.lines import Fragment, Line, line_width, to_ansi


class Growth(NamedTuple):
    row: int
    column: int
    added: list[Fragment]
    """What the last line has more."""
    below: list[Line]
    """Lines that came after it."""


def growth(before: list[Line], after: list[Line]) -> Growth | None:
    """What `after` has more at its end; None when more than that is different."""
    last = len(before) - 1
    if last < 0 or len(after) <= last or before[:last] != after[:last]:
        return None
    old, new = before[last], after[last]
    if not old or len(new) < len(old) or new[: len(old) - 1] != old[:-1]:
        return None
    style, text = old[-1]
    same_style, longer = new[len(old) - 1]
    if style != same_style or not longer.startswith(text):
        return None
    added = [(style, longer[len(text) :]), *new[len(old) :]]
    below = after[last + 1 :]
    if not all(part.isascii() and part.isprintable() for line in (added, *below) for _, part in line):
        # wide and joining characters are left to the whole frame
        return None
    return Growth(last, line_width(old), added, below)


def drawing(found: Growth, cursor: tuple[int, int], height: int, colour: bool) -> str:
    """The sequences that draw it. `cursor` is (x, y) in a live area of `height` rows whose upper ones grow.

    Room for new rows is made by line feeds at the area's end, which scroll where there is no room, and by inserting
    rows above the input line; the cursor ends where it was in the input line.
    """
    x, y = cursor
    new, at = len(found.below), y
    out = ""
    if new:
        out += _down(height - 1 - y) + "\r" + "\n" * new
        out += _up(height - 1 + new - (found.row + 1)) + f"\x1b[{new}L"
        at, y = found.row + 1, y + new
    out += _up(at - found.row) + f"\x1b[{found.column + 1}G" + to_ansi([found.added], colour).rstrip("\n")
    for line in found.below:
        out += "\x1b[1B\r" + to_ansi([line], colour).rstrip("\n")
    return out + _down(y - found.row - new) + f"\x1b[{x + 1}G"


def _up(rows: int) -> str:
    return f"\x1b[{rows}A" if rows > 0 else ""


def _down(rows: int) -> str:
    return f"\x1b[{rows}B" if rows > 0 else ""
