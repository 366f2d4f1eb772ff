"""Which model a role gets, and why."""

from msgspec import Struct, field

FAILOVER = "picode.failover"
"""The `customType` of the note that another model answers from here on."""


class Ruling(Struct, omit_defaults=True):
    """What was decided of a model, and why, in half a sentence."""

    model: str
    why: str
    taken: bool = False


class Role(Struct, omit_defaults=True):
    """`main`, `fast` or `strong`: what was wished for, and the model that it comes to."""

    role: str
    wish: str
    """A name, `cheapest`, `quickest` or `ablest`; empty: as the main one."""
    model: str
    why: str = ""
    rulings: list[Ruling] = field(default_factory=list)
    """The best first; none where a model was named."""
