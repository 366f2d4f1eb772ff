"""A sent command as the text of a user's message, and the receipt that says what was sent."""

from picode.protocol.values import CommandRecord, Receipt

LIMIT = 30_000
"""Characters of output."""


def describe(record: CommandRecord, question: str, limit: int = LIMIT) -> tuple[str, Receipt]:
    """The question, the command and its output as text: redacted, and cut in the middle above `limit` characters."""
    raise NotImplementedError


def describe_piped(text: str, question: str, limit: int = LIMIT, cwd: str = "") -> tuple[str, Receipt]:
    """The same for text that came through a pipe."""
    raise NotImplementedError
