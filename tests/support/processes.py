"""Processes that a test leaves behind: on Linux every orphan becomes a child of the test run and is found."""

import contextlib
import ctypes
import os
import signal
import sys
import threading
from pathlib import Path

import psutil

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Make this process the parent of every descendant whose own parent ends, whatever session it moved to."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


_own: set[int] = set()


def own(pid: int) -> None:
    """`subprocess` waits for this one."""
    _own.add(pid)


def disown(pid: int) -> None:
    _own.discard(pid)


class Reaper(threading.Thread):
    """Collects adopted children soon after their end, as init does: a dead process must not look alive to others.

    A child that somebody here waits for is collected by that one at once, so only those that lie are taken.
    """

    def __init__(self) -> None:
        super().__init__(name="reaper", daemon=True)
        self._stopping = threading.Event()
        self._lying: set[int] = set()

    def run(self) -> None:
        while not self._stopping.wait(0.05):
            dead = {pid for pid in _children() if pid not in _own and _is_zombie(pid)}
            for pid in dead & self._lying:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
            self._lying = dead

    def stop(self) -> None:
        self._stopping.set()
        self.join()


def _children() -> set[int]:
    """This process's children, by its threads: cheap enough to look often."""
    found: set[int] = set()
    for file in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found |= set(map(int, file.read_text().split()))
    return found


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False


def sweep(spared: set[int]) -> None:
    """Kill every descendant but those in `spared`; each kill may bring up orphans, so look again."""
    for _ in range(20):
        left = [p for p in psutil.Process().children(recursive=True) if p.pid not in spared]
        if not left:
            return
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(left, timeout=1)
