"""Lines of styled text: what every part of the pane is drawn with, in the live area and above it.

A line is a list of (style, text); a style is words: `bold`, one of the terminal's own sixteen colours (`ansicyan`), or
a token of the theme (`mdCode`). What they look like says the palette (`use`): by default the terminal's own colours.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from wcwidth import wcwidth

from picode.pane.palette import Palette, palette
from picode.resources.themes import built_in

Fragment = tuple[str, str]
Line = list[Fragment]
Link = tuple[int, int, str]
"""From and to a character of a line's text, and an address of harmless characters."""
Links = Callable[[str], list[Link]]

LOOK = palette(built_in("terminal"), True)
TAB = "    "
WORDS = re.compile(r"\s+|\S+")


def use(new: Palette) -> None:
    """Draw with these colours from now on."""
    global LOOK
    LOOK = new


def native(style: str) -> str:
    """A style in prompt_toolkit's words."""
    return " ".join(LOOK.native.get(word, word) for word in style.split()) if style else ""


def char_width(char: str) -> int:
    return 1 if " " <= char <= "~" else max(0, wcwidth(char))


def width_of(text: str) -> int:
    """Columns that `text` takes on a terminal."""
    return len(text) if text.isascii() else sum(map(char_width, text))


def line_width(line: Line) -> int:
    return sum(width_of(text) for _, text in line)


def plain(line: Line) -> str:
    return "".join(text for _, text in line)


def to_ansi(lines: Iterable[Line], colour: bool = True, links: "Links | None" = None) -> str:
    """The lines for a terminal, each with its line feed; without `colour` as plain text. `links`: where in a line's
    text something can be opened, in order."""
    return "".join(_ansi(line, colour, links) + "\n" for line in lines)


def _ansi(line: Line, colour: bool, links: "Links | None" = None) -> str:
    if not colour:
        return plain(line)
    if links is not None and (found := links(plain(line))):
        return "".join(
            f"\x1b]8;;{link}\x1b\\{_ansi(part, True)}\x1b]8;;\x1b\\" if link else _ansi(part, True)
            for link, part in _linked(line, found)
        )
    runs = groupby(line, key=itemgetter(0))
    return "".join(_fragment(style, "".join(text for _, text in run)) for style, run in runs)


def _linked(line: Line, found: "list[Link]") -> Iterator[tuple[str, Line]]:
    """The line in parts, each with its link or with none."""
    edges = [edge for begin, end, link in found for edge in ((begin, link), (end, ""))]
    at, link, part = 0, "", list[Fragment]()
    for style, whole in line:
        text = whole
        while edges and edges[0][0] < at + len(text):
            room = edges[0][0] - at
            part.append((style, text[:room]))
            yield link, part
            text, at, link, part = text[room:], at + room, edges.pop(0)[1], []
        part.append((style, text))
        at += len(text)
    yield link, part


def _fragment(style: str, text: str) -> str:
    if not style and not LOOK.base:
        return text
    codes = ";".join(filter(None, [LOOK.base, *(LOOK.sgr.get(word, "") for word in style.split())]))
    return f"\x1b[{codes}m{text}\x1b[0m" if codes and text else text


def cut(line: Line, width: int) -> Line:
    """The line in at most `width` columns, with an ellipsis where it was longer."""
    if line_width(line) <= width:
        return line
    out: Line = []
    left = width - 1
    for style, text in line:
        kept = take(text, left)
        out.append((style, kept))
        left -= width_of(kept)
        if len(kept) < len(text):
            break
    return [*out, ("", "…")] if width > 0 else []


def take(text: str, columns: int) -> str:
    """The beginning of `text` that fits into so many columns."""
    if text.isascii():
        return text[: max(0, columns)]
    for at, char in enumerate(text):
        columns -= char_width(char)
        if columns < 0:
            return text[:at]
    return text


def fold(line: Line, width: int) -> list[Line]:
    """The line broken wherever it reaches `width`, as a terminal does it."""
    out: list[Line] = [[]]
    left = width = max(1, width)
    for style, whole in line:
        text = whole
        while text:
            kept = take(text, left) or (text[:1] if left == width else "")
            if kept:
                out[-1].append((style, kept))
                text = text[len(kept) :]
                left -= width_of(kept)
            if text:
                out.append([])
                left = width
    return out


def wrap(line: Line, width: int, first: str = "", rest: str = "") -> list[Line]:
    """The line broken at spaces; `first` and `rest` begin the first and the following lines."""
    width = max(1, width - width_of(rest))
    out: list[Line] = [[("", first)] if first else []]
    used = 0
    for style, word in _words(line):
        size = width_of(word)
        if used and used + size > width and not word.isspace():
            out[-1] = _trimmed(out[-1])
            out.append([("", rest)] if rest else [])
            used = 0
        if not used and len(out) > 1 and word.isspace():
            continue
        if size <= width:
            _append(out[-1], style, word)
            used += size
            continue
        for number, piece in enumerate(fold([(style, word)], width)):
            if number:
                out.append([("", rest)] if rest else [])
            out[-1] += piece
            used = line_width(piece)
    out[-1] = _trimmed(out[-1])
    return out


def _append(line: Line, style: str, text: str) -> None:
    if line and line[-1][0] == style:
        line[-1] = (style, line[-1][1] + text)
    else:
        line.append((style, text))


def _words(line: Line) -> Iterator[Fragment]:
    """Words and the spaces between them."""
    for style, text in line:
        for word in WORDS.findall(text):
            yield style, word


def _trimmed(line: Line) -> Line:
    while line and line[-1][1][-1:].isspace():
        style, text = line[-1]
        line = [*line[:-1], (style, text.rstrip())] if text.strip() else line[:-1]
    return line


def pad(text: str, width: int) -> str:
    return text + " " * max(0, width - width_of(text))
