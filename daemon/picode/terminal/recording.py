"""One recorded terminal at work: the relay, the marks, and what follows from them."""

import os
import time

from picode.terminal import doorstep, keys, recorder, tty
from picode.terminal import signals as signal
from picode.terminal.commands import Commands, Event
from picode.terminal.loop import READ, Loop
from picode.terminal.marks import Mark, Scanner
from picode.terminal.relay import Pipe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picode.terminal.contacts import Contacts

PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
HELD = 0.05
"""Seconds that an Escape waits for the rest of a mark."""
BEGUN = 10.0
"""The same, once more of it was there: on a busy machine the shell may be held up in the middle of a mark. Given up too
early, the mark would be lost and the secret would be output."""
UNHURRIED = 0.15
"""Seconds after the first prompt until the parts that take time to import are loaded."""
LATER = ("mmap", "picode.plaintext", "picode.terminal.line")
"""Used now and then; by then an upgrade may have taken the files away."""
HEALING = 0.05
"""Seconds after bash's first own prompt until its missing hooks are put back."""


class Recording:
    def __init__(self, shell: tty.Shell, kind: str, program: str, modes: "tty.Modes | None") -> None:
        self.shell = shell
        self.kind = kind
        self.program = program
        self.commands = Commands(kind, os.getcwd(), shell.pid)
        self.loop = Loop(self._failed)
        self.outer = tty.reopen(0)
        self.contacts: Contacts | None = None
        self._modes = modes
        self._scanner = Scanner(shell.secret)
        self._recorded = True
        self._hooked = False
        self._early: int | None = None
        self._status: int | None = None
        self._out = Pipe(self.loop, shell.master, self.outer, self._shown, self._shell_silent)
        self._in = Pipe(self.loop, self.outer, shell.master, self._typed, self._hung_up)

    def run(self) -> int:
        """Until the shell ends; its status as `waitpid` gives it."""
        self._watch_signals()
        self._out.start(self._in)
        self._in.start(self._out)
        self._resize()
        self._open_early()
        self._look_after_shell()
        self.loop.run()
        if self.contacts:
            self.contacts.close()
        elif self._early is not None:
            doorstep.remove(recorder.own_socket())
        return self._status or 0

    # what passes

    def _shown(self, data: bytes) -> bytes:
        """The shell's output, without the marks; a fault of ours ends the recording, never the terminal."""
        pieces = self._scanner.feed(data)
        try:
            if not self._recorded:
                return b"".join(piece for piece in pieces if isinstance(piece, bytes))
            if len(pieces) == 1 and pieces[0].__class__ is bytes and self._hooked:
                self.commands.print(data := pieces[0])
            else:
                data = self._pieces(pieces)
            if self._scanner.holding:
                self.loop.after(BEGUN if self._scanner.begun else HELD, "held", self._release)
            else:
                self.loop.cancel("held")
        except Exception as problem:
            self._failed(problem)
            return b"".join(piece for piece in pieces if isinstance(piece, bytes))
        return data

    def _failed(self, problem: Exception) -> None:
        """A fault of ours: the terminal goes on, told once, without what failed."""
        if self._recorded:
            self._recorded = False
            self.contacts = None
            self.say(f"this terminal is no longer recorded: {problem!r}.")

    def _pieces(self, pieces: "list[bytes | Mark]") -> bytes:
        shown = []
        for piece in pieces:
            if isinstance(piece, Mark):
                for event in self.commands.mark(piece):
                    self._happened(event)
            else:
                shown.append(piece)
                self.commands.print(piece)
                if not self._hooked and b"\x1b[?2004h" in piece and self.kind == "bash":
                    # the user's own start file overwrote PROMPT_COMMAND after our line
                    self.loop.after(HEALING, "heal", self._heal)
        return b"".join(shown)

    def _release(self) -> None:
        held = self._scanner.release()
        if held:
            self.commands.print(held)
            self._out.write(held)

    def _typed(self, data: bytes) -> bytes:
        """In vi mode Escape and then `a` is append: only both in one piece are the Alt key."""
        commands = self.commands
        if commands.at_prompt and commands.alt and data in keys.ALT:
            if self._recorded and commands.line_is_empty:
                # the shell has nothing to add
                self._pressed(Event(keys.MEANS[data]))
                return b""
            data = keys.ALT[data]
        commands.keys(data)
        return data

    def _pressed(self, event: Event) -> None:
        try:
            self._happened(event)
        except Exception as problem:
            self._failed(problem)

    def _heal(self) -> None:
        if not self._hooked:
            self.type(keys.HEAL)

    def type(self, data: bytes) -> None:
        """Give the shell input, as if it were typed."""
        if data not in (keys.HEAL, keys.REDRAW):
            self.commands.keys(data)
        self._in.write(data)

    def say(self, sentence: str) -> None:
        """One line to the user; at a prompt, the shell then draws it again."""
        # it may quote a file's name or a server's words
        sentence = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in sentence)
        if self.commands.at_prompt:
            self._out.write(f"\r\n\x1b[Kpicode: {sentence}\r\n".encode())
            self.type(keys.REDRAW)
        else:
            self._out.write(f"\r\npicode: {sentence}\r\n".encode())

    # what happens

    def _happened(self, event: Event) -> None:
        if event.kind == "prompt":
            self._follow_directory()
            if not self._hooked:
                self._hooked = True
                tty.forget_pipe(self.shell)
                self.loop.cancel("heal")
                self.loop.after(UNHURRIED, "late", self._unhurried)
        if event.kind in ("send", "suggest"):
            self._unhurried()
        if self.contacts:
            self.contacts.happened(event)

    def _follow_directory(self) -> None:
        """A new pane opens where this process is."""
        try:
            os.chdir(self.commands.cwd)
        except (OSError, ValueError):
            pass

    def _unhurried(self) -> None:
        """Everything that needs time to load; once."""
        self.loop.cancel("late")
        if self.contacts or not self._recorded:
            return
        recorder.use_site_packages()
        for module in LATER:
            __import__(module)
        from picode.terminal.contacts import Contacts

        self.contacts = Contacts(self)
        recorder.take_title(self.kind, self.program)

    # shells within the shell

    def _open_early(self) -> None:
        """Others may ask from now on; the first one makes us load what answers."""
        if self.contacts:
            return
        self._early = self.shell.early
        if self._early is not None:
            self.loop.watch(self._early, READ, lambda _: self._unhurried())

    def take_socket(self) -> int | None:
        """The socket that listens since the start, for its next owner."""
        early, self._early = self._early, None
        if early is not None:
            self.loop.forget(early)
        return early

    def join(self, kind: str, pid: int) -> str | None:
        """A shell's own secret; None when there are too many shells."""
        before = self.commands.shells.pids()
        number = self.commands.join(kind, pid)
        if number is None:
            return None
        for gone in before.keys() - self.commands.shells.pids().keys():
            self._scanner.distrust(gone)
        secret = os.urandom(16).hex()
        self._scanner.trust(secret.encode(), number)
        return secret

    def leave(self, number: int) -> None:
        self.commands.shells.leave(number)
        self._scanner.distrust(number)

    # signals and ends

    def _watch_signals(self) -> None:
        read, write = os.pipe()
        os.set_blocking(read, False)
        os.set_blocking(write, False)
        for number in (signal.SIGCHLD, signal.SIGWINCH, signal.SIGHUP, *PASSED_ON):
            signal.signal(number, lambda *_: None)
        # at once: what was typed after the resize must find the new size
        signal.signal(signal.SIGWINCH, lambda *_: self._resize())
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        self.loop.watch(read, READ, lambda _: self._signalled(os.read(read, 512)))

    def _signalled(self, numbers: bytes) -> None:
        for number in set(numbers):
            if number == signal.SIGCHLD:
                self._look_after_shell()
                if self.contacts:
                    self.contacts.child_ended()
            elif number == signal.SIGWINCH:
                self._resize()
            elif number == signal.SIGHUP:
                self._hung_up()
            else:
                os.kill(self.shell.pid, number)

    def _resize(self) -> None:
        tty.copy_size(self.outer, self.shell.master)

    def _look_after_shell(self) -> None:
        pid, status = os.waitpid(self.shell.pid, os.WNOHANG | os.WUNTRACED)
        if not pid:
            return
        if os.WIFSTOPPED(status):
            self._suspend()
            return
        self._status = status
        self._drain()
        self.loop.stop()

    def _drain(self) -> None:
        """What the shell wrote last; jobs that it left behind may hold the PTY open for ever."""
        limit = time.monotonic() + 2
        while time.monotonic() < limit and self._out.read():
            pass
        self._release()
        os.set_blocking(self.outer, True)
        if self._out.waiting:
            self._out.finish()

    def _suspend(self) -> None:
        """`suspend`: we stop as the shell did, and wake it when we are woken."""
        tty.restore(0, self._modes)
        os.kill(os.getpid(), signal.SIGSTOP)
        tty.make_raw(0)
        self._resize()
        os.kill(self.shell.pid, signal.SIGCONT)

    def _shell_silent(self) -> None:
        """Nobody has the PTY open: the shell's end is told by SIGCHLD."""

    def _hung_up(self) -> None:
        """The user's terminal is gone: closing ours tells the shell and its jobs."""
        self.loop.forget(self.shell.master)
        self.loop.forget(self.outer)
        try:
            os.kill(self.shell.pid, signal.SIGHUP)
            os.close(self.shell.master)
        except OSError:
            pass
        limit = time.monotonic() + 0.5
        while self._status is None and time.monotonic() < limit:
            pid, status = os.waitpid(self.shell.pid, os.WNOHANG)
            if pid:
                self._status = status
            else:
                signal.sigtimedwait({signal.SIGCHLD}, 0.02)
        self._status = self._status if self._status is not None else signal.SIGHUP
        self.loop.stop()
