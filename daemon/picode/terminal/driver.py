"""A program on a PTY, driven like a person would: type, and wait until the screen says something."""

import errno
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence


class Driven:
    """A child on a PTY of its own; `seen` is everything that it has printed."""

    def __init__(
        self,
        argv: Sequence[str],
        environ: Mapping[str, str],
        cwd: str = "/",
        columns: int = 80,
        rows: int = 24,
    ) -> None:
        self.seen = b""
        self.status: int | None = None
        self.pid, self.fd = pty.fork()
        if not self.pid:
            _become(argv, environ, cwd, columns, rows)
        # the next child must not hold this terminal open
        os.set_inheritable(self.fd, False)
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self.fd, view[:2048]) :]
            if view:
                self.read(0)

    def read(self, timeout: float) -> bool:
        """Take what is there; false at the end of the output or after `timeout` seconds of silence."""
        if not select.select([self.fd], [], [], timeout)[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return False
        self.seen += data
        return bool(data)

    def wait_for(self, what: "bytes | Callable[[bytes], bool]", start: int = 0, timeout: float = 15) -> int:
        """Read until `what` is seen at or after `start`; where it ends. TimeoutError says what was there."""
        limit = time.monotonic() + timeout
        while True:
            if callable(what):
                if what(self.seen[start:]):
                    return len(self.seen)
            elif (found := self.seen.find(what, start)) >= 0:
                return found + len(what)
            left = limit - time.monotonic()
            if left <= 0 or not self.read(left):
                raise TimeoutError(f"{what!r} was not seen in {self.seen[start:][-2000:]!r}")

    def ended(self, timeout: float = 10) -> int:
        """Read until the child ends; its status as `waitpid` gives it."""
        limit = time.monotonic() + timeout
        while self.status is None:
            self.read(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = status
            elif time.monotonic() > limit:
                raise TimeoutError(f"the child still runs; it printed {self.seen[-2000:]!r}")
        return self.status

    def hang_up(self) -> None:
        """Close the terminal; a child that stays is killed."""
        if self.fd < 0:
            return
        os.close(self.fd)
        self.fd = -1
        limit = time.monotonic() + 3
        while self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = status
            elif time.monotonic() > limit:
                os.kill(self.pid, signal.SIGKILL)
                self.status = os.waitpid(self.pid, 0)[1]
            else:
                select.select([], [], [], 0.005)


def _become(
    argv: Sequence[str], environ: Mapping[str, str], cwd: str, columns: int, rows: int
) -> None:  # pragma: no cover
    """In the child: the size is set before the program can ask for it."""
    try:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        os.chdir(cwd)
        os.execvpe(argv[0], list(argv), dict(environ))
    except OSError as error:
        os.write(2, f"{argv[0]}: {error.strerror}\n".encode())
    os._exit(127)
