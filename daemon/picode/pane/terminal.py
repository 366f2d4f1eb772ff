"""The live area at the bottom of the terminal: drawn by prompt_toolkit, with what is finished put above it.

Text for the scrollback, the removal of the old live area and the new one leave in one write, so nothing flickers.
"""

import os
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import TextIO

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import Condition, has_completions, is_done
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindingsBase
from prompt_toolkit.layout import BufferControl, ConditionalContainer, Dimension, HSplit, Layout, Window
from prompt_toolkit.layout.controls import FormattedTextControl
from prompt_toolkit.layout.menus import CompletionsMenu
from prompt_toolkit.layout.processors import (
    ConditionalProcessor,
    Processor,
    Transformation,
    TransformationInput,
)
from prompt_toolkit.layout.screen import _CHAR_CACHE, Char
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.styles import DynamicStyle, Style

from picode.pane.early import CLEAR
from picode.pane.growth import Growth, drawing, grown, growth
from picode.pane.lines import Line, Links, line_width, native, to_ansi
from picode.pane.palette import has_true_colour

FRAMES = 30
"""Redraws a second, at most."""
MENU = 6
"""Rows of the completion menu."""


def style() -> Style:
    """Of what prompt_toolkit itself draws: the completion menu, and all text that has no style of its own."""
    chosen = native("selectedBg")
    return Style.from_dict({
        "": native("text"),
        "completion-menu": f"bg:default {native('text') or 'fg:default'}",
        "completion-menu.completion": f"bg:default {native('text') or 'fg:default'}",
        "completion-menu.completion.current": chosen,
        "completion-menu.meta.completion": f"bg:default {native('dim')}",
        "completion-menu.meta.completion.current": "bg:default bold",
        "scrollbar.background": "bg:default",
        "scrollbar.button": "reverse",
    })  # fmt: skip


class HeldOutput(Vt100_Output):
    """Keeps what is to be written until a frame is whole."""

    held = False

    def put(self, text: str) -> None:
        """Write at once what is behind everything that was written: a few bytes, many times a second."""
        if self.held or self._buffer:
            self.write_raw(text)
            self.flush()
            return
        data = text.encode(errors="replace")
        try:
            while data:
                data = data[os.write(self.fileno(), data) :]
        except BlockingIOError:
            # a slow terminal: the ordinary way waits for it
            self._buffer.append(data.decode(errors="replace"))
            self.flush()

    def flush(self) -> None:
        if not self.held:
            super().flush()


class Unseen(Processor):
    """Shows nothing of the input line, not even how long it is."""

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        return Transformation([], source_to_display=lambda at: 0, display_to_source=lambda at: 0)


