"""What a person saw of a command's output, as plain text.

Escape sequences are resolved as a terminal would: carriage returns and cursor moves overwrite, erased text is gone,
the alternate screen and everything that is not text is left out. Lines are not wrapped: a long one stays one.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

HEIGHT = 24
"""Rows of the screen that a cursor can be moved in; what scrolled above stays as it was."""

PLAIN_LINES = re.compile(r"(?:[^\x00-\x08\x0a-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]*\r?\n)+")
TOKEN = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
    r"|\x1b\[(?P<csi>[<-?]?[0-9;:]*[ -/]*[@-~])"
    r"|\x1b[\]PX^_][^\x07\x18\x1a\x1b]*(?:\x07|\x1b\\|\x18|\x1a|(?=\x1b)|\Z)"
    r"|\x1b\[[<-?]?[0-9;:]*[ -/]*\Z"
    r"|\x1b(?P<escape>[ -/]*[0-OQ-WYZ\\`-~])"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f-\x9f]|\x1b)",
    re.DOTALL,
)
DEC_LINES = str.maketrans("`afgjklmnopqrstuvwxyz{|}~", "◆▒°±┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·")
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]")
ALTERNATE = {"47", "1047", "1049"}


def seen(output: bytes, columns: int = 80) -> str:
    """`output` as text; broken UTF-8 becomes U+FFFD, and no control characters but line breaks and tabs are left."""
    text = output.decode("utf-8", "replace")
    if not text:
        return ""
    return _Screen(max(1, columns)).run(text)


def seen_parts(head: bytes, tail: bytes, missing: int, columns: int = 80) -> str:
    """Head and tail of an output whose middle was dropped, with a line between them that says how much."""
    if not missing:
        return seen(head + tail, columns)
    return f"{seen(head, columns)}\n[… {missing} bytes are missing here …]\n{seen(tail, columns)}"


@lru_cache(maxsize=4096)
def width(char: str) -> int:
    """Columns that a character takes: 0, 1 or 2."""
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cells_of(text: str) -> list[str]:
    """One string per column: combining characters with their base, nothing in a wide character's second column."""
    if text.isascii() and "\t" not in text:
        return list(text)
    cells: list[str] = []
    for char in text:
        if char == "\t":
            cells += ["\t", *[""] * (7 - len(cells) % 8)]
        elif columns := width(char):
            cells += [char, ""][:columns]
        elif cells:
            _combine(cells, len(cells) - 1, char)
    return cells


def _combine(cells: list[str], at: int, char: str) -> None:
    if at and not cells[at]:
        at -= 1
    if len(cells[at]) < 16:
        cells[at] += char


