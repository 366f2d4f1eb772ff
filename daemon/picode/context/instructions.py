"""What the user and the project tell every conversation: AGENTS.md or CLAUDE.md, SYSTEM.md, APPEND_SYSTEM.md."""

from dataclasses import dataclass, field
from pathlib import Path


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


def load(cwd: str, config: Path) -> Instructions:
    """What applies in `cwd`; `config` is the user's configuration directory. Never raises."""
    raise NotImplementedError
