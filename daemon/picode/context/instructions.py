"""What the user and the project tell every conversation: AGENTS.md or CLAUDE.md, SYSTEM.md, APPEND_SYSTEM.md."""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

NAMES = ("AGENTS.md", "CLAUDE.md")
PROJECT_DIRECTORIES = (".picode", ".pi")
LONGEST = 64 * 1024
"""Bytes of one file; what is more is left out and told."""
MOST = 32
"""Files; deeper ones are left out."""


@dataclass
class ContextFile:
    path: Path
    text: str


@dataclass
class Instructions:
    files: list[ContextFile] = field(default_factory=list)
    """The user's first, then the directories' from the root down to the working directory."""
    system: str = ""
    """Replaces the system prompt when it is not empty."""
    append: str = ""
    notices: list[str] = field(default_factory=list)


def load(cwd: str, config: Path, pi: Path | None = None) -> Instructions:
    """What applies in `cwd`; `config` is the user's configuration directory, `pi` pi's own, which counts where ours has
    nothing. Never raises."""
    homes = [config, pi] if pi is not None else [config]
    found = Instructions()
    here = Path(os.path.abspath(cwd))
    top = _top_level(here)
    seen: set[str] = set()
    ours = {0, os.getuid()}
    # a project may be a colleague's, or mounted; in /tmp, where anybody can write, a stranger's file counts for nothing
    owners = ours | _owner(top)
    for directory in (None, *reversed(here.parents), here):
        inside = directory is not None and (directory == top or top in directory.parents)
        above = homes if directory is None else [directory]
        file = _one_of([place / name for place in above for name in NAMES], found, owners if inside else ours)
        if file is not None and os.path.realpath(file.path) not in seen and len(found.files) < MOST:
            seen.add(os.path.realpath(file.path))
            found.files.append(file)
    # a project's own file stands before the user's
    places = [*(here / name for name in PROJECT_DIRECTORIES), *homes]
    for name in ("SYSTEM.md", "APPEND_SYSTEM.md"):
        file = _one_of([place / name for place in places], found, owners)
        text = file.text if file is not None else ""
        if name == "SYSTEM.md":
            found.system = text
        else:
            found.append = text
    return found


def _top_level(here: Path) -> Path:
    return next((above for above in (here, *here.parents) if (above / ".git").exists()), here)


def _owner(directory: Path) -> set[int]:
    try:
        return {directory.stat().st_uid}
    except OSError:
        return set()


def _one_of(paths: list[Path], found: Instructions, owners: set[int]) -> ContextFile | None:
    """The first of the paths that is a file with something in it."""
    for path in paths:
        text = _read(path, found, owners)
        if text.strip():
            return ContextFile(path, text)
    return None


def _read(path: Path, found: Instructions, owners: set[int]) -> str:
    try:
        # a named pipe would wait for a writer
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            facts = os.fstat(descriptor)
            if not stat.S_ISREG(facts.st_mode):
                return ""
            if facts.st_uid not in owners:
                found.notices.append(f"{path} belongs to somebody else and was not read.")
                return ""
            content = os.read(descriptor, LONGEST + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            found.notices.append(f"{path} cannot be read: {error.strerror}.")
        return ""
    if len(content) > LONGEST:
        found.notices.append(f"{path} is longer than {LONGEST // 1024} KB; the rest of it was left out.")
    return content[:LONGEST].decode(errors="replace").removeprefix("\ufeff")
