"""Processes that a test leaves behind: on Linux every orphan becomes a child of the test run and is found."""

import contextlib
import ctypes
import os
import signal
import sys

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


def reap(spared: set[int]) -> None:
    """Collect the adopted children that ended; those that `subprocess` started are its own to collect."""
    for child in psutil.Process().children():
        if child.pid in spared or child.pid in _own:
            continue
        with contextlib.suppress(psutil.Error, ChildProcessError):
            if child.status() == psutil.STATUS_ZOMBIE:
                os.waitpid(child.pid, os.WNOHANG)


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
