"""The pane for a terminal that can only print lines (`TERM=dumb`), or for an output that is none.

No cursor movement and no colour: a line is printed when it is whole. Questions are answered with a line.
"""

import asyncio
import sys
import threading
from contextlib import suppress

from picode import tasks
from picode.pane.app import clipboard
from picode.pane.effects import Daemon, Start
from picode.pane.lines import to_ansi
from picode.pane.state import (
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
from picode.pane.update import update
from picode.paths import Paths
from picode.protocol.events import TurnEnded

WIDTH = 80
ANSWERS = {"y": "yes", "yes": "yes", "a": "always", "always": "always"}

__all__ = ["clipboard", "run_plain"]


class PlainPane:
    """Lines in, lines out."""

    def __init__(self, paths: Paths, begin: Start) -> None:
        self.state = update(State(), Resized(WIDTH + 1, 24))[0]
        self.daemon = Daemon(paths, begin, self.put)
        self._left = asyncio.Event()
        self._asked = ""

    async def run(self) -> None:
        following = tasks.spawn(self.daemon.run(), "pane daemon")
        leaving = tasks.spawn(self._left.wait(), "pane left")
        loop = asyncio.get_running_loop()
        threading.Thread(target=_read, args=(loop, self._line), daemon=True).start()
        try:
            await asyncio.wait({following, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if following.done():
                following.result()
        finally:
            await tasks.stop(following, leaving)

    def put(self, given: Input) -> None:
        self.state, effects = update(self.state, given)
        for effect in effects:
            self._do(effect)
        approval = self.state.approval
        if approval and approval.call_id != self._asked:
            self._asked = approval.call_id
            print("allow? y yes, n [a word to the model] no, a always in this conversation", flush=True)
        if isinstance(given, TurnEnded):
            print("> ", end="", flush=True)

    def _line(self, line: str | None) -> None:
        if line is None:
            self._left.set()
            return
        word, _, reason = line.strip().partition(" ")
        if self.state.approval and word.lower() in ANSWERS and not reason:
            self.put(Pressed("yes" if ANSWERS[word.lower()] == "yes" else "always"))
        elif self.state.approval and word.lower() in ("n", "no"):
            self.put(Pressed("no"))
            self.put(Submitted(reason))
        else:
            self.put(Submitted(line))

    def _do(self, effect: Effect) -> None:
        match effect:
            case Print(lines):
                print(to_ansi(lines, colour=False), end="", flush=True)
            case Tell() | Open():
                self.daemon.do(effect)
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
