"""What the running daemon is made of; `boot` puts it together, handlers work on it."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from picode.credentials import Secret
from picode.paths import Paths
from picode.protocol.completing import Complete
from picode.protocol.replies import Completed
from picode.protocol.routing import Role
from picode.protocol.values import ModelInfo
from picode.server.bus import Bus
from picode.server.conversations import Conversations
from picode.server.explorers import Explorers
from picode.server.indexes import Indexes
from picode.server.panes import Panes
from picode.server.presses import Presses
from picode.server.projects import Projects
from picode.server.returns import Returns
from picode.server.terminals import Terminals
from picode.server.timeline import Timeline
from picode.sessions.prompts import Prompts

if TYPE_CHECKING:
    from picode.providers.spending.ledger import Ledger


@dataclass
class Daemon:
    """The parts that handlers need."""

    paths: Paths
    boot: str
    """Random, another one for each start."""
    started: int
    """Milliseconds since 1970."""
    bus: Bus
    conversations: Conversations
    terminals: Terminals
    panes: Panes
    explorers: Explorers
    projects: Projects
    timeline: Timeline
    indexes: Indexes
    returns: Returns
    prompts: Prompts
    presses: Presses
    models: Callable[[], list[ModelInfo]]
    """May block for a moment."""
    complete: Callable[[Complete], Coroutine[Any, Any, Completed]]
    """One question without a conversation."""
    roles: Callable[[], list[Role]]
    """Which model each role gets, and why."""
    ledger: "Callable[[], Ledger]"
    """What requests to models cost."""
    unlock: Callable[[Secret], None]
    """The kept keys open with this passphrase; blocks for a moment."""
    clients: Callable[[], int] = lambda: 0
    """How many client processes live."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the daemon is to end in order."""
