"""What a terminal's shells have run, put together from its marks and the bytes between them.

C;<status before>;<text>   a command begins; all bytes until its end are its output
D;<status>                 it has ended
H <history line> E         bash: the text of the command that has just ended
P;<directory>;<keys>       the shell waits at a prompt; `az`: the keys are the usual ones
K;<key>;<text>             a key of PiCode's was pressed
"""

import time

from picode.terminal.marks import Mark
from picode.terminal.ring import COMMANDS, HALF, Kept, Output, Ring
from picode.terminal.shells import Shell, Shells

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_TYPED = 16 * 1024
LONGEST_COMMAND = 64 * 1024
PAUSED = "this terminal is paused; `picode resume` goes on"
WITHIN = "it ran within a command that is not recorded"


class Command:
    """One command; times in milliseconds, `started` since 1970."""

    __slots__ = (
        "begun",
        "cwd",
        "duration",
        "ended",
        "number",
        "output",
        "shell",
        "size",
        "started",
        "status",
        "text",
        "why",
    )

    def __init__(self, number: int, text: str, cwd: str, shell: str) -> None:
        self.number = number
        self.shell = shell
        self.text = text
        self.cwd = cwd
        self.started = int(time.time() * 1000)
        self.begun = time.monotonic()
        self.status: int | None = None
        self.duration = 0
        self.size = 0
        self.ended = False
        self.output: Output | None = Output()
        self.why = ""
        """Why it is not recorded; then there is neither text nor output."""

    def forget(self, why: str) -> None:
        """Keep nothing of it but that there was one."""
        self.why, self.text, self.output, self.size = why, "", None, 0

    def elapsed(self) -> int:
        return self.duration if self.ended else int((time.monotonic() - self.begun) * 1000)


class Event:
    """Something that others should know: `started`, `finished`, `prompt`, `send` or `suggest`."""

    __slots__ = ("command", "kind", "text")

    def __init__(self, kind: str, command: Command | None = None, text: str = "") -> None:
        self.kind = kind
        self.command = command
        self.text = text


