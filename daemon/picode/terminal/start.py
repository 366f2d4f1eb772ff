"""What the shell's script `exec`s: the recorder, or the plain shell when anything is wrong before it runs.

    python -I -S start.py KIND PROGRAM ARGV0 [ARGUMENT…]

KIND is bash, zsh or fish; PROGRAM the shell's path; ARGV0 what it is called (`-bash`: a login shell).
A program's own file is compiled at each start, so this one is short.
"""

import os
import sys

try:
    sys.path.insert(0, os.path.abspath(f"{__file__}/../../.."))
    from picode.terminal import recorder

    recorder.main(sys.argv[1], sys.argv[2], sys.argv[3:])
except BaseException as problem:
    # a file of ours that is broken must not cost a terminal
    told = str(problem) or type(problem).__name__
    os.write(2, f"picode: this shell is not recorded: {told}\n".encode("utf-8", "replace"))
    try:
        from signal import SIG_DFL, SIGPIPE, SIGXFSZ, signal

        signal(SIGPIPE, SIG_DFL)
        signal(SIGXFSZ, SIG_DFL)
    finally:
        os.execve(sys.argv[2], sys.argv[3:], {**os.environ, "PICODE_NO_RECORD": "1"})
