"""When an unfinished answer only grows at its end, which it does many times a second: what is new, and where.

Pure. A whole frame costs milliseconds; writing some words at a known place costs microseconds.
"""

from typing import NamedTuple

from picode.pane.lines import Fragment, Line, line_width


class Growth(NamedTuple):
    row: int
    column: int
    added: list[Fragment]


def growth(before: list[Line], after: list[Line]) -> Growth | None:
    """What `after` has more at the end of its last line; None when more than that is different."""
    if not before or len(before) != len(after) or before[:-1] != after[:-1]:
        return None
    old, new = before[-1], after[-1]
    if not old or len(new) < len(old) or new[: len(old) - 1] != old[:-1]:
        return None
    style, text = old[-1]
    same_style, longer = new[len(old) - 1]
    if style != same_style or not longer.startswith(text):
        return None
    added = [(style, longer[len(text) :]), *new[len(old) :]]
    if not all(part.isascii() and part.isprintable() for _, part in added):
        # wide and joining characters are left to the whole frame
        return None
    return Growth(len(after) - 1, line_width(old), added)
