"""What stays beside Zellij's client for as long as a terminal is attached: as little of Python as can wait.

    python -I -S zellij_waits.py PID LOG LOGGED SAID BEGAN AGAIN…

PID is the client's, a child of this process, which was `picode up` before; LOG is Zellij's log, of which LOGGED bytes
were there before the client; SAID the descriptor of its standard error; BEGAN when it was started, by the monotonic
clock. Two of its ends are nobody's wish: then this process becomes AGAIN, with the seconds that it stood and Zellij's
words. Nothing of ours is imported here.
"""

import os
import signal
import sys
import time

MISSED = ("No session with the name", "There is no active session", "already exists")
"""What it says on standard error; the last one when a session that it had missed is begun anew."""
THROWN_OUT = "Your zellij client lost connection to the zellij server"
"""What it says on the terminal, and in its log."""
FORWARDED = (signal.SIGHUP, signal.SIGTERM)
UNHEARD = (signal.SIGINT, signal.SIGQUIT)
MOST = 65536
"""Bytes of the log that are looked at."""


def main(argv: list[str]) -> None:
    """Wait, and end as it ended, or begin again."""
    pid, log, logged, said, began, *again = argv
    status, lost = wait(int(pid), log, int(logged), int(said))
    if lost:
        stood = time.monotonic() - float(began)
        try:
            os.execv(again[0], [*again, f"{stood:.1f}", lost])
        except OSError as error:
            _tell(f"picode: {lost}\npicode: {again[0]} cannot be started: {error.strerror}.\n".encode())
    sys.exit(status)


def wait(pid: int, log: str, logged: int, said: int) -> tuple[int, str]:
    """The status as a shell has it, and Zellij's sentence when nobody wanted the end, else "". Signals to this process
    mean Zellij, which detaches."""

    def forward(number: int, _: object) -> None:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass

    # a handler, as what is ignored here would be ignored in what is started next
    before = {number: signal.signal(number, forward) for number in FORWARDED}
    before.update({number: signal.signal(number, lambda *_: None) for number in UNHEARD})
    signal.pthread_sigmask(signal.SIG_UNBLOCK, before)
    try:
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    words = os.pread(said, MOST, 0)
    os.close(said)
    lines = words.decode(errors="replace").splitlines()
    lost = next((line for line in lines if any(word in line for word in MISSED)), "")
    if not lost and THROWN_OUT in _since(log, logged):
        lost = f"{THROWN_OUT}."
    if not lost:
        _tell(words)
    return 128 - status if status < 0 else status, lost


def size_of(file: str) -> int:
    """Bytes; 0 for a file that is not there."""
    try:
        return os.stat(file).st_size
    except OSError:
        return 0


def _since(file: str, begin: int) -> str:
    """What was written behind `begin`; of a file that was begun anew, all of it. Its end at most."""
    size = size_of(file)
    try:
        with open(file, "rb") as log:
            log.seek(max(begin if size >= begin else 0, size - MOST))
            return log.read().decode(errors="replace")
    except OSError:
        return ""


def _tell(words: bytes) -> None:
    try:
        os.write(2, words)
    except OSError:
        pass


if __name__ == "__main__":
    main(sys.argv[1:])
