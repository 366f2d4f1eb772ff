"""What requests to models cost: rows, sums against limits, and how good the estimates were."""

from msgspec import Struct


class SpendRow(Struct, omit_defaults=True):
    """Requests to models that belong together, and what they cost."""

    key: str
    """The day (`2026-11-21`), the model, the conversation's id, or the project's directory."""
    requests: int
    cost: float
    """US dollars."""
    input: int = 0
    """Tokens; those read from a cache are not among them."""
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    guessed: int = 0
    """Requests of which the provider did not report all: they count with an estimate, or with their worst case."""
    name: str = ""
    """Of a conversation: what it is called."""


class SpendSpan(Struct, omit_defaults=True):
    """What was spent in one of the spans that have a limit."""

    span: str
    """`request` (the last one), `turn` (the last one), `conversation`, `day`, `workspace`."""
    cost: float
    """US dollars."""
    limit: float = 0
    """0: none."""


class EstimateError(Struct, omit_defaults=True):
    """How far estimates of prompts were from what the providers reported, lately."""

    requests: int = 0
    median: float = 0
    """0.05: half of them were within 5 %."""
    most: float = 0
    """Nine of ten were within this."""
