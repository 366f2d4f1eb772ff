"""The recorded terminals that are open, and notes of the commands that ran in them (not what they printed)."""

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
        return first

    def closed(self, name: str) -> None:
        self._open.pop(Path(name).name, None)

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

    def finished(self, name: str, note: CommandNote) -> None:
        terminal = self._open.get(Path(name).name)
        if terminal is None:
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
