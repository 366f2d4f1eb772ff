"""From a process to a daemon and back: take the lock, run until a signal, end in order."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
from collections.abc import Callable, Coroutine
from typing import Any

from picode import tasks
from picode.errors import PicodeError, kind_of
from picode.paths import Paths, check_socket
from picode.server import lock

log = logging.getLogger(__name__)


LOOK_EVERY = 30.0
"""Seconds between two looks at our own socket; a runtime directory can be removed under a daemon."""
Main = Callable[[Callable[[], None]], Coroutine[Any, Any, None]]


def run(paths: Paths, daemon: Main, answers: Callable[[], bool], ready_fd: int = -1) -> int:
    """Be the daemon, unless there is one that `answers`: `daemon(ready)` runs until it has ended in order.

    Whoever waits at `ready_fd` is told `ready`, or on three lines the kind, message and hint of what went wrong.
    """
    tell = Teller(ready_fd)
    try:
        check_socket(paths.requests_socket)
        check_socket(paths.events_socket)
        held = lock.acquire(paths, answers)
        if held is None:
            tell.ready()
            return 0
        try:
            asyncio.run(daemon(tell.ready))
        finally:
            held.release()
    except PicodeError as error:
        tell.failed(error)
        if ready_fd == -1:
            raise
        return error.exit_code
    return 0


class Teller:
    """The starter's pipe: written once."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        if descriptor != -1:
            os.set_inheritable(descriptor, False)

    def ready(self) -> None:
        self._tell("ready\n")

    def failed(self, error: PicodeError) -> None:
        lines = (kind_of(error), error.message, error.hint)
        self._tell("\n".join(line.replace("\n", " ") for line in lines) + "\n")

    def _tell(self, text: str) -> None:
        if self._descriptor == -1:
            return
        with contextlib.suppress(OSError):  # the starter did not wait
            os.write(self._descriptor, text.encode())
        os.close(self._descriptor)
        self._descriptor = -1


def watch_signals(stop: Callable[[], None]) -> None:
    """SIGTERM and SIGINT end in order, SIGUSR1 writes what every task waits for to the log, SIGHUP is nobody's."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop)
    loop.add_signal_handler(signal.SIGINT, stop)
    loop.add_signal_handler(signal.SIGHUP, lambda: None)
    loop.add_signal_handler(signal.SIGUSR1, lambda: log.warning("waiting:\n%s", tasks.waiting()))


def watch_socket(paths: Paths, stop: Callable[[], None], every: float = LOOK_EVERY) -> None:
    """End in order when the socket is gone or another's: nobody could reach this daemon any more."""
    ours = paths.requests_socket.stat().st_ino

    def look() -> None:
        try:
            there = paths.requests_socket.stat().st_ino == ours
        except OSError:
            there = False
        if there:
            asyncio.get_running_loop().call_later(every, look)
        else:
            log.warning("the socket %s is gone", paths.requests_socket)
            stop()

    asyncio.get_running_loop().call_later(every, look)


def settle_memory() -> None:
    """What was imported stays: the collector need not walk it again."""
    gc.collect()
    gc.freeze()
