"""The rim of the pane: the terminal, the daemon and the clock, wired to the pure parts."""

import asyncio
import base64
import errno
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, TypeVar, cast

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.key_binding import DynamicKeyBindings

from picode import tasks
from picode.credentials import Secret
from picode.errors import PicodeError
from picode.pane import growth, here, keeping
from picode.pane.attention import Attention, due, sequence, words
from picode.pane.completions import Completions
from picode.pane.effects import Daemon, Start
from picode.pane.entries import notice_lines
from picode.pane.images import from_clipboard, from_paste
from picode.pane.input import bindings, new_buffer
from picode.pane.keymap import load as load_keymap
from picode.pane.line_owner import LineOwner
from picode.pane.lines import Line
from picode.pane.pastes import Pastes
from picode.pane.references import linker
from picode.pane.state import (
    ANSWERS,
    Again,
    Copy,
    Did,
    Effect,
    Found,
    Here,
    Input,
    Leave,
    LookUp,
    Open,
    Pressed,
    Print,
    PutInput,
    Resized,
    Secretly,
    State,
    Submitted,
    Tell,
    Title,
    Typed,
)
from picode.pane.terminal import LiveArea
from picode.pane.theme import Themed, theme_of
from picode.pane.update import update
from picode.pane.view import live, prompt, status_line
from picode.paths import Paths
from picode.protocol.events import ApprovalNeeded, Noticed, TextAdded, TurnEnded, TurnStarted
from picode.protocol.values import Delivery

ANSWER_AFTER = 0.4
"""Seconds that a question must have been there before a key answers it: nobody says yes to what they have not seen."""

TWICE_WITHIN = 0.5
"""Seconds in which Esc is pressed twice."""
T = TypeVar("T")
GONE_WITHIN = 2
"""Seconds that leaving may take once the terminal has hung up; the pane holds nothing that could be lost."""


