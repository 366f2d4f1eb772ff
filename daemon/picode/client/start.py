"""Make sure that a daemon runs: connect to it, or start it and wait until it is ready.

The new daemon tells through a pipe that it answers. Two starters at the same moment get one daemon: the second
process sees the first one's lock, waits until that one answers, and tells its own starter the same.
"""

import os
import select
import socket
import subprocess
import sys
import time

from picode.client.environment import passed_on
from picode.errors import BY_KIND, Unavailable
from picode.paths import Paths, check_socket, is_ours, make_private

READY_WITHIN = 15.0
"""Seconds."""


def answers(paths: Paths) -> bool:
    """Whether somebody listens on the daemon's socket: the one sign that neither a file nor a crash can fake."""
    if not is_ours(paths.runtime):
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(os.fsencode(paths.requests_socket))
        except BlockingIOError:
            return True  # its queue of connections is full: it is there, and busy
        except OSError:
            return False
        return True


def ensure_daemon(paths: Paths) -> bool:
    """Start the daemon when there is none; whether this call started one.

    Raises Unavailable, and what the daemon says when it cannot start (ConfigError, DiskFailed, NotAllowed).
    """
    check_socket(paths.requests_socket)
    check_socket(paths.events_socket)
    if answers(paths):
        return False
    make_private(paths.runtime)
    make_private(paths.state)
    read, write = os.pipe()
    try:
        process = _start(paths, write)
    finally:
        os.close(write)
    with os.fdopen(read, "rb") as pipe:
        told = _told(pipe.fileno())
    try:
        process.wait(READY_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if told.startswith(b"ready"):
        return True
    raise _refused(told, paths)


def _start(paths: Paths, ready: int) -> "subprocess.Popen[bytes]":
    """A first process that only lets a second one go, so that the daemon is nobody's child."""
    command = [sys.executable, "-P", "-m", "picode", "daemon", "run", "--detach", "--ready-fd", str(ready)]
    # what goes wrong before the daemon's own log is open (a broken installation) must not be lost
    with open(paths.log, "ab", opener=_private) as log:
        return subprocess.Popen(
            command,
            env=passed_on(os.environ),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            pass_fds=(ready,),
            start_new_session=True,
        )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _told(descriptor: int) -> bytes:
    """Everything that is written to the pipe until `ready`, its end, or the time is up."""
    told = b""
    until = time.monotonic() + READY_WITHIN
    while not told.startswith(b"ready\n"):
        readable, _, _ = select.select([descriptor], [], [], max(0.0, until - time.monotonic()))
        piece = os.read(descriptor, 65536) if readable else b""
        if not piece:
            break
        told += piece
    return told


def _refused(told: bytes, paths: Paths) -> Exception:
    """What the daemon said in place of `ready`: kind, message and hint on a line each."""
    kind, message, hint = [*told.decode("utf-8", "replace").split("\n"), "", "", ""][:3]
    if kind in BY_KIND and message:
        return BY_KIND[kind](message, hint)
    return Unavailable("The daemon did not start.", f"Look into {paths.log}.")