class LiveArea:
    """`above` collects text for the scrollback until the next frame; `view` draws the frame."""

    def __init__(
        self,
        buffer: Buffer,
        keys: KeyBindingsBase,
        view: Callable[[int, int], tuple[list[Line], Line, Line]],
        vi: bool,
        *,
        stdout: TextIO = sys.stdout,
        unseen: Callable[[], bool] = lambda: False,
    ) -> None:
        """`view(rows, columns)` gives the lines above the input, what stands before it, and the status line;
        `unseen()`: what is typed is not to be shown."""
        self.colour = not os.environ.get("NO_COLOR")
        depth = None if self.colour else ColorDepth.DEPTH_1_BIT
        if self.colour and has_true_colour():
            depth = ColorDepth.DEPTH_24_BIT
        output = HeldOutput.from_pty(stdout, term=os.environ.get("TERM"), default_color_depth=depth)
        assert isinstance(output, HeldOutput)
        output.enable_cpr = False
        self.output = output
        self.buffer = buffer
        self._view = view
        self._unseen = unseen
        self._style = style()
        self._above = [CLEAR]
        self.rows = 0
        self._lines: list[Line] = []
        self._due = True
        self._grown: list[Growth] = []
        self._prompt: Line = []
        self.links: Links | None = None
        """What can be opened, in a line that goes into the scrollback."""
        self._status: Line = []
        self.app: Application[None] = Application(
            layout=self._layout(), key_bindings=keys, output=output, full_screen=False,
            style=DynamicStyle(lambda: self._style), color_depth=depth, min_redraw_interval=1 / FRAMES,
            erase_when_done=True,
            editing_mode=EditingMode.VI if vi else EditingMode.EMACS, terminal_size_polling_interval=None,
            before_render=self._begin_frame, after_render=self._end_frame,
        )  # fmt: skip
        self.app.timeoutlen = 0.2
        self.app.ttimeoutlen = 0.05
        self.app._on_resize = self.app._redraw  # type: ignore[method-assign]

    def print(self, lines: list[Line]) -> None:
        """Into the scrollback, with the next frame."""
        self._above.append(to_ansi(lines, self.colour, self.links))
        self.redraw()

    @property
    def shown(self) -> list[Line]:
        """The live lines, where they are on the screen as the pane gave them last; empty while a frame is due."""
        return [] if self._due else self._lines

    def recolour(self) -> None:
        """The palette is another one: what is in the scrollback stays as it is."""
        self._style = style()
        self.redraw()

    def clear(self) -> None:
        """An empty screen; the scrollback stays."""
        self.app.renderer.clear()
        self.redraw()

    def redraw(self) -> None:
        """A frame, soon."""
        self._due = True
        self.app.invalidate()

    def grow(self, lines: list[Line]) -> bool:
        """Draw what the live lines have more than in the last frame; False when a whole frame is needed."""
        found = growth(self._lines, lines) if len(lines) <= self.rows else None
        return found is not None and self.add(found)

    def add(self, found: Growth) -> bool:
        """Draw what the live lines have more; False when a whole frame is needed."""
        renderer = self.app.renderer
        screen, size = renderer._last_screen, renderer._last_size
        if self._above or screen is None or size is None or size != self.output.get_size():
            return False
        cursor, new = renderer._cursor_pos, len(found.below)
        widest = max(found.column + line_width(found.added), *map(line_width, found.below), 0)
        fits = widest < size.columns and screen.height + new <= size.rows
        ours = self.app.is_running and not self.app._running_in_terminal
        if not (ours and fits and cursor.y > found.row):
            return False
        self.output.put(drawing(found, (cursor.x, cursor.y), screen.height, self.colour))
        self._grown.append(found)
        screen.height += new
        renderer._cursor_pos = cursor._replace(y=cursor.y + new)
        self._lines = grown(self._lines, found)
        return True

    def write(self, sequence: str) -> None:
        """A control sequence of our own for the terminal: the clipboard."""
        self.output.write_raw(sequence)
        self.output.flush()

    def _layout(self) -> Layout:
        live = Window(
            FormattedTextControl(lambda: _joined(self._lines)), dont_extend_height=True,
            height=lambda: Dimension(min=0, max=len(self._lines), preferred=len(self._lines)),
        )  # fmt: skip
        typed = Window(
            BufferControl(self.buffer, input_processors=[ConditionalProcessor(Unseen(), Condition(self._unseen))]),
            wrap_lines=True, dont_extend_height=True, get_line_prefix=self._prefix,
            height=lambda: Dimension(min=1, max=max(1, self.output.get_size().rows // 2)),
        )  # fmt: skip
        status = Window(
            FormattedTextControl(lambda: _joined([self._status])), dont_extend_height=True,
            height=Dimension(min=0, max=1, preferred=1),
        )  # fmt: skip
        menu = CompletionsMenu(max_height=MENU, scroll_offset=1)
        bottom = ConditionalContainer(status, ~is_done)
        return Layout(HSplit([live, typed, ConditionalContainer(menu, has_completions), bottom]), typed)

    def _prefix(self, number: int, wrapped: int) -> StyleAndTextTuples:
        return _joined([self._prompt]) if number == 0 and wrapped == 0 else [("", "  ")]

    def _begin_frame(self, app: Application[None]) -> None:
        size = self.output.get_size()
        self.output.held = True
        menu = min(MENU, len(self.buffer.complete_state.completions)) if self.buffer.complete_state else 0
        typed = min(self._typed_rows(size.columns), max(1, size.rows // 2))
        rows = max(0, size.rows - 1 - typed - menu)
        self.rows = rows
        self._due = False
        self._keep()
        self._lines, self._prompt, self._status = self._view(rows, size.columns)
        last, before = app.renderer._last_screen, app.renderer._last_size
        wanted = len(self._lines) + typed + menu + 1
        resized = before is not None and before != size
        if resized:
            # a frame may come before the signal that tells of the new size
            self._refit(size.columns)
        if self._above or resized or (last is not None and last.height > wanted):
            # what terminals that know it take as one picture
            self.output.write_raw("\x1b[?2026h")
            self._erase(size.rows if resized or last is None else last.height)
            text, self._above = "".join(self._above), []
            self.output.write_raw(text.replace("\n", "\r\n") + "\x1b[?2026l")

    def _erase(self, rows: int) -> None:
        """The live area and so many rows, one by one: tmux takes a screen that is cleared at once, from its first row
        on, for one that a person clears, and keeps all that was on it in its scrollback."""
        renderer = self.app.renderer
        up = renderer._cursor_pos.y
        row = "\x1b[2K"
        self.output.write_raw("\x1b[0m\r" + (f"\x1b[{up}A" if up else "") + f"\x1b7{row}")
        self.output.write_raw(f"\x1b[B{row}" * (rows - 1) + "\x1b8")
        self.output.enable_autowrap()
        renderer.reset(leave_alternate_screen=False)

    def _keep(self) -> None:
        """Put into the renderer's memory of the terminal what was drawn past it since the last frame."""
        screen, self._grown[:], found = self.app.renderer._last_screen, [], self._grown.copy()
        height = screen.height - sum(len(one.below) for one in found) if screen else 0
        for one in found if screen else ():
            assert screen
            _put(screen.data_buffer, one, height)
            height += len(one.below)

    def _typed_rows(self, columns: int) -> int:
        document = self.buffer.document
        return sum(1 + (len(line) + 2) // max(1, columns) for line in document.lines[:100])

    def _end_frame(self, app: Application[None]) -> None:
        self.output.held = False
        self.output.flush()

    def _refit(self, columns: int) -> None:
        """A terminal that became narrower has folded the live area's rows: the cursor is further down than it was."""
        renderer = self.app.renderer
        screen, size = renderer._last_screen, renderer._last_size
        if screen is None or size is None or size.columns <= columns or not _reflows():
            return
        cursor = renderer._cursor_pos
        above = sum(_folded(screen.data_buffer[row], columns) for row in range(cursor.y))
        renderer._cursor_pos = cursor._replace(x=cursor.x % columns, y=above + cursor.x // columns)


def _put(rows: "defaultdict[int, defaultdict[int, Char]]", found: Growth, height: int) -> None:
    new = len(found.below)
    for at in range(height - 1, found.row, -1) if new else ():
        rows[at + new] = rows[at]
        del rows[at]
    for number, line in enumerate([found.added, *found.below]):
        row = rows[found.row + number]
        column = found.column if number == 0 else 0
        for style, part in line:
            look = native(style)
            for char in part:
                row[column] = _CHAR_CACHE[char, look]
                column += 1


def _folded(row: Mapping[int, Char], columns: int) -> int:
    """How many rows of a narrower terminal a drawn row takes; spaces at its end were never written."""
    last = max((column for column, char in row.items() if char.char.strip()), default=0)
    return max(1, -(-(last + 1) // columns))


def _reflows() -> bool:
    """xterm and the console cut long rows when they become narrower; the others fold them."""
    return not os.environ.get("XTERM_VERSION") and os.environ.get("TERM") not in ("linux", "vt100")


def _joined(lines: list[Line]) -> StyleAndTextTuples:
    out: StyleAndTextTuples = []
    for number, line in enumerate(lines):
        if number:
            out.append(("", "\n"))
        out += [(native(style), text) for style, text in line]
    return out
