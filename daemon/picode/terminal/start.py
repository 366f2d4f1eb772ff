"""What the shell's script `exec`s: the recorder, or the plain shell when anything is wrong before it runs.

    python -I -S start.py KIND PROGRAM ARGV0 [ARGUMENT…]

KIND is bash, zsh or fish; PROGRAM the shell's path; ARGV0 what it is called (`-bash`: a login shell).
"""

import os
import sys


def main(arguments: "list[str]") -> None:
    kind, program, *argv = arguments
    try:
        sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
        from picode.terminal import recorder

        if above := recorder.above():
            os.execve(program, argv, {**os.environ, **above})
        shell = recorder.begin(kind, program, argv)
    except BaseException as problem:
        plain(program, argv, problem)
    else:
        try:
            recorder.go_on(shell, kind, program)
        except BaseException as problem:
            # a file of ours is broken: the shell that was started goes, another comes
            os.close(shell.master)
            plain(program, argv, problem)


def plain(program: str, argv: "list[str]", problem: BaseException) -> None:
    """Become the shell that would have been recorded; a file of ours that is broken must not cost a terminal."""
    told = str(problem) or type(problem).__name__
    os.write(2, f"picode: this shell is not recorded: {told}\n".encode("utf-8", "replace"))
    environ = {**os.environ, "PICODE_NO_RECORD": "1"}
    try:
        import signal

        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    finally:
        os.execve(program, argv, environ)


if __name__ == "__main__":
    main(sys.argv[1:])
