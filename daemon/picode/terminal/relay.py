"""Bytes between the user's terminal and the shell's, both ways, each as it came.

Neither side may block the other: what cannot be written waits, and while too much waits nothing more is read.
"""

import os

from picode.terminal.loop import READ, WRITE, Loop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK = 64 * 1024
FULL = 4095
"""Bytes that Linux gives of a PTY at most, however many are asked for."""
TURN = 16
"""Chunks that are taken before anything else is looked at."""
MOST_WAITING = 256 * 1024
"""Bytes that wait for a terminal that does not read."""


class Pipe:
    """One direction: from `source` through `change` to `target`."""

    def __init__(
        self,
        loop: Loop,
        source: int,
        target: int,
        change: "Callable[[bytes], bytes]",
        ended: "Callable[[], None]",
    ) -> None:
        self._loop = loop
        self._source = source
        self._target = target
        self._change = change
        self._ended = ended
        self._waiting = bytearray()
        self._open = True
        self._other: Pipe | None = None

    def start(self, other: "Pipe") -> None:
        """Both directions share their two files, so one registration serves both."""
        self._other = other
        self.register()

    def register(self) -> None:
        """Tell the loop what `source` is watched for: reading here, writing for the other direction."""
        events = READ if self._open and len(self._waiting) < MOST_WAITING else 0
        if self._other and self._other._waiting and self._other._target == self._source:
            events |= WRITE
        if events or self._open:
            self._loop.watch(self._source, events, self._on_source)

    def _on_source(self, events: int) -> None:
        if events & WRITE and self._other:
            self._other.flush()
        if events & ~WRITE and self._open:
            for _ in range(TURN):
                # a full buffer is seldom the last one
                if self.read() < FULL or self._waiting:
                    break

    def read(self) -> int:
        """Take one chunk; its size, 0 when there is none now."""
        try:
            data = os.read(self._source, CHUNK)
        except BlockingIOError:
            return 0
        except OSError:
            data = b""
        if not data:
            self._open = False
            self._loop.forget(self._source)
            self._ended()
            return 0
        if shown := self._change(data):
            self.write(shown)
        return len(data)

    def write(self, data: bytes) -> None:
        if self._waiting:
            self._waiting += data
        else:
            try:
                written = os.write(self._target, data)
            except BlockingIOError:
                written = 0
            except OSError:
                return
            if written == len(data):
                return
            self._waiting += data[written:]
        self._watch_target()

    def flush(self) -> None:
        """Write what waited, as far as the target takes it."""
        try:
            del self._waiting[: os.write(self._target, self._waiting[:CHUNK])]
        except BlockingIOError:
            pass
        except OSError:
            self._waiting.clear()
        self._watch_target()

    def finish(self) -> None:
        """Write all that waits, now; the target must block."""
        try:
            while self._waiting:
                del self._waiting[: os.write(self._target, self._waiting[:CHUNK])]
        except OSError:
            self._waiting.clear()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def _watch_target(self) -> None:
        self.register()
        if self._other:
            self._other.register()
