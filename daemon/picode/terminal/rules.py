"""The user's rules about what is never recorded, read again whenever their file has changed."""

import os
from pathlib import Path

from picode.paths import Paths
from picode.terminal.unrecorded import Rules

VARIABLE = "PICODE_SHELL_IGNORE_"


class Reader:
    """`rules()` looks at the file's date each time: a pattern that was added counts from the next command on."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._stamp: tuple[int, int, int] | None = (0, 0, 0)
        self._rules = Rules()

    def rules(self) -> Rules:
        """When the file cannot be read nothing is recorded: it may forbid anything."""
        stamp = _stamp(self._paths.settings)
        if stamp != self._stamp:
            self._stamp, self._rules = stamp, self._read(stamp)
        return self._rules

    def _read(self, stamp: "tuple[int, int, int] | None") -> Rules:
        if stamp is None and not any(name.startswith(VARIABLE) for name in os.environ):
            return Rules()
        from picode import config
        from picode.errors import PicodeError

        try:
            shell = config.load(self._paths).settings.shell
        except PicodeError as error:
            return Rules(broken=error.message)
        return Rules(tuple(shell.ignore_commands), tuple(shell.ignore_directories), shell.ignore_space)


def _stamp(file: Path) -> "tuple[int, int, int] | None":
    """None when there is no such file."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
