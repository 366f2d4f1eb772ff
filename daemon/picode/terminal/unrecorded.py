"""Which commands are not recorded, and why. Pure; the settings come from `rules.py`."""

import os
import re
from fnmatch import fnmatchcase
from typing import NamedTuple

SPACE = "it begins with a space"
PARTS = re.compile(r"[;&|\n]+")


class Rules(NamedTuple):
    """`shell.ignore_commands`, `shell.ignore_directories`, `shell.ignore_space`. `broken`: why they are not known."""

    commands: tuple[str, ...] = ()
    directories: tuple[str, ...] = ()
    space: bool = True
    broken: str = ""


def why_not(rules: Rules, text: str, cwd: str) -> str:
    """Why the command `text` in `cwd` is not recorded; empty: it is.

    pass *      `pass show mail`, `cd x; pass show mail`; as well as `pass`: a pattern may leave its arguments out
    *vault*     any part that has it
    ~/private   in it and below it
    """
    if rules.broken:
        return f"the configuration cannot be read: {rules.broken}"
    if rules.space and text[:1] in (" ", "\t"):
        return SPACE
    for pattern in rules.commands:
        if any(_fits(part.strip(), pattern) for part in (text, *PARTS.split(text))):
            return f"it fits {pattern!r} of shell.ignore_commands"
    for pattern in rules.directories:
        if _lies_in(cwd, os.path.expanduser(pattern)):
            return f"its directory is in {pattern!r} of shell.ignore_directories"
    return ""


def _fits(part: str, pattern: str) -> bool:
    return fnmatchcase(part, pattern) or fnmatchcase(part, f"{pattern} *")


def _lies_in(cwd: str, pattern: str) -> bool:
    pattern = pattern.rstrip("/") or "/"
    while True:
        if fnmatchcase(cwd, pattern):
            return True
        above = os.path.dirname(cwd)
        if above == cwd:
            return False
        cwd = above
