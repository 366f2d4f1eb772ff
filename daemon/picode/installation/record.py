"""What set-up remembers of what it wrote (`<data>/setup.json`): by it an edited file is told from ours."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from picode.errors import BadData


@dataclass
class Line:
    """A line that was put into an rc file, or an entry into Zellij's permissions."""

    text: str
    created: bool = False
    """The file did not exist before."""
    broke: bool = False
    """The file's last line had no end, so a line break was put before ours."""


@dataclass
class Record:
    version: str = ""
    files: dict[str, str] = field(default_factory=dict)
    """Path of a file of ours -> SHA-256 of what was written."""
    lines: dict[str, Line] = field(default_factory=dict)
    """Path of an rc file -> our line in it."""
    grants: dict[str, Line] = field(default_factory=dict)
    """Path of the permission file -> our entry in it."""
    directories: list[str] = field(default_factory=list)
    """Directories that did not exist before, outermost first."""
    backups: dict[str, str] = field(default_factory=dict)
    """Path of a backup -> path of the file that it was made of."""

    def is_ours(self, path: Path, content: bytes) -> bool:
        """Whether this is what set-up wrote there."""
        return self.files.get(str(path)) == digest(content)

    def encode(self) -> bytes:
        return (json.dumps(asdict(self), indent=1, ensure_ascii=True) + "\n").encode()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def decode(content: bytes, path: Path) -> Record:
    """The record in `path`; `BadData` when it is none."""
    try:
        found = json.loads(content)
        return Record(
            version=str(found["version"]),
            files={str(name): str(value) for name, value in found["files"].items()},
            lines={str(name): Line(**value) for name, value in found["lines"].items()},
            grants={str(name): Line(**value) for name, value in found["grants"].items()},
            directories=[str(name) for name in found["directories"]],
            backups={str(name): str(value) for name, value in found["backups"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadData(
            f"{path} is not what set-up wrote there.",
            "Remove it and run `picode setup` again; edited files are kept in any case.",
        ) from error