class Pane:
    """One conversation in one terminal; all that it knows is in `state`."""

    def __init__(self, paths: Paths, begin: Start, vi: bool = False, notify: bool = False) -> None:
        keymap = load_keymap(paths.keybindings)
        self.paths = paths
        self.state = State(keymap=keymap, scoped=begin.scoped, thoughts=begin.thoughts)
        self.attention = Attention(wanted=notify)
        self.daemon = Daemon(paths, begin, self.put, self.take, self.draw)
        self.pastes = Pastes()
        completions = Completions(self.daemon.files, lambda: self.state.cwd, lambda: self.state.brought or ())
        self.themed = Themed(theme_of(paths, begin.place.cwd, begin.themes))
        self.buffer = new_buffer(completions, self.daemon.prompts, lambda: not self.occupied())
        self.buffer.on_text_changed += self._line_changed
        self._keys = bindings(self, self.state.keymap)
        self.area = LiveArea(
            self.buffer, DynamicKeyBindings(lambda: self._keys), self._view, vi, unseen=self._unseen
        )
        self.line = LineOwner(self.buffer, self.area.app)
        self.area.links = linker(lambda: self.state.cwd)
        self.area.app.key_processor.before_key_press += self._pressed
        self.hung_up = False
        self._here: set[asyncio.Task[None]] = set()
        for fault in keymap.faults:
            self.area.print(notice_lines("warning", fault, 79))
        self._asked = ("", 0.0)
        self._dialog = ("", 0.0)
        self._double_escape, self._escaped = begin.double_escape, 0.0
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
            self.themed.begin(self._coloured)

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
            self.themed.close()
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.remove_signal_handler(number)
            keeping.give_up()
            await tasks.stop(following, *self._here)

    def _coloured(self, complaint: str) -> None:
        """The theme was read: for the first time, or again."""
        self.area.recolour()
        if complaint:
            self.put(Noticed("warning", complaint))

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
        before = self.state.keymap, self.state.shortcuts
        self.state, effects = update(self.state, given)
        if (self.state.keymap, self.state.shortcuts) != before:
            self._keys = bindings(self, self.state.keymap, self.state.shortcuts)
        self.line.follow(self.state)
        if isinstance(given, Found) and given.asked.what in ("reload", "set"):
            self.themed.reload()
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
            case LookUp():
                self.daemon.look_up(effect)
            case Again(clear):
                if clear:
                    self.area.clear()
                self.daemon.do(effect)
            case Here():
                self._beside(lambda: here.do(self.paths, self.state.cwd, effect), self.put)
            case PutInput(text, before, instead):
                self.line.put(text) if instead else self.line.insert(text, before)
            case Title(text):
                self.area.write(f"\x1b]0;{text}\x07")
            case Copy(text):
                self.area.write(clipboard(text, os.environ))
            case Leave():
                self.leave()

    def _beside(self, work: "Callable[[], T]", then: "Callable[[T], None]") -> None:
        """Something that blocks, in a thread; `then` with what comes of it."""

        async def run() -> None:
            try:
                found = await asyncio.to_thread(work)
            except PicodeError as error:
                self.put(Noticed("warning", str(error)))
            else:
                then(found)

        task = tasks.spawn(run(), "pane beside")
        self._here.add(task)
        task.add_done_callback(self._here.discard)

    def _notify(self, event: ApprovalNeeded | TurnEnded) -> None:
        now = time.monotonic()
        self.attention = replace(self.attention, news=True)
        if (text := words(event)) and due(self.attention, now):
            self.attention = replace(self.attention, told=now)
            self.area.write(sequence(text, os.environ))

    def _typed(self, *_: object) -> None:
        self.attention = replace(self.attention, key=time.monotonic(), news=False)

    def _pressed(self, *_: object) -> None:
        if self.attention.news:
            self.daemon.attend()
        self._typed()

    def send(self, delivery: str) -> None:
        """Enter: what is typed goes out, and into the history; a lone `y`, `n` or `a` answers the open question."""
        typed = self.buffer.text
        if self._unseen():
            self.buffer.reset()
            self.put(Secretly(Secret(typed)))
            return
        if self.occupied():
            if not self.state.dialog or time.monotonic() - self._dialog[1] >= ANSWER_AFTER:
                self.put(Submitted(typed))
            return
        text, images = self.pastes.expand(typed), self.pastes.images(typed)
        if self.asking() and (key := ANSWERS.get(text.strip().lower())):
            self.buffer.reset()
            self.press(key)
            return
        if text.strip() and not self.state.refusing:
            self.buffer.history.append_string(text)
        self.buffer.reset()
        self.put(Submitted(text, cast("Delivery", delivery), images))

    def did(self, action: str) -> None:
        self.put(Did(action))

    def shortcut(self, key: str) -> None:
        """A key of an extension."""
        self.put(Did("extension", key))

    def paste(self, text: str) -> None:
        if self.occupied():
            self.buffer.insert_text(text.strip() if self._unseen() else text)
            return
        image = from_paste(text, self.state.cwd)
        self.buffer.insert_text(self.pastes.image(image) + " " if image else self.pastes.mark(text))

    def paste_image(self) -> None:
        self._beside(from_clipboard, lambda image: self.line.insert(self.pastes.image(image) + " ", False))

    def edit(self) -> None:
        """The whole input in the person's editor, pastes and all."""
        if not self.occupied():
            self.buffer.text = self.pastes.expand(self.buffer.text)
            self.buffer.open_in_editor()

    def busy(self) -> bool:
        return self.state.busy

    def occupied(self) -> bool:
        return self.state.line_owner != 0

    def list_open(self) -> str:
        return self.state.picker.kind if self.state.picker and not self.state.question else ""

    def _unseen(self) -> bool:
        return bool(self.state.question and self.state.question.secret)

    def _line_changed(self, buffer: Buffer) -> None:
        if self.list_open():
            self.put(Typed(buffer.text))

    def press(self, key: str) -> None:
        if key == "cancel" and self._twice():
            self.did(f"app.session.{self._double_escape}")
            return
        named = cast('Literal["cancel", "interrupt", "leave", "unfold", "yes", "no", "always"]', key)
        self.put(Pressed(named, empty=not self.buffer.text))

    def _twice(self) -> bool:
        """Esc for the second time, where it has nothing else to do."""
        before, self._escaped = self._escaped, 0.0
        nothing_to_do = not (self.buffer.text or self.occupied() or self.state.busy)
        if self._double_escape == "none" or not nothing_to_do or self.state.approval or self.state.preview:
            return False
        now = time.monotonic()
        if now - before <= TWICE_WITHIN:
            return True
        self._escaped = now
        return False

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

    def asking(self) -> bool:
        """Whether `y`, `n` and `a` are answers now."""
        approval = self.state.approval
        if approval is None or self.state.refusing or self.occupied():
            return False
        return self._asked[0] == approval.call_id and time.monotonic() - self._asked[1] >= ANSWER_AFTER

    def _view(self, rows: int, columns: int) -> tuple[list[Line], Line, Line]:
        if self.state.width != columns - 1 or self.state.height != rows:
            self.state, _ = update(self.state, Resized(columns, rows))
        approval = self.state.approval
        if approval and rows > 0 and self._asked[0] != approval.call_id:
            self._asked = (approval.call_id, time.monotonic())
        if self._dialog[0] != self.state.dialog:
            self._dialog = (self.state.dialog, time.monotonic())
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
