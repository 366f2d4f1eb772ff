"""A program on a terminal of its own, and what a person would see there: `type`, `wait_for`, `screen`.

A thread reads the terminal into a screen model, so the program never waits for the test, and a test never sleeps:
it waits for what the screen shows, with a bound.
"""

import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte

from support import processes

PATIENCE = 60.0 if "CI" in os.environ else 20.0
"""Seconds; two busy cores are slow, and a wait that succeeds does not take long."""

# Sequences that the model would print as text: kitty's keyboard, cursor shapes, mode queries, DCS and APC strings.
UNKNOWN = re.compile(rb"\x1b\[[=<>][0-9;:]*[a-zA-Z]|\x1b\[[0-9;?]*[$ ][a-zA-Z]|\x1b[P_^X][^\x1b]*\x1b\\")
UNFINISHED = re.compile(rb"\x1b(?:\[[0-9;:?=<>$ ]*|[P_^X][^\x1b]*\x1b?|\][^\x07\x1b]*\x1b?)?\Z")
CONTROLLING = (
    "import fcntl, os, sys, termios;"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execvpe(sys.argv[1], sys.argv[1:], os.environ)"
)


class NotShown(AssertionError):
    """The screen did not show in time what the test waited for."""


class Model(pyte.Screen):
    """pyte's screen stops at queries with a private mark; they show nothing."""

    def report_device_status(self, mode: int, **_: object) -> None:
        pass

    def report_device_attributes(self, mode: int = 0, **_: object) -> None:
        pass


class Screen:
    """What bytes look like on a terminal of this size."""

    def __init__(self, columns: int, rows: int) -> None:
        self.model = Model(columns, rows)
        self._stream = pyte.ByteStream(self.model)
        self._rest = b""

    def feed(self, data: bytes) -> None:
        data = self._rest + data
        unfinished = UNFINISHED.search(data)
        cut = unfinished.start() if unfinished and len(data) - unfinished.start() < 65536 else len(data)
        self._rest = data[cut:]
        self._stream.feed(UNKNOWN.sub(b"", data[:cut]))

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.model.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


class Terminal:
    """`argv` as the leader of its own session, on its own terminal."""

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        cwd: "str | Path",
        columns: int = 140,
        rows: int = 45,
    ) -> None:
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", CONTROLLING, *argv],
            stdin=slave, stdout=slave, stderr=slave, env=dict(env), cwd=cwd, start_new_session=True,
        )  # fmt: skip
        processes.own(self.process.pid)
        os.close(slave)
        self.raw = bytearray()
        self._stop, self._stopping = os.pipe()
        self._screen = Screen(columns, rows)
        self._changed = threading.Condition()
        self._ended = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            data = b""
            # closing a descriptor does not wake who reads it, so the pipe says when to stop
            if self._stop not in select.select([self._master, self._stop], [], [])[0]:
                with contextlib.suppress(OSError):
                    data = os.read(self._master, 65536)
            with self._changed:
                self._ended = not data
                self.raw += data
                self._screen.feed(data)
                self._changed.notify_all()
            if not data:
                return
            self._answer(data)

    def _answer(self, data: bytes) -> None:
        """What a real terminal says when it is asked where the cursor is, what it is and which colours it has."""
        if b"\x1b[6n" in data:
            cursor = self._screen.model.cursor
            self._write(b"\x1b[%d;%dR" % (cursor.y + 1, cursor.x + 1))
        if b"\x1b[c" in data or b"\x1b[0c" in data:
            self._write(b"\x1b[?62;22c")

    def _write(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            while data:
                if not select.select([], [self._master], [], PATIENCE)[1]:
                    raise NotShown("The program does not read what is typed.")
                data = data[os.write(self._master, data[:4096]) :]

    def type(self, text: "str | bytes") -> None:
        self._write(text.encode() if isinstance(text, str) else text)

    def resize(self, columns: int, rows: int) -> None:
        with self._changed:
            self._screen.model.resize(rows, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def screen(self) -> str:
        with self._changed:
            return self._screen.text

    @property
    def lines(self) -> list[str]:
        with self._changed:
            return self._screen.lines

    @property
    def cursor_row(self) -> int:
        """From 0."""
        with self._changed:
            return int(self._screen.model.cursor.y)

    def colours(self, columns: int, rows: range) -> dict[tuple[str, str], str]:
        """What the first `columns` of `rows` show, by front and back colour: names, or six hexadecimal digits."""
        found: dict[tuple[str, str], str] = {}
        with self._changed:
            for row in rows:
                for cell in (self._screen.model.buffer[row][column] for column in range(columns)):
                    if cell.data.strip():
                        pair = (cell.bg, cell.fg) if cell.reverse else (cell.fg, cell.bg)
                        found[pair] = found.get(pair, "") + cell.data
        return found

    @property
    def cursor_column(self) -> int:
        """From 0."""
        with self._changed:
            return int(self._screen.model.cursor.x)

    def wait_until(self, holds: Callable[[str], object], what: str, timeout: float = PATIENCE) -> str:
        """The screen's text as soon as `holds` is true of it."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while not holds(text := self._screen.text):
                left = deadline - time.monotonic()
                if left <= 0 or self._ended:
                    how = "before the program ended" if self._ended else f"in {timeout:g} s"
                    raise NotShown(f"The screen did not show {what} {how}:\n{text}")
                self._changed.wait(left)
            return text

    def wait_for(self, *texts: str, timeout: float = PATIENCE) -> str:
        return self.wait_until(
            lambda shown: all(text in shown for text in texts), " and ".join(map(repr, texts)), timeout
        )

    def wait_gone(self, text: str, timeout: float = PATIENCE) -> str:
        return self.wait_until(lambda shown: text not in shown, f"that {text!r} is gone", timeout)

    def wait_end(self, timeout: float = PATIENCE) -> int:
        """The program's exit status."""
        status = self.process.wait(timeout)
        self._reader.join(1)
        return status

    def hang_up(self) -> None:
        """Take the terminal away, as a window or a connection that is gone does."""
        if self._master >= 0:
            os.close(self._stopping)
            self._reader.join(2)
            os.close(self._stop)
            os.close(self._master)
            self._master = -1

    def close(self) -> None:
        """End the program as closing its window does: SIGHUP first, then SIGKILL."""
        for number in (signal.SIGHUP, signal.SIGKILL):
            if self.process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    self.process.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(3)
        self.hang_up()
        processes.disown(self.process.pid)
