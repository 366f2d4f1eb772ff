"""What set-up would do to one file, and a whole plan of it: pure values."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Change:
    """`before` and `after` are the file's bytes; None: there is no file."""

    path: Path
    what: str
    """A few words: what this file is for."""
    before: bytes | None
    after: bytes | None
    opaque: bool = False
    """What is in it is nothing to read: it is told by its name alone."""
    mode: int = 0o644
    """For a file that is new; one that is there keeps its own."""
    backup: bool = False
    """The user's own file: what it was is kept."""
    via: Path | None = None
    """The symlink through which it was found."""


@dataclass(frozen=True)
class Plan:
    changes: list[Change] = field(default_factory=list)
    directories: list[Path] = field(default_factory=list)
    """To be made before, outermost first."""
    notes: list[str] = field(default_factory=list)
    """What is left as it is, and why: whole sentences."""
    emptied: list[Path] = field(default_factory=list)
    """To be removed after, where they are empty, innermost first."""
