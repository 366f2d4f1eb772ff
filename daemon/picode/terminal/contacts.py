"""Everything a recorder has to do with others: the daemon, those who ask it, and what they may type into the shell."""

import contextlib
import os
import socket
from typing import TYPE_CHECKING

from picode.errors import PicodeError
from picode.paths import resolve
from picode.protocol import codec
from picode.protocol.requests import (
    CommandFinished,
    CommandStarted,
    GetSuggestion,
    Send,
    TerminalClosed,
    TerminalOpened,
)
from picode.protocol.terminal import AnyTerminalReply, Await, Awaited, NotFetched
from picode.protocol.values import CommandRecord, Place, TerminalInfo
from picode.terminal import joining, keys, recorder, records, tty
from picode.terminal.answers import Answers
from picode.terminal.commands import Command, Event
from picode.terminal.link import Link
from picode.terminal.rules import Reader
from picode.terminal.unrecorded import why_not

if TYPE_CHECKING:
    from collections.abc import Callable

    from picode.terminal.recording import Recording


class Contacts:
    NOT_RUN = NOT_TYPED = "This terminal is its user's own: nothing is typed into it."

    def __init__(self, recording: "Recording") -> None:
        self._recording = recording
        self.loop = recording.loop
        self.socket = recorder.own_socket()
        self._presses = 0
        self._begun = 0
        paths = resolve()
        reader = Reader(paths)
        recording.commands.judge = lambda text, cwd: why_not(reader.rules(), text, cwd)
        recording.commands.judge_again()
        self.answers = Answers(self)
        # an older daemon has only the second
        self.link = Link(self, str(paths.shells_socket), str(paths.requests_socket))
        try:
            self.answers.open(recording.take_socket())
        except (OSError, PicodeError):
            # the terminal works without: `picode last` says that nobody answers
            pass
        self.link.ensure()

    # what the two connections need of the terminal

    def say(self, sentence: str) -> None:
        self._recording.say(sentence)

    def hello(self) -> bytes:
        return codec.encode(TerminalOpened(id=0, terminal=self.terminal()))

    def terminal(self) -> TerminalInfo:
        recording = self._recording
        return records.terminal(recording.commands, self.socket, recording.shell.pid, recording.shell.name)

    def place(self) -> Place:
        return records.place(self._recording.commands, self._recording.shell.name)

    def find(self, number: int, back: int, running: bool) -> Command | None:
        return self._recording.commands.find(number, back, running)

    def recent(self, limit: int) -> list[Command]:
        commands = self._recording.commands
        known = [*commands.finished, *([commands.running] if commands.running else [])]
        known = [command for command in known if not command.why]
        return known[-limit:] if limit > 0 else []

    def record(self, command: Command) -> CommandRecord | None:
        columns, rows = tty.size(self._recording.shell.master)
        return records.record(self._recording.commands, command, columns, rows)

    def join(self, asking: socket.socket, kind: str, pid: int) -> str | None:
        """The secret for a shell within this terminal's shell, or None."""
        return joining.admit(self._recording, asking, kind, pid)

    def insert(self, text: str) -> bool:
        """Put text on the prompt; false when the shell waits at none."""
        commands = self._recording.commands
        if not commands.at_prompt:
            return False
        self._recording.type(keys.pasted(text, commands.bracketed))
        return True

    def run(self, command: str) -> int:
        """The number of the command that begins; 0: it does not. Only a pane that was opened for commands runs any."""
        return 0

    def type(self, data: bytes) -> bool:
        """Whether what runs was given `data`. A person's shell never is."""
        return False

    def look_for(
        self, request: Await, asking: int, tell: "Callable[[Awaited], None]"
    ) -> AnyTerminalReply | None:
        """An answer now, or none: then `tell` is called later, unless `no_longer` was, with the same `asking`."""
        return NotFetched(self.NOT_RUN)

    def no_longer(self, asking: int) -> None:
        """Who asked is gone."""

    def pause(self, paused: bool) -> TerminalInfo:
        """Record nothing from now on, or record again; the daemon is told."""
        self._recording.commands.pause(paused)
        self.link.ensure()
        self.link.tell(TerminalOpened(id=0, terminal=self.terminal()))
        return self.terminal()

    # what happens in the terminal

    def happened(self, event: Event) -> None:
        if event.command and event.command.why:
            self._unrecorded(event.command)
            return
        if event.kind == "started" and event.command:
            self.link.ensure()
            note = records.note(event.command, self.socket)
            self._begun = event.command.number
            self.link.tell(CommandStarted(id=0, terminal=self.socket, note=note))
        elif event.kind == "finished" and event.command:
            note = records.note(event.command, self.socket)
            self.link.tell(CommandFinished(id=0, terminal=self.socket, note=note))
        elif event.kind == "send":
            self._send(event.text)
        elif event.kind == "suggest":
            self.link.ask(GetSuggestion(id=0, place=self.place()))

    def _unrecorded(self, command: Command) -> None:
        """Who was told of its beginning, and perhaps of its text, is to forget it."""
        if command.ended and command.number == self._begun:
            note = records.note(command, self.socket)
            note.unrecorded = True
            self.link.tell(CommandFinished(id=0, terminal=self.socket, note=note))

    def _send(self, text: str) -> None:
        last = self.find(0, 1, False)
        command = self.record(last) if last else None
        if last and last.why:
            went = "your question goes without it" if text.strip() else "nothing is sent"
            self.say(f"the last command was not recorded: {last.why}; {went}.")
            if not text.strip():
                return
        if not text.strip() and command is None:
            self.say("there is no command to send yet.")
            return
        self._presses += 1
        once = f"{self.socket}:{self._presses}"
        self.link.ask(Send(id=0, place=self.place(), text=text, command=command, once=once))

    def child_ended(self) -> None:
        self.link.child_ended()

    def close(self) -> None:
        self.link.tell(TerminalClosed(id=0, terminal=self.socket))
        self.link.close()
        self.answers.close()


def remove_dead(directory: str) -> None:
    """Sockets of recorders that were killed."""
    for name in os.listdir(directory):
        number = name.removesuffix(".sock")
        if not number.isdigit() or os.path.exists(f"/proc/{number}") or int(number) == os.getpid():
            continue
        try:
            os.kill(int(number), 0)
        except ProcessLookupError:
            # another recorder may be as tidy at the same moment
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(directory, name))
        except OSError:
            pass
