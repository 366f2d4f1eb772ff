"""Who holds the daemon's lock: for ending a daemon whatever protocol it speaks."""

import fcntl
import os

from picode.paths import Paths


def holder(paths: Paths) -> int:
    """The process that is the daemon; 0 when there is none."""
    try:
        descriptor = os.open(paths.daemon_lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return 0
    try:
        # shared: two who look at the same moment do not see each other
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        text = os.pread(descriptor, 32, 0).strip()
        return int(text) if text.isdigit() else 0
    finally:
        os.close(descriptor)
    return 0