class Commands:
    def __init__(self, kind: str, cwd: str, pid: int = 0) -> None:
        self.shells = Shells(kind, pid)
        self.cwd = cwd
        self.at_prompt = False
        self.bracketed = False
        """The shell takes a bracketed paste at this prompt."""
        self.alt = False
        """Alt-a and Alt-z have their usual meaning."""
        self.finished: list[Command] = []
        self.paused = False
        self.judge: Callable[[str, str], str] = lambda text, cwd: ""
        """Why a command with this text, in this directory, is not recorded."""
        self._ring = Ring()
        self._count = 0
        self._typed = bytearray()
        self._keys = b""

    @property
    def shell(self) -> str:
        """The kind of the shell in front."""
        return self.shells.front.kind

    @property
    def running(self) -> Command | None:
        """What runs now: of nested commands the innermost."""
        return next((shell.running for shell in self.shells.stack() if shell.running), None)

    def keys(self, data: bytes) -> None:
        """The user (or we) typed `data`."""
        self._keys = (self._keys + data)[-2:]

    @property
    def line_is_empty(self) -> bool:
        """Nothing can stand on the prompt's line: no key was typed and nothing was shown since; false in doubt."""
        if not self.at_prompt or self._keys:
            return False
        from picode.terminal import line

        return line.is_empty(bytes(self._typed))

    def print(self, data: bytes) -> None:
        """The terminal showed `data`."""
        if self.at_prompt:
            self._type(data)
        shell: Shell | None = None if self.paused else self.shells.front
        while shell:
            if shell.running and shell.running.why and not shell.running.ended:
                # nor does the command that runs the inner shell keep what is not recorded there
                return
            # between a command's end and the prompt the shell itself prints
            if (running := shell.running) and running.output and not running.ended:
                running.output.add(data)
            shell = shell.below

    def _type(self, data: bytes) -> None:
        if b"\x1b[?2004" in data:
            self.bracketed = data.rfind(b"\x1b[?2004h") > data.rfind(b"\x1b[?2004l")
        self._typed += data
        if len(self._typed) > LONGEST_TYPED:
            del self._typed[:-LONGEST_TYPED]

    def mark(self, mark: Mark) -> list[Event]:
        verb, arguments = mark.verb, mark.arguments
        shell = self.shells.get(mark.shell)
        if not shell:
            return []
        first = arguments[0] if arguments else b""
        second = arguments[1] if len(arguments) > 1 else b""
        told = self._to_front(shell, _status(first) if verb == "D" else None)
        if verb == "C":
            told += self._begin(shell, _status(first), second)
        elif verb == "D":
            self.at_prompt = False
            self._end(shell, _status(first))
        elif verb == "H":
            self._name(shell, first)
        elif verb == "P":
            told += self._prompt(shell, first, second)
        elif verb == "K":
            told.append(Event(first.decode("ascii", "replace"), text=_text(second)))
        return told

    def _to_front(self, shell: Shell, status: int | None) -> list[Event]:
        """The last command of an inner shell that has gone (`exit`) ends with the status that the outer one tells."""
        told = []
        for gone in self.shells.to_front(shell):
            if gone.running:
                self._end(gone, status)
                told.append(self._finish(gone))
        return told

    def join(self, kind: str, pid: int) -> int | None:
        """A shell within this terminal's shell; the number that its marks carry, or None."""
        return self.shells.join(kind, pid)

    def _begin(self, shell: Shell, before: int | None, text: bytes) -> list[Event]:
        told = []
        if shell.running:
            # several commands pasted at once: bash shows no prompt between them
            self._end(shell, before)
            told.append(self._finish(shell))
        # text that the shell was asked to put on the next line came with another key than Enter
        self._keys = b"" if self._keys.endswith((b"\r", b"\n")) else b"?"
        self._count += 1
        shell.running = Command(self._count, _text(text) or self._echoed(), self.cwd, shell.kind)
        self._ring.reserve(2 * HALF * sum(1 for one in self.shells.stack() if one.running))
        self._judge(shell.running)
        self.at_prompt = False
        self._typed.clear()
        return [*told, Event("started", shell.running)]

    def _judge(self, command: Command) -> None:
        """Before anything of it is kept; and again when its text is known for sure."""
        if not command.why and (why := self._why(command)):
            command.forget(why)

    def _why(self, command: Command) -> str:
        if self.paused:
            return PAUSED
        outer = (shell.running for shell in self.shells.stack())
        if any(one and one.why and not one.ended and one is not command for one in outer):
            return WITHIN
        return self.judge(command.text, command.cwd)

    def judge_again(self) -> None:
        """What came before the rules were known."""
        stack = [shell.running for shell in self.shells.stack() if shell.running]
        for command in [*self.finished, *reversed(stack)]:
            self._judge(command)
            if command.why:
                self._ring.drop(command.number)

    def pause(self, paused: bool) -> None:
        """From now on nothing is recorded, nor what runs just now; or all of what begins later."""
        self.paused = paused
        if paused and self.shells.front.running:
            self._judge(self.shells.front.running)

    def _end(self, shell: Shell, status: int | None) -> None:
        command = shell.running
        if not command or command.ended:
            return
        command.ended = True
        command.status = status
        command.duration = int((time.monotonic() - command.begun) * 1000)

    def _name(self, shell: Shell, line: bytes) -> None:
        """bash's history knows the text exactly, unless it ignored the command: then its number stays."""
        line = line.removesuffix(b"\n").removesuffix(b"\r").replace(b"\r\n", b"\n").lstrip()
        digits = line[: len(line) - len(line.lstrip(b"0123456789"))]
        if not digits or line[len(digits) : len(digits) + 2] not in (b"* ", b"  "):
            return
        number, text = int(digits), _text(line[len(digits) + 2 :]).rstrip("\n")
        if (
            shell.running
            and not shell.running.why
            and (number != shell.history or shell.running.text.strip() == text.strip())
        ):
            shell.running.text = text
        shell.history = number

    def _prompt(self, shell: Shell, cwd: bytes, flags: bytes) -> list[Event]:
        told = []
        if shell.running:
            self._end(shell, None)
            told.append(self._finish(shell))
        elif self._keys == b"\r":
            self._keys = b""
        if cwd:
            self.cwd = _text(cwd)
        self.at_prompt = True
        self.alt = b"az" in flags
        self._typed.clear()
        return [*told, Event("prompt")]

    def _finish(self, shell: Shell) -> Event:
        command = shell.running
        assert command is not None
        self._judge(command)
        if command.output is not None:
            self._skip_prologue(command)
            command.size = command.output.size - command.output.begin
            self._ring.add(command.number, command.output)
            command.output = None
        self.finished = [*self.finished[1 - COMMANDS :], command]
        shell.running = None
        return Event("finished", command)

    def kept(self, command: Command) -> Kept | None:
        """Its output so far, or None when the ring has forgotten it."""
        if command.output:
            self._skip_prologue(command)
            return command.output.kept()
        return self._ring.get(command.number)

    def find(self, number: int = 0, back: int = 1, running: bool = False) -> Command | None:
        """Command `number`, or the `back`th last; `running`: one that runs now is the last."""
        known = list(self.finished)
        if running or number:
            stack = list(self.shells.stack())
            known += [shell.running for shell in reversed(stack) if shell.running]
        if number:
            return next((command for command in known if command.number == number), None)
        return known[-back] if 0 < back <= len(known) else None

    def _skip_prologue(self, command: Command) -> None:
        if command.shell != "fish" or not command.output:
            return
        from picode.terminal import line

        command.output.begin = line.fish_prologue(command.output.first(line.LONGEST_PROLOGUE))

    def _echoed(self) -> str:
        from picode.terminal import line

        return line.echoed(bytes(self._typed))


def _text(raw: bytes) -> str:
    return raw[:LONGEST_COMMAND].decode("utf-8", "replace")


def _status(raw: bytes) -> int | None:
    return int(raw) if raw.isdigit() else None
