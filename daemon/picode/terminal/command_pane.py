"""The program in a pane that the assistant opened: runs one command after the other with bash, under the recorder.

    python -I -m picode.terminal.command_pane NAME COMMAND

What the command writes is kept byte for byte, as in a recorded shell; here the boundaries are the process's own begin
and end. After the end the pane stays: Enter runs the command again, Ctrl-C closes the pane.
"""

import contextlib
import os
import shutil
import signal
import sys
import termios
from collections.abc import Callable

from picode.protocol import codec
from picode.protocol.requests import TerminalOpened
from picode.protocol.terminal import AnyTerminalReply, Await, Awaited, NotFetched
from picode.protocol.values import TerminalInfo
from picode.terminal import tty
from picode.terminal.commands import Command, Event
from picode.terminal.contacts import Contacts
from picode.terminal.looking import Looking
from picode.terminal.marks import Mark
from picode.terminal.recorder import own_socket
from picode.terminal.recording import PASSED_ON, Recording
from picode.terminal.ring import Kept

AGAIN = b"\r\n"
MOST_TEXTS = 64
LONGEST_TEXT = 1000
"""Characters that can be waited for."""
CLOSE = b"\x03\x04q"
MOST_LEFT = 512
"""Pieces of output that may still stand in the terminal when the command has ended; children of it may write on."""


class CommandPane(Recording):
    """`shell.pid` is the command's process, 0 while none runs."""

    def __init__(self, name: str, modes: "tty.Modes | None") -> None:
        self.name = name
        self._command = ""
        self._cooked = modes
        master, self._slave = os.openpty()
        os.set_blocking(master, False)
        # without the secret no program's output counts as a mark, and here nobody has it
        shell = tty.Shell(0, master, os.ttyname(self._slave), os.urandom(16).hex().encode())
        super().__init__(shell, "bash", shutil.which("bash") or "/bin/sh", modes)
        self.contacts: Contacts | None = PaneContacts(self)
        self._mark("P", os.fsencode(os.getcwd()), b"")

    def begin(self, command: str) -> int:
        """Run it, or the last one again when it is empty; its number, 0 when one runs already."""
        if self.shell.pid or not (command or self._command):
            return 0
        self._command = command or self._command
        if self._cooked is not None:
            termios.tcsetattr(self._slave, termios.TCSANOW, self._cooked)
        tty.copy_size(self.outer, self._slave)
        self._show(f"\x1b[1m$ {printable(self._command)}\x1b[0m\r\n")
        self._mark("C", b"", self._command.encode())
        self.shell.pid = os.fork()
        if not self.shell.pid:
            become(self.program, self._command, self._slave, self.shell.name)
        running = self.commands.running
        return running.number if running else 0

    def _shown(self, data: bytes) -> bytes:
        shown = super()._shown(data)
        if isinstance(self.contacts, PaneContacts) and self.commands.running:
            self.contacts.printed(shown)
        return shown

    def _look_after_shell(self) -> None:
        """The command has ended: all that it wrote is taken first."""
        if not self.shell.pid:
            return
        pid, status = os.waitpid(self.shell.pid, os.WNOHANG)
        if not pid:
            return
        self.shell.pid = 0
        for _ in range(MOST_LEFT):
            if not self._out.read():
                break
        self._release()
        code = os.waitstatus_to_exitcode(status)
        code = code if code >= 0 else 128 - code
        self._mark("D", b"%d" % code)
        self._mark("P", os.fsencode(self.commands.cwd), b"")
        colour = 31 if code else 32
        self._show(f"\r\n\x1b[{colour}mexit {code}\x1b[0;2m · Enter: again · Ctrl-C: close\x1b[0m\r\n")

    def _typed(self, data: bytes) -> bytes:
        if self.shell.pid:
            return data
        if any(byte in CLOSE for byte in data[:1]):
            self.loop.stop()
        elif data[:1] in (b"\r", b"\n"):
            self.begin("")
        return b""

    def give(self, data: bytes) -> bool:
        """Input for what runs, as if it were typed."""
        if self.shell.pid:
            self._in.write(data)
        return bool(self.shell.pid)

    def say(self, sentence: str) -> None:
        self._show(f"\r\npicode: {printable(sentence)}\r\n")

    def entitle(self, name: str) -> None:
        self._show(f"\x1b]0;{printable(name)}\x07")

    def _mark(self, verb: str, *arguments: bytes) -> None:
        for event in self.commands.mark(Mark(verb, list(arguments))):
            self._happened(event)

    def _show(self, text: str) -> None:
        """To the person, and not into the record."""
        self._out.write(text.encode("utf-8", "replace"))

    def _signalled(self, numbers: bytes) -> None:
        if not self.shell.pid and set(numbers) & {int(number) for number in (*PASSED_ON, signal.SIGHUP)}:
            self.loop.stop()
        else:
            super()._signalled(numbers)

    def _hung_up(self) -> None:
        """The pane was closed: what runs in it ends with it."""
        pid = self.shell.pid
        if not pid:
            self.loop.stop()
            return
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGHUP)
        super()._hung_up()
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)
        self.shell.pid = 0

    def _unhurried(self) -> None:
        """Everything is loaded already."""


