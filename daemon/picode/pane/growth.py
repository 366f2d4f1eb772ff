"""When an unfinished answer only grows at its end, which it does many times a second: what is new, and where.

Pure. A whole frame costs milliseconds; writing some words at a known place costs microseconds.
"""

import re
from typing import NamedTuple

from picode.pane.lines import Fragment, Line, line_width, to_ansi
from picode.pane.state import State

PLAIN = re.compile(r"[A-Za-z0-9 .,:;?'\"/@#$%&^={}+-]+")
"""Text that neither begins nor ends anything in Markdown, within a line that has begun as below."""
BEGUN = re.compile(r"\s*([-*+]\s+|\d{1,9}[.)]\s+)?[A-Za-z@$/&'\"]")
"""A line that is a paragraph's or an item's (then with its mark), whatever follows."""


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


def by_words(state: State, lines: list[Line], text: str) -> Growth | None:  # noqa: PLR0911
    """The growth of `lines`, which show all of the answer but its last `text`, where that is told without typesetting
    the paragraph again: plain words at the end. None: look at it in whole."""
    stream = state.answer
    before = stream.rest[: len(stream.rest) - len(text)]
    begun = BEGUN.match(before)
    if not begun or stream.fence or stream.kind == "table" or not PLAIN.fullmatch(text):
        return None
    if state.tools or state.picker or state.question or state.status.queue or state.status.approvals:
        return None  # there are lines below the answer's
    last = lines[-1]
    style, shown = last[-1] if last else ("x", "")
    source = before.rstrip(" ")
    # not behind a backslash, or something that was code or a link
    if style or not shown or shown[-1] != source[-1:] or not PLAIN.fullmatch(shown[-1]):
        return None
    if len(lines) >= max(3, (state.height - 4) // 2):
        return None  # the first of them goes
    column = line_width(last)
    added = before[len(source) :] + text
    if column + len(added) <= state.width:
        return Growth(len(lines) - 1, column, [("", added.rstrip(" "))], [])
    if stream.kind != "paragraph" or begun[1] or last[0][1][:1] == " ":
        return None  # its lines are indented
    at = added.rfind(" ", 0, state.width - column + 1)
    below = added[at:].strip(" ")
    if at < 0 or len(below) > state.width:
        return None  # a word grew over the edge, or is too long for a line
    return Growth(len(lines) - 1, column, [("", added[:at].rstrip(" "))], [[("", below)]] if below else [])


def grown(lines: list[Line], found: Growth) -> list[Line]:
    """The lines afterwards; a run of one style stays one fragment."""
    line = list(lines[found.row])
    for style, text in found.added:
        if line and line[-1][0] == style:
            line[-1] = (style, line[-1][1] + text)
        else:
            line.append((style, text))
    return [*lines[: found.row], line, *found.below]


def drawing(found: Growth, cursor: tuple[int, int], height: int, colour: bool) -> str:
    """The sequences that draw it. `cursor` is (x, y) in a live area of `height` rows whose upper ones grow.

    Room for new rows is made by line feeds at the area's end, which scroll where there is no room, and by inserting
    rows above the input line; the cursor ends where it was in the input line.
    """
    x, y = cursor
    if not found.below:
        text = _ansi(found.added, colour)
        return f"{_up(y - found.row)}\x1b[{found.column + 1}G{text}{_down(y - found.row)}\x1b[{x + 1}G"
    new, at = len(found.below), y
    out = ""
    if new:
        out += _down(height - 1 - y) + "\r" + "\n" * new
        out += _up(height - 1 + new - (found.row + 1)) + f"\x1b[{new}L"
        at, y = found.row + 1, y + new
    out += _up(at - found.row) + f"\x1b[{found.column + 1}G" + _ansi(found.added, colour)
    for line in found.below:
        out += "\x1b[1B\r" + _ansi(line, colour)
    return out + _down(y - found.row - new) + f"\x1b[{x + 1}G"


def _ansi(line: Line, colour: bool) -> str:
    if len(line) == 1 and not line[0][0]:
        return line[0][1]
    return to_ansi([line], colour).rstrip("\n")


def _up(rows: int) -> str:
    return f"\x1b[{rows}A" if rows > 0 else ""


def _down(rows: int) -> str:
    return f"\x1b[{rows}B" if rows > 0 else ""
