"""The rim of the pane: the terminal, the daemon and the clock, wired to the pure parts."""

import asyncio
import base64
import errno
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, cast

from picode import tasks
from picode.pane import growth
from picode.pane.attention import Attention, due, sequence, words
from picode.pane.effects import Daemon, Start
from picode.pane.input import Actions, Pastes, bindings, new_buffer
from picode.pane.lines import Line
from picode.pane.references import linker
from picode.pane.state import (
    ANSWERS,
    Copy,
    Effect,
    Input,
    Leave,
    Open,
    Pressed,
    Print,
    PutInput,
    Resized,
    State,
    Submitted,
    Tell,
)
from picode.pane.terminal import LiveArea
from picode.pane.update import update
from picode.pane.view import live, prompt, status_line
from picode.paths import Paths
from picode.protocol.events import ApprovalNeeded, TextAdded, TurnEnded, TurnStarted
from picode.protocol.values import Delivery

ANSWER_AFTER = 0.4
"""Seconds that a question must have been there before a key answers it: nobody says yes to what they have not seen."""

GONE_WITHIN = 2
"""Seconds that leaving may take once the terminal has hung up; the pane holds nothing that could be lost."""


class Pane:
    """One conversation in one terminal; all that it knows is in `state`."""

    def __init__(self, paths: Paths, begin: Start, vi: bool = False, notify: bool = False) -> None:
        self.state = State()
        self.attention = Attention(wanted=notify)
        self.daemon = Daemon(paths, begin, self.put, self.take, self.draw)
        self.pastes = Pastes()
        self.buffer = new_buffer(self.daemon.files, self.daemon.prompts)
        actions = Actions(self.send, self.press, lambda: self.state.busy, self._asking)
        self.area = LiveArea(self.buffer, bindings(actions, self.pastes), self._view, vi)
        self.area.links = linker(lambda: self.state.cwd)
        self.area.app.key_processor.before_key_press += self._typed
        self.hung_up = False
        self._asked = ("", 0.0)
        self._clock: asyncio.TimerHandle | None = None
        self._added: str | None = ""
        """Text that came since something was drawn; None: more than that came."""

    async def run(self) -> None:
        """Until the person leaves. Raises what keeps the pane from the daemon."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.leave)
        loop.add_signal_handler(signal.SIGHUP, self._hung_up)
        loop.set_exception_handler(self._broke)
        following = None

        def connect() -> None:
            nonlocal following
            following = tasks.spawn(self._follow(), "pane daemon")

        try:
            # the first picture does not wait for the daemon
            await self.area.app.run_async(pre_run=connect, handle_sigint=False, set_exception_handler=False)
        except (EOFError, OSError) as error:
            # nothing can be read any more, or written: EIO is a terminal that hung up
            if isinstance(error, OSError) and error.errno != errno.EIO:
                raise
            self.hung_up = True
        finally:
            if self._clock:
                self._clock.cancel()
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.remove_signal_handler(number)
            await tasks.stop(following)

    async def _follow(self) -> None:
        try:
            await self.daemon.run()
        except Exception as error:
            # shown by the caller, after the terminal is as it was
            if not self.area.app.is_done:
                self.area.app.exit(exception=error)

    def put(self, given: Input) -> None:
        """An input: decide, do what was decided, and draw."""
        self.take(given)
        self.draw()

    def take(self, given: Input) -> None:
        self.state, effects = update(self.state, given)
        if isinstance(given, TurnStarted):
            self._typed()  # somewhere else, perhaps: whoever asks looks at first
        elif isinstance(given, ApprovalNeeded | TurnEnded):
            self._notify(given)
        for effect in effects:
            self._do(effect)
        if effects or not isinstance(given, TextAdded):
            self._added = None
        elif self._added is not None:
            self._added += given.text

    def draw(self) -> None:
        """What came since the last time: words at their place, or a frame soon."""
        added, self._added = self._added, ""
        if added == "":
            return
        if added is None or not (self._add(added) or self.area.grow(live(self.state, self.area.rows))):
            self.area.redraw()
        self._tick()

    def _add(self, text: str) -> bool:
        lines = self.area.shown
        found = growth.by_words(self.state, lines, text) if lines else None
        return found is not None and self.area.add(found)

    def _do(self, effect: Effect) -> None:
        match effect:
            case Print(lines):
                self.area.print(lines)
            case Tell() | Open():
                self.daemon.do(effect)
            case PutInput(text, before):
                self._insert(text, before)
            case Copy(text):
                self.area.write(clipboard(text, os.environ))
            case Leave():
                self.leave()

    def _insert(self, text: str, before: bool) -> None:
        if not before:
            self.buffer.insert_text(text)
            return
        typed = self.buffer.text
        self.buffer.text = f"{text}\n{typed}" if typed.strip() else text
        self.buffer.cursor_position = len(self.buffer.text)

    def _notify(self, event: ApprovalNeeded | TurnEnded) -> None:
        now = time.monotonic()
        if (text := words(event)) and due(self.attention, now):
            self.attention = replace(self.attention, told=now)
            self.area.write(sequence(text, os.environ))

    def _typed(self, *_: object) -> None:
        self.attention = replace(self.attention, key=time.monotonic())

    def send(self, delivery: str) -> None:
        """Enter: what is typed goes out, and into the history; a lone `y`, `n` or `a` answers the open question."""
        text = self.pastes.expand(self.buffer.text)
        if self._asking() and (key := ANSWERS.get(text.strip().lower())):
            self.buffer.reset()
            self.press(key)
            return
        if text.strip() and not self.state.refusing and not self.state.picker:
            self.buffer.history.append_string(text)
        self.buffer.reset()
        self.put(Submitted(text, cast("Delivery", delivery)))

    def press(self, key: str) -> None:
        named = cast('Literal["cancel", "interrupt", "leave", "unfold", "yes", "no", "always"]', key)
        self.put(Pressed(named, empty=not self.buffer.text))

    def leave(self) -> None:
        if self.area.app.is_running and not self.area.app.is_done:
            self.area.app.exit()

    def _broke(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Nobody is asked to press Enter on a terminal that may be gone: leave, and say why in one sentence."""
        if self.area.app.is_running and not self.area.app.is_done:
            self.area.app.exit(exception=context.get("exception") or RuntimeError(context["message"]))

    def _hung_up(self) -> None:
        """The terminal is gone, and with it every way to draw or to ask: whatever then waits is ended from outside."""
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(GONE_WITHIN)
        self.leave()

    def _asking(self) -> bool:
        """Whether `y`, `n` and `a` are answers now."""
        approval = self.state.approval
        if approval is None or self.state.refusing or self.state.picker:
            return False
        return self._asked[0] == approval.call_id and time.monotonic() - self._asked[1] >= ANSWER_AFTER

    def _view(self, rows: int, columns: int) -> tuple[list[Line], Line, Line]:
        if self.state.width != columns - 1 or self.state.height != rows:
            self.state, _ = update(self.state, Resized(columns, rows))
        approval = self.state.approval
        if approval and rows > 0 and self._asked[0] != approval.call_id:
            self._asked = (approval.call_id, time.monotonic())
        return live(self.state, rows), prompt(self.state), status_line(self.state, time.time())

    def _tick(self) -> None:
        """One redraw a second, while a turn runs: the elapsed time."""
        if self.state.busy and self._clock is None:
            self._clock = asyncio.get_running_loop().call_later(1, self._ticked)

    def _ticked(self) -> None:
        self._clock = None
        self.area.app.invalidate()
        self._tick()


def clipboard(text: str, environ: "os._Environ[str] | dict[str, str]") -> str:
    """OSC 52; tmux passes it on to its own terminal only when it is wrapped."""
    sequence = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07"
    return f"\x1bPtmux;\x1b{sequence}\x1b\\" if environ.get("TMUX") else sequence


def run_pane(
    paths: Paths, begin: Start, vi: bool, finish: Callable[[], None] = lambda: None, notify: bool = False
) -> int:
    pane = Pane(paths, begin, vi, notify)
    asyncio.run(pane.run())
    if pane.hung_up:
        # what is still to be written goes nowhere, and is no failure
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(nowhere, descriptor)
        return 128 + signal.SIGHUP
    finish()
    return 0
