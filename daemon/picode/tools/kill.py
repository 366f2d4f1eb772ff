"""End a whole tree of processes: the group, the descendants, and whatever carries the mark in its environment."""

import asyncio
import contextlib
import logging
import os
import signal
from asyncio.subprocess import Process
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
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.uids().real == os.getuid() and process.environ().get(variable, "").startswith(mark):
                found[process.pid] = process
    return [pid for pid, process in found.items() if _lives(process)]


def _lives(process: "psutil.Process") -> bool:
    import psutil

    with contextlib.suppress(psutil.Error):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def _await_end(pids: list[int]) -> None:
    import psutil

    found = []
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            found.append(psutil.Process(pid))
    psutil.wait_procs(found, timeout=GRACE)
