"""Who may join the recording: a shell on this very terminal, asked for by a process that the kernel names."""

import os
import socket
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from picode.terminal.recording import Recording

KINDS = ("bash", "zsh", "fish")
GENERATIONS = 4
"""A shell's command substitution may fork more than once before it runs the program."""


def admit(recording: "Recording", asking: socket.socket, kind: str, pid: int) -> str | None:
    """The secret for the shell `pid`, which started the process that asks; None when it may not have one."""
    if kind not in KINDS or not _is_on(recording.shell.name, pid) or not _asked_by(asking, pid):
        return None
    shells = recording.commands.shells
    for number, process in shells.pids().items():
        if number and process != pid and not _lives(process):
            recording.leave(number)
    return recording.join(kind, pid)


def _is_on(terminal: str, pid: int) -> bool:
    """Its standard input is the recorder's PTY. Where there is no /proc, the socket's directory is all the guard."""
    if not os.path.isdir("/proc/self/fd"):
        return True
    try:
        return os.stat(f"/proc/{pid}/fd/0").st_rdev == os.stat(terminal).st_rdev
    except OSError:
        return False


def _asked_by(asking: socket.socket, pid: int) -> bool:
    """Whether the process at the other end of the socket is `pid`'s child, or a child's."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return True
    at, user, _ = struct.unpack("3i", asking.getsockopt(socket.SOL_SOCKET, option, 12))
    if user not in (os.getuid(), 0):
        return False
    for _ in range(GENERATIONS):
        at = parent(at)
        if at == pid:
            return True
    return False


def parent(pid: int) -> int:
    """0 when there is none, or no /proc."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return int(stat.read().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True
