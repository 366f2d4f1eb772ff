"""The shells of one terminal: the recorder's own, and those started within it that have joined the recording.

They lie on each other: what an inner shell prints is also output of the outer one's command that started it.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from picode.terminal.commands import Command

MOST = 8
"""Shells of a terminal at one time; a running command of each may hold a full output."""


class Shell:
    """`below`: the shell that this one was started in or brought to the front from."""

    __slots__ = ("below", "history", "kind", "number", "pid", "running")

    def __init__(self, number: int, kind: str, pid: int, below: "Shell | None" = None) -> None:
        self.number = number
        self.kind = kind
        self.pid = pid
        self.below = below
        self.running: Command | None = None
        self.history = -1
        """bash: the number of the history line that was told last."""


class Shells:
    """`front`: the shell that printed the last mark."""

    def __init__(self, kind: str, pid: int) -> None:
        self.front = Shell(0, kind, pid)
        self._known = {0: self.front}
        self._count = 0

    def get(self, number: int) -> Shell | None:
        return self._known.get(number)

    def stack(self) -> "Iterator[Shell]":
        """The one in front, then those below it."""
        shell: Shell | None = self.front
        while shell:
            yield shell
            shell = shell.below

    def of_process(self, pid: int) -> Shell | None:
        return next((shell for shell in self._known.values() if shell.pid == pid), None)

    def pids(self) -> dict[int, int]:
        """Numbers of the shells, and their processes."""
        return {number: shell.pid for number, shell in self._known.items()}

    def join(self, kind: str, pid: int) -> int | None:
        """One more; its number, or None when there are too many. A process that was a shell before (`exec zsh`)
        takes that one's place, its running command included."""
        before = self.of_process(pid)
        if not before and len(self._known) >= MOST:
            return None
        self._count += 1
        shell = Shell(self._count, kind, pid, before.below if before else self.front)
        if before:
            shell.running = before.running
            for other in self._known.values():
                other.below = shell if other.below is before else other.below
            self._known.pop(before.number)
            self.front = shell if self.front is before else self.front
        self._known[shell.number] = shell
        return shell.number

    def leave(self, number: int) -> None:
        """Its process has ended."""
        self._known.pop(number, None)

    def to_front(self, shell: Shell) -> list[Shell]:
        """`shell` printed a mark: those that lay above it have ended, or were stopped."""
        if shell is self.front:
            return []
        stack = list(self.stack())
        above = stack[: stack.index(shell)] if shell in stack else []
        if not above:
            shell.below = self.front
        self.front = shell
        return above
