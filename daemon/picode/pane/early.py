"""The first picture: the prompt and a status line, before anything that takes long to load.

The terminal is made ready for single keys at the same moment, so that what is typed meanwhile waits for the input line.
"""

import contextlib
import os
import sys
import termios
from collections.abc import Iterator

CLEAR = "\r\x1b7\x1b[2K\x1b[B\x1b[2K\x1b8"
"""Takes the first picture away, row by row (`LiveArea._erase` says why); the cursor stands where it began."""
STATUS = "connecting to the daemon"


@contextlib.contextmanager
def first_picture() -> Iterator[None]:
    """Paint; at the end the terminal is as it was."""
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    termios.tcsetattr(descriptor, termios.TCSANOW, _single_keys(before))
    columns = _columns()
    bold, dim, off = ("\x1b[1m", "\x1b[2m", "\x1b[0m")
    colour = "" if os.environ.get("NO_COLOR") else "\x1b[36m"
    status = f"\r\n{dim}{STATUS[: columns - 1]}{off}\x1b[1A\r\x1b[2C" if columns > 4 else ""
    sys.stdout.write(f"{bold}{colour}❯{off} {status}")
    sys.stdout.flush()
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _single_keys(before: "list[int | list[bytes | int]]") -> "list[int | list[bytes | int]]":
    input_flags, output, control, local, in_speed, out_speed, characters = before
    assert isinstance(input_flags, int)
    assert isinstance(local, int)
    assert isinstance(characters, list)
    input_flags &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    local &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    characters = list(characters)
    characters[termios.VMIN] = 1
    return [input_flags, output, control, local, in_speed, out_speed, characters]


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except OSError:
        return 80
