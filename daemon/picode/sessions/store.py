"""The directory of conversations: pi's folder and file names."""

from collections.abc import Callable
from pathlib import Path

from picode.protocol.values import ConversationInfo
from picode.sessions.file import SessionFile


class Store:
    """Finds, lists and opens conversations; each file is open once."""

    def __init__(self, directory: Path, now: Callable[[], int] | None = None) -> None:
        raise NotImplementedError

    def new(self, cwd: str) -> SessionFile:
        """A new conversation of `cwd`, not on disk before its first message."""
        raise NotImplementedError

    def open(self, path: Path) -> SessionFile:
        """The conversation in this file; the same object while it is open."""
        raise NotImplementedError

    def latest(self, cwd: str) -> SessionFile | None:
        """The conversation of `cwd`'s project that was written last."""
        raise NotImplementedError

    def find(self, name: str) -> SessionFile:
        """By id, the beginning of one, or path. Raises Missing, UsageError (several; it lists them)."""
        raise NotImplementedError

    def list(self, cwd: str = "", limit: int = 50) -> list[ConversationInfo]:
        """Latest first; `cwd` empty: of all projects, else of `cwd`'s project."""
        raise NotImplementedError

    def close(self) -> None:
        """Close every file that is open."""
        raise NotImplementedError