class _Screen:
    """Rows of cells; a row that nobody edits stays a string."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.rows: list[str | list[str]] = [""]
        self.row = 0
        self.column = 0
        self.top = 0
        self.saved = (0, 0)
        self.last = " "
        self.alternate = False
        self.lines_drawn = False

    def run(self, text: str) -> str:
        at, end = 0, len(text)
        while at < end:
            if self._fresh() and (plain := PLAIN_LINES.match(text, at)):
                self._add_lines(plain[0])
                at = plain.end()
                continue
            token = TOKEN.match(text, at)
            if not token:
                at += 1
                continue
            self._take(token)
            at = token.end()
        return UNSEEN.sub("", "\n".join(_joined(row) for row in self.rows))

    def _fresh(self) -> bool:
        return (
            not self.column
            and self.row == len(self.rows) - 1
            and not self.rows[-1]
            and not self.alternate
            and not self.lines_drawn
        )

    def _add_lines(self, plain: str) -> None:
        lines = plain.replace("\r\n", "\n").split("\n")
        self.last = (plain.rstrip() or " ")[-1]
        self.rows[-1:] = [line.rstrip(" ") for line in lines]
        self.row = len(self.rows) - 1
        self._scroll()

    def _scroll(self) -> None:
        """Rows that left the screen are never edited again."""
        top = max(self.top, self.row - HEIGHT + 1)
        for row in range(max(self.top, top - HEIGHT), min(top, len(self.rows))):
            self.rows[row] = _joined(self.rows[row])
        self.top = top

    def _take(self, token: "re.Match[str]") -> None:
        kind = token.lastgroup
        if kind == "csi":
            self._csi(token["csi"])
        elif self.alternate:
            if kind == "escape" and token["escape"] == "c":
                self.alternate = False
        elif kind == "text":
            text = token["text"]
            self._write(text.translate(DEC_LINES) if self.lines_drawn else text)
        elif kind == "control":
            self._control(token["control"])
        elif kind == "escape":
            self._escape(token["escape"])

    def _cells(self, row: int) -> list[str]:
        while row >= len(self.rows):
            self.rows.append("")
        cells = self.rows[row]
        if isinstance(cells, str):
            cells = self.rows[row] = cells_of(cells)
        return cells

    def _write(self, text: str) -> None:
        cells = self._cells(self.row)
        if len(cells) < self.column:
            cells.extend(" " * (self.column - len(cells)))
        if text.isascii():
            new = list(text)
        else:
            while text and not width(text[0]):
                if self.column:
                    _combine(cells, self.column - 1, text[0])
                text = text[1:]
            new = cells_of(text)
        if not new:
            return
        end = self.column + len(new)
        if self.column < len(cells) and not cells[self.column] and self.column:
            cells[self.column - 1] = " "
        if end < len(cells) and not cells[end]:
            cells[end] = " "
        cells[self.column : end] = new
        self.column = end
        self.last = text[-1]

    def _control(self, char: str) -> None:
        if char == "\r":
            self.column = self._line_start()
        elif char in "\n\x0b\x0c\x85":
            self.row += 1
            # the terminal's driver made \r\n of every line break; a bare one keeps the column
            self.column -= self._line_start()
            self._cells(self.row)
            self._scroll()
        elif char == "\b":
            self.column -= self.column > self._line_start()
        elif char == "\t":
            self._tab()

    def _tab(self) -> None:
        stop = self.column - self.column % 8 + 8
        cells = self._cells(self.row)
        if self.column >= len(cells):
            cells.extend(" " * (self.column - len(cells)))
            cells += ["\t", *[""] * (stop - self.column - 1)]
        self.column = stop

    def _line_start(self) -> int:
        """Of the row on the terminal: a long line takes several of them."""
        return (self.column - 1) // self.columns * self.columns if self.column else 0

    def _escape(self, sequence: str) -> None:
        if sequence == "7":
            self.saved = (self.row, self.column)
        elif sequence == "8":
            self.row, self.column = self.saved
        elif sequence in ("D", "E"):
            self._control("\n")
            self.column = 0 if sequence == "E" else self.column
        elif sequence == "M":
            self._move(-1)
        elif sequence in ("(0", "(B"):
            self.lines_drawn = sequence == "(0"
        elif sequence == "c":
            self._erase_display(3)
            self.row, self.column = self.top, 0

    def _csi(self, sequence: str) -> None:
        final, body = sequence[-1], sequence[:-1]
        if body[:1] == "?":
            if final in "hl" and ALTERNATE & set(body[1:].split(";")):
                self.alternate = final == "h"
            return
        if self.alternate or (body and not body.replace(";", "").isdigit()):
            return
        numbers = [min(int(part), 9999) if part else 0 for part in body.split(";")[:16]]
        if final in MOVES:
            MOVES[final](self, numbers)

    def _move(self, down: int) -> None:
        """Rows of the terminal, of which a long line has several."""
        for _ in range(min(abs(down), HEIGHT)):
            if down < 0 and self.column > self.columns:
                self.column -= self.columns
            elif down < 0 and self.row > self.top:
                self.row -= 1
                long = (len(self._cells(self.row)) - 1) // self.columns
                self.column = (self.column % self.columns if long > 0 else self.column) + max(
                    0, long
                ) * self.columns
            elif down > 0 and self.column + self.columns < len(self._cells(self.row)):
                self.column += self.columns
            elif down > 0 and self.row < self.top + HEIGHT - 1:
                self.row += 1
                self.column -= self._line_start()

    def _to_line(self, down: int) -> None:
        self._move(down)
        self._to_column(1)

    def _across(self, columns: int) -> None:
        start = self._line_start()
        self.column = min(max(start, self.column + columns), start + self.columns - 1)

    def _to_column(self, column: int) -> None:
        self.column = self._line_start() + min(max(column, 1), self.columns) - 1

    def _to(self, numbers: list[int]) -> None:
        row, column = [*numbers, 1, 1][:2] if len(numbers) > 1 else (numbers[0], 1)
        self.row = self.top + min(max(row, 1), HEIGHT) - 1
        self.column = min(max(column, 1), self.columns) - 1

    def _erase_line(self, how: int) -> None:
        cells = self._cells(self.row)
        start = self._line_start()
        end = start + self.columns
        first = self.column if how == 0 else start
        last = self.column + 1 if how == 1 else end
        if last >= len(cells):
            del cells[first:]
        else:
            cells[first:last] = [" "] * (min(last, len(cells)) - first)

    def _erase_display(self, how: int) -> None:
        if how in (0, 1):
            self._erase_line(how)
            rows = range(self.row + 1, len(self.rows)) if how == 0 else range(self.top, self.row)
        else:
            rows = range(0 if how == 3 else self.top, len(self.rows))
        if how == 3:
            # nothing is left to scroll back to
            self.row -= self.top
            self.rows, self.top = [""], 0
            return
        for row in rows:
            self.rows[row] = ""
        if how != 1:
            del self.rows[max(self.row + 1, self.top + 1) :]

    def _shift(self, count: int, insert: bool) -> None:
        cells = self._cells(self.row)
        count = min(count, self.columns)
        if insert and self.column < len(cells):
            most = max(len(cells), self._line_start() + self.columns)
            cells[self.column : self.column] = [" "] * count
            del cells[most:]
        elif not insert:
            del cells[self.column : self.column + count]

    def _blank(self, count: int) -> None:
        cells = self._cells(self.row)
        end = min(self.column + count, len(cells))
        cells[self.column : end] = [" "] * max(0, end - self.column)

    def _lines(self, count: int, insert: bool) -> None:
        self._cells(self.row)
        count = min(count, HEIGHT)
        if insert:
            self.rows[self.row : self.row] = [""] * count
            del self.rows[self.top + HEIGHT :]
        else:
            del self.rows[self.row : self.row + count]
        self._cells(self.row)

    def _restore(self) -> None:
        self.row, self.column = self.saved


def _joined(row: "str | list[str]") -> str:
    return row if isinstance(row, str) else "".join(row).rstrip(" ")


def _count(numbers: list[int]) -> int:
    return max(1, numbers[0])


MOVES: dict[str, Callable[[_Screen, list[int]], object]] = {
    "A": lambda screen, n: screen._move(-_count(n)),
    "B": lambda screen, n: screen._move(_count(n)),
    "C": lambda screen, n: screen._across(_count(n)),
    "D": lambda screen, n: screen._across(-_count(n)),
    "E": lambda screen, n: screen._to_line(_count(n)),
    "F": lambda screen, n: screen._to_line(-_count(n)),
    "G": lambda screen, n: screen._to_column(n[0]),
    "`": lambda screen, n: screen._to_column(n[0]),
    "H": lambda screen, n: screen._to(n),
    "f": lambda screen, n: screen._to(n),
    "d": lambda screen, n: screen._to([n[0], screen.column % screen.columns + 1]),
    "J": lambda screen, n: screen._erase_display(n[0]),
    "K": lambda screen, n: screen._erase_line(n[0]),
    "@": lambda screen, n: screen._shift(_count(n), True),
    "P": lambda screen, n: screen._shift(_count(n), False),
    "X": lambda screen, n: screen._blank(min(_count(n), screen.columns)),
    "L": lambda screen, n: screen._lines(_count(n), True),
    "M": lambda screen, n: screen._lines(_count(n), False),
    "b": lambda screen, n: screen._write(screen.last * min(_count(n), screen.columns)),
    "s": lambda screen, n: setattr(screen, "saved", (screen.row, screen.column)),
    "u": lambda screen, n: screen._restore(),
}
