"""Zellij's own client on this terminal: started, waited for, and what it ended with.

Two of its ends are nobody's wish. It may miss a session that lives ("No session with the name"), when something else
calls `zellij` at the same moment; and the server may throw it out ("lost connection"), when it takes the end of
another client for this one's, as both had the same number. Then `Ended.lost` has Zellij's words, and who asked for the
session tries again.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from picode.errors import Unavailable
from picode.terminal.zellij import dies_with_us

MISSED = ("No session with the name", "There is no active session", "already exists")
"""What it says on standard error; the last one when a session that it had missed is begun anew."""
THROWN_OUT = "Your zellij client lost connection to the zellij server"
"""What it says on the terminal, and in its log."""
FORWARDED = (signal.SIGHUP, signal.SIGTERM)
UNHEARD = (signal.SIGINT, signal.SIGQUIT)


@dataclass(frozen=True)
class Ended:
    """`status` as a shell has it; `lost`: Zellij's sentence when nobody wanted the end; `stood`: seconds."""

    status: int
    lost: str
    stood: float


class Client:
    """`zellij ARGUMENTS` in the foreground of this terminal."""

    def __init__(self, zellij: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self._began = time.monotonic()
        self._log = _log(environment)
        self._logged = _size(self._log)
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed in wait
        try:
            self._process = subprocess.Popen(
                ["zellij", *arguments], executable=zellij, env=dict(environment), stderr=self._said,
                preexec_fn=dies_with_us(signal.SIGHUP),  # noqa: PLW1509 - there are no threads
            )  # fmt: skip
        except OSError as error:
            self._said.close()
            raise Unavailable(
                f"{zellij} cannot be started: {error.strerror}.", "Install Zellij again."
            ) from error

    def wait(self) -> Ended:
        """Until it has ended. Signals to this process mean Zellij, which detaches."""
        with self._signals():
            status = self._process.wait()
        self._said.seek(0)
        said = self._said.read().decode(errors="replace")
        self._said.close()
        lost = next((line for line in said.splitlines() if any(word in line for word in MISSED)), "")
        if not lost and THROWN_OUT in _since(self._log, self._logged):
            lost = f"{THROWN_OUT}."
        if not lost:
            sys.stderr.write(said)
            sys.stderr.flush()
        return Ended(128 - status if status < 0 else status, lost, time.monotonic() - self._began)

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        def forward(number: int, _: "FrameType | None") -> None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

        # a handler, as what is ignored here would be ignored in what is started next
        before = {number: signal.signal(number, forward) for number in FORWARDED}
        before |= {number: signal.signal(number, lambda *_: None) for number in UNHEARD}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _log(environment: Mapping[str, str]) -> Path:
    """Zellij's log of this user, where its clients write why they ended."""
    temporary = Path(environment.get("TMPDIR") or "/tmp")
    return temporary / f"zellij-{os.getuid()}" / "zellij-log" / "zellij.log"


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _since(file: Path, begin: int) -> str:
    """What was written behind `begin`; of a file that was begun anew, all of it. 64 KiB at most."""
    size = _size(file)
    try:
        with file.open("rb") as log:
            log.seek(max(begin if size >= begin else 0, size - 65536))
            return log.read().decode(errors="replace")
    except OSError:
        return ""
