"""The script that a shell sources: three lines that say where PiCode is, then the file from `shell/`.

`picode init` prints it, and `picode setup` writes it to a file of its own.
"""

import os
import sys
from pathlib import Path

from picode.errors import Missing, UsageError
from picode.paths import assets

SHELLS = ("bash", "zsh", "fish")


def script(shell: str, python: str = sys.executable, package: "Path | None" = None) -> str:
    """The whole script for `shell`; `python` is the interpreter to record with, `package` the `picode` package."""
    if shell not in SHELLS:
        raise UsageError(f"PiCode knows bash, zsh and fish, and not {shell!r}.")
    source = assets() / "shell" / f"picode.{shell}"
    try:
        body = source.read_text(encoding="utf-8")
    except OSError as error:
        raise Missing(
            f"PiCode's shell script {source} cannot be read: {error.strerror}.", "Install PiCode again."
        ) from error
    places = {
        "__picode_python": python,
        "__picode_stdlib": os.path.dirname(os.__file__),
        "__picode_package": str(package or Path(__file__).parents[1]),
    }
    set_ = "set -gu {} {}" if shell == "fish" else "{}={}"
    lines = [set_.format(name, quoted(place, shell)) for name, place in places.items()]
    return "\n".join([*lines, body])


def quoted(text: str, shell: str) -> str:
    """`text` as one word of the shell's language."""
    if shell == "fish":
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return "'" + text.replace("'", "'\\''") + "'"