class PaneContacts(Contacts):
    """As a shell's, and it may be told what to run and what to type."""

    NOT_RUN = "A command still runs in this pane."
    NOT_TYPED = "Nothing runs in this pane that could be typed to."

    def __init__(self, pane: CommandPane) -> None:
        self._pane = pane
        self._given = 0
        """Bytes that were printed when something was typed last."""
        self._came: dict[str, int] = {}
        """Texts that were waited for and came, and how much was printed then."""
        self._looking: dict[int, tuple[Looking, Callable[[Awaited], None]]] = {}
        super().__init__(pane)

    def hello(self) -> bytes:
        return codec.encode(TerminalOpened(id=0, terminal=self.terminal()))

    def terminal(self) -> TerminalInfo:
        info = super().terminal()
        info.pid, info.name = os.getpid(), self._pane.name
        return info

    def recent(self, limit: int) -> list[Command]:
        # who asks is a daemon, perhaps another one than before
        self.link.ensure()
        return super().recent(limit)

    def look_for(
        self, request: Await, asking: int, tell: Callable[[Awaited], None]
    ) -> AnyTerminalReply | None:
        commands = self._pane.commands
        found = commands.find(request.number, running=True)
        kept = commands.kept(found) if found else None
        if not found or not kept or not 0 < len(request.text) <= LONGEST_TEXT:
            return NotFetched("There is no such command in this pane, or nothing to look for.")
        looking = Looking(request.text)
        if not found.ended:
            before, after = _parted(kept, max(self._given, self._came.get(request.text, 0)))
            looking.skip(before)
        came = looking.feed(kept.head + kept.tail if found.ended else after)
        if came or found.ended:
            self._found(request.text, len(kept.head) + kept.missing + len(kept.tail))
            return Awaited(came)
        self._looking[asking] = looking, tell
        return None

    def _found(self, text: str, at: int) -> None:
        """It counts no more."""
        self._came[text] = at
        if len(self._came) > MOST_TEXTS:
            del self._came[next(iter(self._came))]

    def no_longer(self, asking: int) -> None:
        self._looking.pop(asking, None)

    def printed(self, data: bytes) -> None:
        for asking, (looking, tell) in list(self._looking.items()):
            if looking.feed(data):
                del self._looking[asking]
                self._found(looking.text, self._printed())
                tell(Awaited(True))

    def _printed(self) -> int:
        """Bytes that the command has printed so far."""
        running = self._pane.commands.running
        return running.output.size if running and running.output else 0

    def happened(self, event: Event) -> None:
        super().happened(event)
        if event.kind == "started":
            self._given, self._came = 0, {}
        if event.kind == "finished":
            waiting, self._looking = self._looking, {}
            for _, tell in waiting.values():
                tell(Awaited(False))

    def run(self, command: str) -> int:
        self.link.ensure()
        return self._pane.begin(command)

    def type(self, data: bytes) -> bool:
        self._given = self._printed()
        return self._pane.give(data)


def _parted(kept: Kept, since: int) -> tuple[bytes, bytes]:
    """The end of its first `since` bytes, and what came after them, as far as it is kept."""
    if since <= len(kept.head):
        return kept.head[max(0, since - LONGEST_TEXT * 4) : since], kept.head[since:] + kept.tail
    at = max(0, since - len(kept.head) - kept.missing)
    return kept.tail[max(0, at - LONGEST_TEXT * 4) : at], kept.tail[at:]


def become(program: str, command: str, slave: int, name: str) -> None:  # pragma: no cover - in the child
    """In the child: the command, on the terminal that was made for it."""
    try:
        os.login_tty(slave)
        tty.restore_signals()
        environ = {**os.environ, "PICODE_TTY": name, "PICODE_TERMINAL": own_socket_of_parent()}
        os.execve(program, [os.path.basename(program), "-c", command], environ)
    except OSError as error:
        os.write(2, f"picode: {program} cannot be started: {error.strerror}.\n".encode())
    finally:
        os._exit(127)


def own_socket_of_parent() -> str:
    return own_socket().replace(f"{os.getpid()}.sock", f"{os.getppid()}.sock")


def printable(text: str) -> str:
    """Without anything that a terminal would take for a sequence."""
    return "".join(
        "\r\n" if char == "\n" else char if char.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for char in text
    )


def main(name: str, command: str) -> int:
    modes = tty.make_raw(0)
    pane = CommandPane(name, modes)
    # after a resurrection Zellij knows its name no more
    pane.entitle(name)
    try:
        pane.begin(command)
        pane.run()
    finally:
        tty.restore(0, modes)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
