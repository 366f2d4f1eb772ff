"""How a list to choose from looks: its rows around the current one, and a preview beside or below them."""

from picode.pane.lines import Line, cut, fold, line_width, width_of
from picode.pane.picker import PREVIEWED, Choice, Picker, is_command
from picode.pane.safe import safe_line

BESIDE = 100
"""Columns from which on the preview stands beside the list."""
ROWS = 12
"""Rows of a list, at most."""
BESIDE_ROWS = 8
"""Rows of a list with a preview beside it, at least: whatever the preview has, the list stands still."""
BELOW = 6
"""Rows of a preview below the list."""
LEAST = 3
"""Rows of the list that a preview may not take."""


def page_rows(rows: int, width: int) -> int:
    """How many rows of choices there are on a screen of so many rows."""
    return _sizes(rows, width, True)[0]


def preview_width(width: int) -> int:
    return width - _list_width(width) - 3 if width >= BESIDE else width - 2


def _list_width(width: int) -> int:
    return max(48, width * 9 // 20)


def _sizes(rows: int, width: int, preview: bool) -> tuple[int, int]:
    """Rows for choices and for a preview below them, between the title and the keys."""
    room = max(1, rows - 2)
    below = min(BELOW, room - LEAST - 1) if preview and width < BESIDE and room > 2 * LEAST else 0
    return max(1, min(ROWS, room - (below + 1 if below else 0))), max(0, below)


def picker_lines(one: Picker, hints: str, rows: int, width: int) -> list[Line]:
    """In at most `rows` lines: title, choices, preview, keys."""
    preview = _preview(one, width)
    # there is room for one before it comes
    previewed = bool(preview) or one.kind in PREVIEWED or one.kind == "settings"
    shown, below = _sizes(rows, width, previewed)
    beside = previewed and width >= BESIDE
    listed = _listed(one, shown, _list_width(width) if beside else width)
    if beside:
        height = max(len(listed), min(shown, BESIDE_ROWS))
        listed = _beside(listed, preview[:height], height, width)
    elif below:
        # as many lines for each choice, so that the list stands still
        body = [*preview[:below], *([[]] * below)][:below]
        listed = [
            *listed,
            [("border", "─" * width)],
            *([("", " "), *line] if line else line for line in body),
        ]
    count = f"  {one.at + 1}/{len(one.fits)}" if one.fits else "  0"
    title: Line = [*cut([("bold", one.title)], max(1, width - len(count))), ("dim", count)]
    return [cut(title, width), *(cut(line, width) for line in listed), cut([("dim", hints)], width)][-rows:]


def _listed(one: Picker, rows: int, width: int) -> list[Line]:
    if is_command(one.query):
        return [[("dim", "  a command: Enter leaves the list and runs it")]]
    if not one.fits:
        return [[("dim", "  nothing fits" if one.query else "  nothing is here")]]
    first = max(0, min(one.at - rows // 2, len(one.fits) - rows))
    places = one.fits[first : first + rows]
    return [_row(one.choices[place], first + at == one.at, width) for at, place in enumerate(places)]


def _row(choice: Choice, current: bool, width: int) -> Line:
    arrow = ("bold ansicyan", "❯ ") if current else ("", "  ")
    mark = f"{choice.mark} " if choice.mark else ""
    style = f"bold {choice.style}".strip() if current else choice.style
    note = f"  {choice.note}" if choice.note else ""
    room = max(8, width - 2 - width_of(mark) - min(width_of(note), width // 2))
    text = cut([("dim", choice.lead), (style, choice.text)], room)
    return cut([arrow, ("ansigreen", mark), *text, ("dim", note)], width)


def _preview(one: Picker, width: int) -> list[Line]:
    choice = one.current
    if choice is None:
        return []
    room = preview_width(width)
    if choice.value in one.peeked:
        return [part for line in one.peeked[choice.value] for part in fold(line, room)]
    told = [part for line in choice.preview.split("\n") for part in fold([("", safe_line(line))], room)]
    return told if choice.preview else []


def _beside(listed: list[Line], preview: list[Line], height: int, width: int) -> list[Line]:
    left = _list_width(width)
    out: list[Line] = []
    for number in range(height):
        line = cut(listed[number], left) if number < len(listed) else []
        gap = " " * max(0, left - line_width(line))
        out.append([*line, ("", gap), ("border", " │ "), *(preview[number] if number < len(preview) else [])])
    return out
