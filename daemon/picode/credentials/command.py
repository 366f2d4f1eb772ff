"""A command that says a key (`pass show openai`): run once, within a time limit; what it prints is never logged."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable

from picode.credentials.secret import Secret
from picode.errors import NotAllowed, PicodeError

LONGEST = 30.0
"""Seconds: a password manager may ask its owner first."""
FORGET_FAILURE = 30.0
"""Seconds until a command that failed is run again."""
MOST = 64 * 1024
"""Characters that a key may have, and more."""


def run(
    command: str,
    longest: float = LONGEST,
    started: "Callable[[subprocess.Popen[bytes]], object]" = lambda process: None,
) -> Secret:
    """The first line that it prints; `started` hears of its process.

    Raises NotAllowed, whose text has nothing of the command's output."""
    try:
        process = subprocess.Popen(
            ["/bin/sh", "-c", command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    except (OSError, ValueError):
        raise _failed(command, "cannot be started") from None
    with process:
        try:
            started(process)
            printed, _ = process.communicate(timeout=longest)
        except subprocess.TimeoutExpired:
            raise _failed(command, f"did not end within {longest:g} s") from None
        finally:
            if process.returncode is None:
                _end(process)
    lines = printed[:MOST].decode(errors="replace").strip().splitlines()
    if process.returncode:
        raise _failed(command, f"failed (exit status {process.returncode})")
    if not lines:
        raise _failed(command, "printed nothing")
    return Secret(lines[0].strip())


def _end(process: "subprocess.Popen[bytes]") -> None:
    """The whole group: what the shell started, too."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _failed(command: str, how: str) -> NotAllowed:
    name = command.split(maxsplit=1)[0] if command.split() else "command"
    return NotAllowed(f"The command that says a key ({name} …) {how}.", "Try it in a shell.")


class Commands:
    """What commands said: each is run once, by whoever asks first, and kept until the process ends."""

    def __init__(self, longest: float = LONGEST) -> None:
        self._longest = longest
        self._said: dict[str, Secret] = {}
        self._failed: dict[str, tuple[float, PicodeError]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    def close(self) -> None:
        """What runs is ended, and what begins from now on: nobody waits for it any more."""
        with self._lock:
            self._closed = True
            for process in self._running:
                if process.returncode is None:
                    _end(process)

    def _started(self, process: "subprocess.Popen[bytes]") -> None:
        with self._lock:
            # those that have ended are in nobody's way, and their numbers may be others' by now
            self._running = {process, *(one for one in self._running if one.returncode is None)}
            if self._closed:
                _end(process)

    def known(self, command: str) -> bool:
        """Whether `said` answers at once."""
        return command in self._said

    def said(self, command: str) -> Secret:
        """Blocks while the command runs. Raises NotAllowed."""
        with self._lock:
            one = self._locks.setdefault(command, threading.Lock())
        with one:
            if command in self._said:
                return self._said[command]
            when, error = self._failed.get(command, (0.0, None))
            if error is not None and time.monotonic() - when < FORGET_FAILURE:
                raise error
            try:
                self._said[command] = run(command, self._longest, self._started)
            except NotAllowed as failure:
                self._failed[command] = time.monotonic(), failure
                raise
            return self._said[command]

    def forget(self, command: str) -> None:
        """It is run anew when it is next needed: what it said was refused, or it is asked for by hand."""
        self._said.pop(command, None)
        self._failed.pop(command, None)
