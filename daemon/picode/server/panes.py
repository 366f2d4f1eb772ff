"""The panes that the assistant opened: which there are, what runs in them, and what is asked of Zellij for them.

A pane is known by its recorder (terminal/command_pane.py), which says who it is: so nothing is written down here, and
a daemon that was started anew finds all of them. Zellij is asked only to open, focus and close; the rest is said to the
recorder.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from picode.errors import Missing, PicodeError, TryLater, Unavailable
from picode.paths import Paths
from picode.protocol.terminal import Await, Awaited, Begun, Commands, Fetch, GetCommands, Run, Type
from picode.protocol.values import CommandRecord, Place, TerminalInfo
from picode.server import fetch
from picode.server.held_panes import PROGRAM, Held, held_in, revive
from picode.server.terminals import Terminals
from picode.tasks import spawn, stop
from picode.terminal import fetch as recorder
from picode.tools.base import Running
from picode.tools.panes import NO_WORKSPACE, Pane, Where

OPENED_WITHIN = 20.0
"""Seconds until the program in a new pane says that it is there."""
CLOSED_WITHIN = 5.0
HELD_WITHIN = 10.0
MOST_PLACES = 256
CLOSED = "There is no pane {} (any more): it was closed, or its session ended. pane_run opens one."


class Wanted(NamedTuple):
    name: str
    command: str
    where: Where


class Panes:
    """`seen` tells where a conversation's own pane is; the rest is what the tools ask for (tools/panes.py).

    `current`: the conversation of a Zellij session.
    """

    def __init__(self, paths: Paths, terminals: Terminals, current: Callable[[str], str]) -> None:
        self._paths, self._terminals, self._current = paths, terminals, current
        self._places: dict[str, Place] = {}
        self._loop = asyncio.get_running_loop()
        self._turns: dict[str, asyncio.Lock] = {}

    def seen(self, conversation: str, place: Place) -> None:
        """A client of this conversation is there; outside of Zellij it says nothing about panes."""
        if place.zellij_session and place.zellij_env:
            self._places.pop(conversation, None)
            self._places[conversation] = place
            while len(self._places) > MOST_PLACES:
                del self._places[next(iter(self._places))]

    def check(self, conversation: str) -> None:
        self.place(conversation)

    def find(self, conversation: str, name: str) -> Pane:
        try:
            return self._described(self._terminal(conversation, name))
        except Missing:
            held = self._held(self.place(conversation)).get(name)
            if held is None:
                raise
            return Pane(name, held.pane, command=held.command, held=True)

    def all(self, conversation: str) -> list[Pane]:
        place = self.place(conversation)
        session = place.zellij_session
        found = {**self._older(session), **self._terminals.named(session)}
        panes = {name: self._described(info) for name, info in found.items()}
        for name, held in self._held(place).items():
            panes.setdefault(name, Pane(name, held.pane, command=held.command, held=True))
        return [pane for _, pane in sorted(panes.items())]

    def _held(self, place: Place) -> dict[str, Held]:
        """From a thread: those that came back with their session. Zellij may not answer: then none is known."""
        try:
            return asyncio.run_coroutine_threadsafe(held_in(place), self._loop).result(HELD_WITHIN)
        except (PicodeError, TimeoutError):
            return {}

    async def run(self, conversation: str, cwd: str, name: str, command: str, where: Where) -> int:
        place = await asyncio.to_thread(self.place, conversation)
        async with self._turns.setdefault(place.zellij_session, asyncio.Lock()):
            try:
                info = await asyncio.to_thread(self._terminal, conversation, name)
            except Missing:
                return await self._begin(place, cwd, Wanted(name, command, where))
            try:
                reply = await fetch.ask(self._paths, info.socket, Run(command))
            except Missing as error:
                raise TryLater(
                    f"{error.message} Wait for it (pane_wait), end it (pane_write), or use another name."
                ) from error
        if not isinstance(reply, Begun):
            raise Unavailable(f"The program in pane {name} gave an answer that does not fit.")
        return reply.number

    async def wait(
        self, conversation: str, name: str, number: int, *, seconds: float, running: Running, text: str = ""
    ) -> bool:
        """Whether `text` has come. Raises Missing when the pane is closed meanwhile."""
        info = await asyncio.to_thread(self._terminal, conversation, name)
        socket = info.socket
        came = False

        def over() -> bool:
            ended = _ended(self._terminals, socket, number)
            return came or running.stop.is_set() or ended or self._gone(info)

        async def seek() -> None:
            nonlocal came
            reply = await fetch.ask(self._paths, socket, Await(number, text), seconds + fetch.WITHIN)
            came = isinstance(reply, Awaited) and reply.came
            woken.set()

        with _told_of_end(socket) as woken:
            stopping = spawn(_pass_on(running.stop, woken), f"cancel of a wait for pane {name}")
            seeking = spawn(seek(), f"wait for a text in pane {name}") if text else None
            try:
                async with asyncio.timeout(seconds):
                    await self._terminals.until(over, woken)
                    if seeking is not None and _ended(self._terminals, socket, number):
                        # the end is told by two ways, and only this one knows what was printed last
                        await asyncio.wait([seeking], timeout=fetch.WITHIN)
            except TimeoutError:
                pass
            finally:
                await stop(stopping, seeking)
        if self._gone(info):
            raise Missing(f"Pane {name} was closed while its command ran; its output is gone.")
        return came

    async def record(self, conversation: str, name: str, number: int) -> CommandRecord:
        info = await asyncio.to_thread(self._terminal, conversation, name)
        return await fetch.fetch(self._paths, info.socket, Fetch(number=number, running=True))

    async def give(self, conversation: str, name: str, data: bytes) -> None:
        info = await asyncio.to_thread(self._terminal, conversation, name)
        await fetch.ask(self._paths, info.socket, Type(data))

    async def focus(self, conversation: str, name: str) -> None:
        from picode.server import zellij_panes

        place = await asyncio.to_thread(self.place, conversation)
        pane = await asyncio.to_thread(self.find, conversation, name)
        await zellij_panes.focus(place, pane.id)

    async def close(self, conversation: str, name: str) -> None:
        from picode.server import zellij_panes

        place = await asyncio.to_thread(self.place, conversation)
        if (pane := await asyncio.to_thread(self.find, conversation, name)).held:
            await zellij_panes.close(place, pane.id)
            return
        info = await asyncio.to_thread(self._terminal, conversation, name)
        with _told_of_end(info.socket) as woken:
            await zellij_panes.close(place, info.place.zellij_pane)
            try:
                async with asyncio.timeout(CLOSED_WITHIN):
                    await self._terminals.until(lambda: self._gone(info), woken)
            except TimeoutError:
                raise Unavailable(f"Zellij did not close pane {name}.") from None

    async def _begin(self, place: Place, cwd: str, wanted: Wanted) -> int:
        """In a new pane, or in one that came back with this very command."""
        from picode.server import zellij_panes

        name, command, where = wanted
        before = {info.socket for info in self._terminals.named(place.zellij_session).values()}

        def here() -> bool:
            info = self._terminals.named(place.zellij_session).get(name)
            return info is not None and info.socket not in before

        held = (await held_in(place)).get(name)
        if held is not None and held.command == command:
            await revive(place, held.pane)
        else:
            if held is not None:
                await zellij_panes.close(place, held.pane)
            program = [sys.executable, "-I", "-m", PROGRAM, name, command]
            await zellij_panes.open_(place, where, name, cwd, program)
        try:
            async with asyncio.timeout(OPENED_WITHIN):
                await self._terminals.until(here, asyncio.Event())
        except TimeoutError:
            raise Unavailable(
                f"Zellij opened pane {name}, but its program did not answer; it may tell why."
            ) from None
        return 1

    def place(self, conversation: str) -> Place:
        """Where the conversation is: its own pane; after a new start of the daemon, of a terminal in its session."""
        if conversation not in self._places:
            for info in [*self._terminals.all(), *self._unheard()]:
                place = info.place
                if place.zellij_session and self._current(place.zellij_session) == conversation:
                    self.seen(conversation, msgspec.structs.replace(place, zellij_pane=""))
                    break
        if conversation not in self._places:
            raise Unavailable(NO_WORKSPACE)
        return self._places[conversation]

    def _terminal(self, conversation: str, name: str) -> TerminalInfo:
        session = self.place(conversation).zellij_session
        info = self._terminals.named(session).get(name) or self._older(session).get(name)
        if info is None or self._gone(info):
            raise Missing(CLOSED.format(name))
        return info

    def _older(self, session: str) -> dict[str, TerminalInfo]:
        """Panes of the assistant's that this daemon has not heard of."""
        return {
            info.name: info for info in self._unheard() if info.name and info.place.zellij_session == session
        }

    def _unheard(self) -> Iterator[TerminalInfo]:
        """Recorded terminals that are older than this daemon and have not told it anything yet. Blocks for a moment."""
        heard = self._terminals.sockets()
        try:
            names = sorted(os.listdir(self._paths.terminals))
        except OSError:
            return
        for name in names:
            if name in heard or not name.endswith(".sock"):
                continue
            with contextlib.suppress(PicodeError, OSError):
                reply = recorder.ask(fetch.own_socket(self._paths, name), GetCommands(limit=1), timeout=1.0)
                if isinstance(reply, Commands):
                    reply.terminal.socket = name
                    reply.terminal.last = reply.notes[-1] if reply.notes else None
                    yield reply.terminal

    def _described(self, info: TerminalInfo) -> Pane:
        note = self._terminals.note(info.socket) or info.last
        pane = info.place.zellij_pane
        if note is None:
            return Pane(info.name, pane)
        return Pane(info.name, pane, note.number, note.command, note.status)

    def _gone(self, info: TerminalInfo) -> bool:
        return not (self._paths.terminals / Path(info.socket).name).exists() or not _lives(info.pid)


def _ended(terminals: Terminals, socket: str, number: int) -> bool:
    last = terminals.note(socket)
    if last is None:
        return False
    return last.number > number or (last.number == number and last.status is not None)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


@contextlib.contextmanager
def _told_of_end(socket: str) -> Iterator[asyncio.Event]:
    """An event that is set when the recorder's process ends (Linux), also when it is killed and says no last word."""
    woken = asyncio.Event()
    descriptor = -1
    with contextlib.suppress(OSError, ValueError, AttributeError):
        descriptor = os.pidfd_open(int(Path(socket).stem))
        asyncio.get_running_loop().add_reader(descriptor, woken.set)
    try:
        yield woken
    finally:
        if descriptor != -1:
            asyncio.get_running_loop().remove_reader(descriptor)
            os.close(descriptor)


async def _pass_on(stopped: asyncio.Event, woken: asyncio.Event) -> None:
    await stopped.wait()
    woken.set()
