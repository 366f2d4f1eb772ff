"""The recorded terminals that are open, and notes of the commands that ran in them (not what they printed)."""

import asyncio
import os
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from picode.protocol.values import CommandNote, TerminalInfo

MOST_TERMINALS = 256
MOST_NOTES = 64


@dataclass
class Terminal:
    info: TerminalInfo
    notes: deque[CommandNote] = field(default_factory=lambda: deque(maxlen=MOST_NOTES))


class Terminals:
    """`seen(session, note)` is called when a shell of that Zellij session has begun or ended a command."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Terminal] = OrderedDict()
        self.seen: Callable[[str, CommandNote], None] = lambda session, note: None
        self._waiting: set[asyncio.Event] = set()

    def __len__(self) -> int:
        self._forget_dead()
        return len(self._open)

    def opened(self, info: TerminalInfo) -> bool:
        """Remember it; whether it is the first that lives in its Zellij session."""
        self._forget_dead()
        info.socket = Path(info.socket).name
        first = not any(
            one.info.place.zellij_session == info.place.zellij_session and name != info.socket
            for name, one in self._open.items()
        )
        known = self._open.pop(info.socket, None)
        self._open[info.socket] = Terminal(info, known.notes) if known is not None else Terminal(info)
        while len(self._open) > MOST_TERMINALS:
            self._open.popitem(last=False)
        self._tell()
        return first

    def found(self, info: TerminalInfo, notes: list[CommandNote]) -> None:
        """One that was here before this daemon, with what ran in it; nobody hears of old commands."""
        self.opened(info)
        for note in notes:
            note.terminal = info.socket
        self._open[info.socket].notes.extend(notes)
        info.last = next((note for note in reversed(notes) if note.status is not None), None)

    def closed(self, name: str) -> None:
        self._open.pop(Path(name).name, None)
        self._tell()

    def started(self, name: str, note: CommandNote) -> None:
        terminal = self._open.get(Path(name).name)
        if terminal is None:
            return
        note.terminal = terminal.info.socket
        for index, known in enumerate(terminal.notes):
            if known.number == note.number:
                terminal.notes[index] = note
                break
        else:
            terminal.notes.append(note)
        self.seen(terminal.info.place.zellij_session, note)
        self._tell()

    def finished(self, name: str, note: CommandNote) -> None:
        terminal = self._open.get(Path(name).name)
        if terminal is None:
            return
        if note.unrecorded:
            kept = [known for known in terminal.notes if known.number != note.number]
            terminal.notes.clear()
            terminal.notes.extend(kept)
            self.seen(terminal.info.place.zellij_session, note)
            self._tell()
            return
        terminal.info.last = note
        terminal.info.place.cwd = note.cwd or terminal.info.place.cwd
        self.started(name, note)

    def all(self, session: str = "") -> list[TerminalInfo]:
        """Those that live; with `session`, only of that Zellij session."""
        self._forget_dead()
        return [one.info for one in self._open.values() if session in ("", one.info.place.zellij_session)]

    def notes(self, session: str) -> list[CommandNote]:
        """Of every terminal of the session, latest last."""
        notes = [
            note
            for one in self._open.values()
            if one.info.place.zellij_session == session
            for note in one.notes
        ]
        return sorted(notes, key=lambda note: note.started)

    def in_pane(self, session: str, pane: str) -> TerminalInfo | None:
        """The recorded terminal in this pane, if there is one."""
        self._forget_dead()
        for one in reversed(self._open.values()):
            if (one.info.place.zellij_session, one.info.place.zellij_pane) == (session, pane):
                return one.info
        return None

    def named(self, session: str) -> dict[str, TerminalInfo]:
        """The panes of the session that the assistant opened, by the names that it gave them."""
        self._forget_dead()
        found = [one.info for one in self._open.values() if one.info.name]
        return {info.name: info for info in found if info.place.zellij_session == session}

    def sockets(self) -> set[str]:
        """The names of all that are known."""
        return set(self._open)

    def note(self, name: str, number: int = 0) -> CommandNote | None:
        """What is known of a command of that terminal; `number` 0: of the last one."""
        terminal = self._open.get(Path(name).name)
        notes = terminal.notes if terminal is not None else ()
        return next((note for note in reversed(notes) if number in (0, note.number)), None)

    async def until(self, holds: Callable[[], bool], woken: asyncio.Event) -> None:
        """Wait until `holds`; it is asked whenever a terminal tells something, and when `woken` is set."""
        self._waiting.add(woken)
        try:
            while not holds():
                woken.clear()
                await woken.wait()
        finally:
            self._waiting.discard(woken)

    def _tell(self) -> None:
        for event in self._waiting:
            event.set()

    def _forget_dead(self) -> None:
        """A recorder that was killed said no last word."""
        for name, one in list(self._open.items()):
            if one.info.pid > 0 and not _lives(one.info.pid):
                del self._open[name]


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
