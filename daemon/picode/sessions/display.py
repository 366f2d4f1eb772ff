"""What a pane gets to see of a conversation."""

from picode.protocol.values import Entry
from picode.sessions.file import SessionFile


def path_entries(session: SessionFile, tail: int = 200) -> tuple[list[Entry], int]:
    """The last `tail` messages of the active path with their receipts, and how many come before them."""
    raise NotImplementedError


def spent(session: SessionFile) -> tuple[float, int]:
    """US dollars of all answers in the file, and the tokens of the last one on the active path."""
    raise NotImplementedError
