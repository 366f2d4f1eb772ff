"""The two terminals of a recorder: the outer one that it was started on, and the PTY that it gives to the shell.

This file, `recorder.py` and `start.py` are all that is loaded before the shell runs, so they import next to nothing.
"""

import fcntl
import os
import sys
import termios

from picode.terminal import signals as signal

Modes = list["int | list[bytes | int]"]
UNLIKE_OURS = (signal.SIGPIPE, signal.SIGXFSZ)
"""Signals that Python ignores."""


class Shell:
    """A shell that runs on a PTY of its own."""

    def __init__(self, pid: int, master: int, name: str, secret: bytes, told: int = -1) -> None:
        self.pid = pid
        self.master = master
        self.secret = secret
        self.told = told
        """The pipe that the shell reads the secret from; ours to close."""
        self.early: int | None = None
        """The recorder's socket, which listens before anything serves it."""
        self.name = name
        """The PTY's path."""


def spawn(program: str, arguments: list[str], environ: dict[str, str], secret: bytes) -> Shell:
    """Start `program` on a new PTY with the modes and the size of our own terminal.

    The secret waits in a pipe of ours that PICODE_SECRET_FILE names: nothing that the shell starts inherits it.
    OSError when no PTY or process can be had.
    """
    master, slave = os.openpty()
    name = os.ttyname(slave)
    told, tell = os.pipe()
    os.write(tell, secret + b"\n")
    os.close(tell)
    modes = termios.tcgetattr(0)
    # a start file that asks the terminal something, as an instant prompt does, is left in the middle of it
    modes[3] |= termios.ICANON | termios.ECHO | termios.ISIG
    termios.tcsetattr(slave, termios.TCSANOW, modes)
    copy_size(0, slave)
    inherited = not os.path.isdir("/proc/self/fd")
    secret_file = f"/dev/fd/{told}" if inherited else f"/proc/{os.getpid()}/fd/{told}"
    environ = {**environ, "PICODE_TTY": name, "PICODE_SECRET_FILE": secret_file}
    if inherited:
        pid = _fork(program, arguments, environ, slave, told)
    else:
        pid = _start(program, arguments, environ, name)
    os.close(slave)
    os.set_blocking(master, False)
    return Shell(pid, master, name, secret, told)


def _start(program: str, arguments: list[str], environ: dict[str, str], name: str) -> int:
    """Linux: whoever leads a session and opens a terminal has it. Half a millisecond less than a fork of Python."""
    return os.posix_spawn(
        program,
        arguments,
        environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, name, os.O_RDWR, 0),
            (os.POSIX_SPAWN_DUP2, 0, 1),
            (os.POSIX_SPAWN_DUP2, 0, 2),
        ],
        setsid=True,
        setsigdef=UNLIKE_OURS,
    )


def _fork(program: str, arguments: list[str], environ: dict[str, str], slave: int, told: int) -> int:
    """Elsewhere; `told` is inherited, as there is no other way to name it."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.login_tty(slave)
        os.set_inheritable(told, True)
        restore_signals()
        os.execve(program, arguments, environ)
    except OSError as error:
        os.write(2, f"picode: {program} cannot be started: {error.strerror}.\n".encode())
    finally:
        os._exit(127)


def forget_pipe(shell: Shell) -> None:
    """Nobody reads the secret from it any more."""
    if shell.told >= 0:
        os.close(shell.told)
        shell.told = -1


def restore_signals() -> None:
    """What we start must not inherit that they are ignored."""
    for number in UNLIKE_OURS:
        signal.signal(number, signal.SIG_DFL)


def copy_size(source: int, target: int) -> None:
    """The window size; the kernel tells the foreground processes when it changed."""
    try:
        fcntl.ioctl(target, termios.TIOCSWINSZ, fcntl.ioctl(source, termios.TIOCGWINSZ, bytes(8)))
    except OSError:
        pass


def size(fd: int) -> tuple[int, int]:
    """Columns and rows; 80 x 24 where they are unknown."""
    try:
        raw = fcntl.ioctl(fd, termios.TIOCGWINSZ, bytes(8))
    except OSError:
        return 80, 24
    rows, columns = (int.from_bytes(raw[at : at + 2], sys.byteorder) for at in (0, 2))
    return columns or 80, rows or 24


def make_raw(fd: int) -> Modes | None:
    """Every byte passes; the modes to be put back, or None when the terminal is gone."""
    try:
        before = termios.tcgetattr(fd)
        input_, output, control, local, *rest = termios.tcgetattr(fd)
        input_ &= ~(
            termios.BRKINT | termios.ICRNL | termios.INPCK | termios.ISTRIP | termios.IXON
            | termios.INLCR | termios.IGNCR | termios.PARMRK | termios.IXOFF
        )  # fmt: skip
        output &= ~termios.OPOST
        control = control & ~(termios.CSIZE | termios.PARENB) | termios.CS8
        local &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.IEXTEN | termios.ISIG)
        rest[-1][termios.VMIN], rest[-1][termios.VTIME] = 1, 0
        termios.tcsetattr(fd, termios.TCSANOW, [input_, output, control, local, *rest])
    except termios.error:
        return None
    return before


def restore(fd: int, modes: Modes | None) -> None:
    if modes is not None:
        try:
            termios.tcsetattr(fd, termios.TCSADRAIN, modes)
        except termios.error:
            pass


def reopen(fd: int) -> int:
    """The same terminal with a file description of its own, so that not blocking is nobody else's business."""
    try:
        return os.open(os.ttyname(fd), os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return os.dup(fd)
