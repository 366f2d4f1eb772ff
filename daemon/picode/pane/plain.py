"""The pane for a terminal that can only print lines (`TERM=dumb`), or for an output that is none.

No cursor movement and no colour: a line is printed when it is whole. Questions are answered with a line.
Where lines come from a pipe, its end does not cut off the answer to what it asked.
"""

import asyncio
import sys
import threading
from contextlib import suppress

from picode import tasks
from picode.errors import PicodeError
from picode.pane import here, keeping
from picode.pane.app import clipboard
from picode.pane.effects import Daemon, Start
from picode.pane.lines import to_ansi
from picode.pane.state import (
    ANSWERS,
    Again,
    Copy,
    Effect,
    Failed,
    Found,
    Here,
    Input,
    Leave,
    LookUp,
    Open,
    Opened,
    Pressed,
    Print,
    PutInput,
    Replied,
    Resized,
    State,
    Submitted,
    Tell,
    Title,
)
from picode.pane.update import update
from picode.paths import Paths
from picode.protocol.events import TurnEnded
from picode.protocol.requests import Ask, RunCommand

WIDTH = 80

__all__ = ["clipboard", "run_plain"]


class PlainPane:
    """Lines in, lines out."""

    def __init__(self, paths: Paths, begin: Start) -> None:
        self.state = update(
            State(plain=True, scoped=begin.scoped, thoughts=begin.thoughts), Resized(WIDTH + 1, 24)
        )[0]
        self._paths = paths
        self._beside: set[asyncio.Task[None]] = set()
        self.daemon = Daemon(paths, begin, self.put)
        self._left = asyncio.Event()
        self._asked = ""
        self._offered = ""
        self._failed: PicodeError | None = None
        self._early: list[str | None] = []
        self._read_all = False
        self._owed = 1
        """What the daemon has not answered yet; the first is the conversation."""
        self._begins = False
        """Something was asked, and has not been seen to begin."""

    async def run(self) -> None:
        following = tasks.spawn(self._follow(), "pane daemon")
        leaving = tasks.spawn(self._left.wait(), "pane left")
        loop = asyncio.get_running_loop()
        threading.Thread(target=_read, args=(loop, self._line), daemon=True).start()
        try:
            await asyncio.wait({following, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            keeping.give_up()
            await tasks.stop(following, leaving, *self._beside)
        if self._failed:
            raise self._failed

    async def _follow(self) -> None:
        try:
            await self.daemon.run()
        except PicodeError as error:
            self._failed = error

    def put(self, given: Input) -> None:
        self.state, effects = update(self.state, given)
        for effect in effects:
            self._do(effect)
        self._owed -= isinstance(given, (Opened, Replied, Failed, Found))
        self._begins = self._begins and not (self.state.busy or isinstance(given, Failed))
        approval = self.state.approval
        if approval and approval.call_id != self._asked:
            self._asked = approval.call_id
            print("allow? y yes, n [a word to the model] no, a always in this conversation", flush=True)
        preview = self.state.preview
        if preview and preview.id != self._offered:
            self._offered = preview.id
            print("send this? Enter sends, n drops it", flush=True)
        if isinstance(given, Opened):
            early, self._early = self._early, []
            for line in early:
                self._line(line)
        if self._read_all:
            self._leave_when_done()
        elif isinstance(given, TurnEnded):
            print("> ", end="", flush=True)

    def _line(self, line: str | None) -> None:
        if not self.state.conversation:
            # what it means may depend on what the conversation waits for
            self._early.append(line)
            return
        if line is None:
            self._end_of_input()
            return
        if self.state.preview and not (line.strip() or sys.stdin.isatty()):
            return  # an empty line of a script says nothing
        if self.state.preview and line.strip().lower() in ("n", "no"):
            self.put(Pressed("cancel"))
            return
        word, _, reason = line.strip().partition(" ")
        answer = ANSWERS.get(word.lower()) if self.state.approval else None
        if answer == "no":
            self.put(Pressed("no"))
            self.put(Submitted(reason))
        elif answer and not reason:
            self.put(Pressed(answer))
        else:
            self.put(Submitted(line))

    async def _here(self, effect: Here) -> None:
        self.put(await asyncio.to_thread(here.do, self._paths, self.state.cwd, effect))

    def _end_of_input(self) -> None:
        if sys.stdin.isatty():
            # a person leaves; the assistant goes on
            self._left.set()
            return
        self._read_all = True
        self._leave_when_done()

    def _leave_when_done(self) -> None:
        """Nobody will ask any more; what was asked is still answered, except a question that needs a person."""
        waits = self._owed > 0 or self._begins or self.state.busy
        if self.state.approval or self.state.preview or not waits:
            self._left.set()

    def _do(self, effect: Effect) -> None:
        match effect:
            case Print(lines):
                print(to_ansi(lines, colour=False), end="", flush=True)
            case Again():
                pass  # what was printed stays
            case LookUp():
                self.daemon.look_up(effect)
            case Here():
                self._owed += 1
                task = tasks.spawn(self._here(effect), "pane here")
                self._beside.add(task)
                task.add_done_callback(self._beside.discard)
            case Tell() | Open():
                self._owed += 1
                self._begins |= isinstance(effect, Tell) and isinstance(effect.request, (Ask, RunCommand))
                self.daemon.do(effect)
            case Title():
                pass
            case PutInput(text):
                print(f"(not sent: {text})", flush=True)
            case Copy(text):
                print(text, flush=True)
            case Leave():
                self._left.set()


def _read(loop: asyncio.AbstractEventLoop, take: "object") -> None:
    """Lines of standard input, from a thread: a file cannot be awaited."""
    assert callable(take)
    with suppress(RuntimeError):  # the loop has ended
        for line in sys.stdin:
            loop.call_soon_threadsafe(take, line.rstrip("\n"))
        loop.call_soon_threadsafe(take, None)


def run_plain(paths: Paths, begin: Start) -> int:
    asyncio.run(PlainPane(paths, begin).run())
    return 0
