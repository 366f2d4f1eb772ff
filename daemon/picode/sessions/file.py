"""One session file that is open: what is in it, and appending to it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from picode.messages import Message
from picode.protocol.values import Receipt


class SessionFile:
    """`leaf` is the entry that the next one follows; `notices` are sentences for the user."""

    id: str
    path: Path
    cwd: str
    name: str
    leaf: str | None
    notices: list[str]

    @classmethod
    def create(cls, directory: Path, cwd: str, now: Callable[[], int] | None = None) -> "SessionFile":
        """A new conversation; its file is made in `directory` by the first `append_message`. `now`: milliseconds."""
        raise NotImplementedError

    @classmethod
    def open(cls, path: Path, now: Callable[[], int] | None = None) -> "SessionFile":
        """An existing file, locked. Raises Missing, BadData (no session), TryLater (locked), DiskFailed."""
        raise NotImplementedError

    def append_message(self, message: Message, receipt: Receipt | None = None) -> str:
        """Write `message` (and the receipt of the command sent with it) after the leaf; its entry id."""
        raise NotImplementedError

    def append(self, kind: str, fields: dict[str, Any]) -> str:
        """Write an entry that is no message (`model_change`, `label`, `custom`…), fields named as in the file.

        Before the first message they are held back, as pi does."""
        raise NotImplementedError

    def move(self, entry_id: str | None) -> None:
        """Let the next entry follow `entry_id` (None: begin anew)."""
        raise NotImplementedError

    def sync(self) -> None:
        """Wait until the disk has everything; may run in a thread."""
        raise NotImplementedError

    def close(self) -> None:
        """Give up the file and its lock; twice is harmless."""
        raise NotImplementedError
