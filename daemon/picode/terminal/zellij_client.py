"""Zellij's own client on this terminal: started here, waited for by `zellij_waits`, which this process becomes.

Two of its ends are nobody's wish. It may miss a session that lives ("No session with the name"), when something else
calls `zellij` at the same moment; and the server may throw it out ("lost connection"), when it takes the end of
another client for this one's, as both had the same number. Then who asked for the session is started again.
"""

import os
import signal
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from picode.errors import Unavailable
from picode.terminal import zellij_waits
from picode.terminal.zellij import dies_with_us

ARRIVES_WITHIN = 3.0
SIGNALS = zellij_waits.FORWARDED + zellij_waits.UNHEARD


class Client:
    """`zellij ARGUMENTS` in the foreground of this terminal."""

    def __init__(self, zellij: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self._began = time.monotonic()
        self._log = _log(environment)
        self._logged = zellij_waits.size_of(self._log)
        # what comes from now on waits for what takes it in this process's place, and is Zellij's
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        with tempfile.TemporaryFile() as said:
            try:
                self._process = subprocess.Popen(
                    ["zellij", *arguments], executable=zellij, env=dict(environment), stderr=said,
                    preexec_fn=_prepared(),  # noqa: PLW1509 - there are no threads
                )  # fmt: skip
            except OSError as error:
                signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
                raise Unavailable(
                    f"{zellij} cannot be started: {error.strerror}.", "Install Zellij again."
                ) from error
            self._said = os.dup(said.fileno())

    def arrive(self) -> None:
        """Wait until it has found its session and takes the terminal's keys, or has ended; a few seconds at most."""
        until = time.monotonic() + ARRIVES_WITHIN
        while time.monotonic() < until and not self._is_in():
            time.sleep(0.02)

    def _is_in(self) -> bool:
        try:
            ended = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            return ended is not None or not termios.tcgetattr(0)[3] & termios.ICANON
        except (OSError, termios.error):
            return True

    def stay(self, again: Sequence[str]) -> None:
        """Become what waits for its end, and ends as it ends. When the terminal was lost, that becomes `again` (a
        command), followed by the seconds that the terminal stood and by Zellij's sentence."""
        os.set_inheritable(self._said, True)
        asked = [str(self._process.pid), self._log, str(self._logged), str(self._said), f"{self._began}"]
        try:
            os.execv(sys.executable, [sys.executable, "-I", "-S", zellij_waits.__file__, *asked, *again])
        except OSError:
            # Python was upgraded in this moment: wait as the one that is there
            zellij_waits.main([*asked, *again])

    def wait(self) -> tuple[int, str]:
        """Without becoming anything: its status, and Zellij's sentence when the terminal was lost, else ""."""
        return zellij_waits.wait(self._process.pid, self._log, self._logged, self._said)


def _prepared() -> Callable[[], None]:
    """For Zellij's client, between fork and exec: it hears every signal, and ends with us."""
    bind = dies_with_us(signal.SIGHUP)

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        if bind is not None:
            bind()

    return prepare


def _log(environment: Mapping[str, str]) -> str:
    """Zellij's log of this user, where its clients write why they ended."""
    temporary = Path(environment.get("TMPDIR") or "/tmp")
    return str(temporary / f"zellij-{os.getuid()}" / "zellij-log" / "zellij.log")
