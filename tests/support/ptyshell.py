"""Real shells on a PTY, recorded or plain, with a home of their own."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from picode.errors import Missing, Unavailable
from picode.protocol.terminal import Fetch
from picode.protocol.values import CommandRecord
from picode.terminal.driver import Driven
from picode.terminal.fetch import fetch
from picode.terminal.scripts import script
from support.tools import need

SHELLS = ("bash", "zsh", "fish")
START_FILE = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}
PROMPT = {
    "bash": "PS1='$ '",
    "zsh": "PS1='$ '; unsetopt beep",
    "fish": "set fish_greeting; function fish_prompt; echo -n '$ '; end",
}
WAITS = b"\x1b[?2004h"
"""What each of the three prints when it waits for input."""


def environment(home: Path, kind: str, **more: str) -> dict[str, str]:
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "SHELL": need(kind),
        "PICODE_HOME": str(home / "p"),
        "PICODE_RECORD": "1",
        **more,
    }


def write_start_file(
    home: Path, kind: str, before: str = "", after: str | None = None, python: str = sys.executable
) -> None:
    """A start file with PiCode's line; `after` follows it (a plain prompt when None)."""
    generated = home / f"picode.{kind}"
    generated.write_text(script(kind, python))
    start = home / START_FILE[kind]
    start.parent.mkdir(parents=True, exist_ok=True)
    # fish reads every manual page at its first start, in the background, unless this is there
    (home / ".local/share/fish/generated_completions").mkdir(parents=True, exist_ok=True)
    start.write_text(f"{before}\n. {generated}\n{PROMPT[kind] if after is None else after}\n")


class RecordedShell(Driven):
    """A shell whose recorder can be asked. `run` types a command and waits for its record."""

    def __init__(
        self,
        home: Path,
        kind: str,
        *,
        start_file: bool = True,
        argv: list[str] | None = None,
        columns: int = 80,
        rows: int = 24,
        **more: str,
    ) -> None:
        if start_file:
            write_start_file(home, kind)
        self.kind = kind
        self.home = home
        self._ran = 0
        self.upset = False
        """It did not do what a test waited for: what comes next would fail for that alone."""
        super().__init__(argv or [kind], environment(home, kind, **more), str(home), columns, rows)

    @property
    def socket(self) -> Path:
        """The recorder keeps the process number of the shell that was started."""
        return self.home / "p" / "run" / "terminals" / f"{self.pid}.sock"

    def ready(self) -> "RecordedShell":
        """Wait for the first prompt, and for the recorder's socket."""
        self.wait_for(WAITS)
        self.until(self.socket.exists)
        return self

    def until(self, true: Callable[..., object], timeout: float = 15) -> None:
        """Read along until the function says true."""
        limit = time.monotonic() + timeout
        while not true():
            self.upset = time.monotonic() > limit
            assert not self.upset, f"never came true; seen: {self.seen[-2000:]!r}"
            self.read(0.02)

    def wait_for(self, what: bytes | Callable[[bytes], bool], start: int = 0, timeout: float = 15) -> int:
        try:
            return super().wait_for(what, start, timeout)
        except TimeoutError:
            self.upset = True
            raise

    def command(self, number: int) -> CommandRecord | None:
        try:
            return fetch(self.socket, Fetch(number=number))
        except (Missing, Unavailable):
            return None

    def run(self, text: str, timeout: float = 30) -> CommandRecord:
        """Type a command and wait until the shell waits again, and until all that it printed has arrived here."""
        self._ran += 1
        start = len(self.seen)
        self.send(text.encode() + b"\r")
        found: list[CommandRecord] = []

        def finished() -> bool:
            record = self.command(self._ran)
            if record is not None and record.status is not None and self._came_back(start):
                found.append(record)
            return bool(found)

        self.until(finished, timeout)
        return found[0]

    def _came_back(self, start: int) -> bool:
        """Whether a command's begin, its end and the next prompt were read, in this order. The recorder may know of
        the end before this side has read anything, and a prompt alone may be the one before."""
        began = self.seen.find(b"\x1b]133;C", start)
        ended = self.seen.rfind(b"\x1b]133;D", began) if began >= 0 else -1
        return ended >= 0 and WAITS in self.seen[ended:]

    def run_next(self, text: str) -> CommandRecord:
        """As `run`, when it is not known how many commands came in between: found by its text."""
        self.send(text.encode() + b"\r")
        found: list[CommandRecord] = []

        def finished() -> bool:
            for number in range(self._ran + 1, self._ran + 6):
                record = self.command(number)
                if record is not None and record.command == text and record.status is not None:
                    found.append(record)
            return bool(found)

        self.until(finished)
        self._ran = found[0].number
        return found[0]

    def run_quietly(self, text: str) -> None:
        """Type a command and wait for the next prompt, keeping nothing of what it printed."""
        self.seen = b""
        self.send(text.encode() + b"\r")
        self.wait_for(WAITS, self.wait_for(b"\x1b]133;D;"), 60)
        self.seen = b""


@contextmanager
def shared(make: Callable[[], RecordedShell]) -> Iterator[Callable[[], RecordedShell]]:
    """One shell for many tests: what is yielded gives it, and a fresh one when a test has upset the last."""
    shells: list[RecordedShell] = []

    def shell() -> RecordedShell:
        if not shells or shells[-1].upset:
            shells.append(make().ready())
        return shells[-1]

    try:
        yield shell
    finally:
        for each in shells:
            each.hang_up()


def truth(home: Path, kind: str, command: str, columns: int = 80, rows: int = 24) -> tuple[bytes, int]:
    """What the same command writes to a PTY of the same size without a recorder, and its exit status."""
    options = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[kind]
    child = Driven([kind, *options, "-c", command], environment(home, kind), str(home), columns, rows)
    try:
        code = os.waitstatus_to_exitcode(child.ended())
        while child.read(0.05):
            pass
        return child.seen, code if code >= 0 else 128 - code
    finally:
        child.hang_up()


def installed(kind: str) -> bool:
    return shutil.which(kind) is not None
