"""Where a resource comes from, in the words that pi's clients know, and reading its text with care."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Scope = Literal["user", "project", "temporary"]
Kind = Literal["skills", "prompts", "themes", "extensions"]
KINDS: tuple[Kind, ...] = ("skills", "prompts", "themes", "extensions")
LONGEST = 256 * 1024
"""Bytes of one file; a longer one is left out and told."""


@dataclass(frozen=True)
class Origin:
    """`source`: `auto` (found in a directory of resources), `settings`, or the package's source."""

    scope: Scope
    source: str
    base: Path
    """The directory that it was found from."""
    package: bool = False


@dataclass(frozen=True)
class Place:
    """A directory to look into, or a file; `loose`: Markdown files right in it count as skills, too."""

    path: Path
    origin: Origin
    loose: bool = True


def read(path: Path, origin: Origin, notices: list[str]) -> str | None:
    """The text of a regular file that is the user's or the project's own; None, and a notice, where it is not."""
    try:
        # a named pipe would wait for a writer
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            facts = os.fstat(descriptor)
            refused = _refused(path, facts, origin)
            content = b"" if refused else os.read(descriptor, LONGEST + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        notices.append(f"{path} cannot be read: {error.strerror}.")
        return None
    if len(content) > LONGEST:
        refused = f"{path} is longer than {LONGEST // 1024} KB and was left out."
    if refused:
        notices.append(refused)
        return None
    return content.decode(errors="replace").removeprefix("\ufeff").replace("\r\n", "\n")


def _refused(path: Path, facts: os.stat_result, origin: Origin) -> str:
    if not stat.S_ISREG(facts.st_mode):
        return f"{path} is no file."
    if origin.scope == "project" and not origin.package:
        # a project may be a colleague's, or mounted; what is linked from outside of it is not its own
        real, base = Path(os.path.realpath(path)), Path(os.path.realpath(origin.base))
        if base not in real.parents:
            return f"{path} leads out of the project and was not read."
        if facts.st_uid not in {0, os.getuid(), _owner(base)}:
            return f"{path} belongs to somebody else and was not read."
    return ""


def _owner(directory: Path) -> int:
    try:
        return directory.stat().st_uid
    except OSError:
        return 0
