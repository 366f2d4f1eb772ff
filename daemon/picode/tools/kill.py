"""End a whole tree of processes: the group, the descendants, and whatever carries the mark in its environment."""

import asyncio
import contextlib
import logging
import os
import signal
import time
from asyncio.subprocess import Process
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

GRACE = 0.5
"""Seconds between the polite signal and the other one."""
ROUNDS = 20
log = logging.getLogger(__name__)


async def end_all(variable: str, mark: str, process: Process | None = None) -> None:
    """End `process` with its group and descendants, and every process of this user whose `variable` begins with
    `mark`: TERM first, KILL for what is still there."""
    leader = process.pid if process is not None else 0
    for round_ in range(ROUNDS):
        found = await asyncio.to_thread(_signal, variable, mark, leader, round_ > 0)
        if process is not None and process.returncode is None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), GRACE)
            continue
        if not found:
            return
        await asyncio.to_thread(_await_end, found)
    log.error("processes of a command did not end: %s", found)


def _signal(variable: str, mark: str, leader: int, hard: bool) -> list[int]:
    """Whom the signal went to."""
    number = signal.SIGKILL if hard else signal.SIGTERM
    found = _living(variable, mark, leader)
    if leader:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, number)
    for pid in found:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
    return found


def _living(variable: str, mark: str, leader: int) -> list[int]:
    import psutil

    found: dict[int, psutil.Process] = {}
    if leader:
        with contextlib.suppress(psutil.Error):
            found |= {child.pid: child for child in psutil.Process(leader).children(recursive=True)}
    for process, value in _carrying(variable):
        if value.startswith(mark) and process.pid != os.getpid():
            found[process.pid] = process
    return [pid for pid, process in found.items() if _lives(process)]


def _carrying(variable: str) -> "Iterator[tuple[psutil.Process, str]]":
    """This user's processes that have `variable` in their environment, and its value."""
    import psutil

    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.uids().real == os.getuid() and (value := process.environ().get(variable)):
                yield process, value


def orphans(variable: str) -> set[str]:
    """Values of `variable` whose owner, the process id that they begin with, is not there any more."""
    import psutil

    found: set[str] = set()
    for process, value in _carrying(variable):
        owner = value.partition(".")[0]
        if not owner.isdecimal():
            continue
        try:
            # a younger process only has the number of the one that is gone
            gone = psutil.Process(int(owner)).create_time() > process.create_time()
        except psutil.NoSuchProcess:
            gone = True
        except psutil.Error:
            gone = False
        if gone:
            found.add(value)
    return found


def _lives(process: "psutil.Process") -> bool:
    import psutil

    with contextlib.suppress(psutil.Error):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def _await_end(pids: list[int]) -> None:
    """Not by psutil's `wait`, which would take the exit status of our own children away from asyncio."""
    import psutil

    until = time.monotonic() + GRACE
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            while _lives(process) and time.monotonic() < until:
                time.sleep(0.01)
