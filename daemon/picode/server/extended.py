"""Which conversations get extensions: those for which there are some; for the others nothing of them is loaded."""

import itertools
import os
import secrets
from typing import TYPE_CHECKING

from picode.resources.extensions import find

if TYPE_CHECKING:
    from picode.agents.conversation import Conversation
    from picode.agents.extending.joined import Joined

_numbers = itertools.count(1)
_life = f"{os.getpid()}.{secrets.token_hex(8)}"


def extend(conversation: "Conversation") -> "Joined | None":
    """Its extensions, not begun; None where there are none, or none are wanted."""
    settings = conversation.brought.settings.extensions
    if not settings.enabled or not find(conversation.brought.where()).origins:
        return None
    from picode.agents.extending.joined import Joined

    return Joined(
        conversation, lambda: find(conversation.brought.where()), environ=os.environ,
        mark=f"{_life}.x{next(_numbers)}.", limit=settings.seconds,
    )  # fmt: skip
