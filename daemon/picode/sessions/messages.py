"""What a model gets to see of a conversation."""

from dataclasses import dataclass

from picode.messages import Message
from picode.sessions.file import SessionFile


@dataclass
class Context:
    messages: list[Message]
    model: str
    """`provider/model` of the last choice or answer; empty: none yet."""
    thinking: str


def context_of(session: SessionFile) -> Context:
    """The active path as messages, compaction applied; not paired yet."""
    raise NotImplementedError


def paired(messages: list[Message]) -> list[Message]:
    """Each tool call followed by exactly one result: a missing one becomes an error, one without a call is left out."""
    raise NotImplementedError
