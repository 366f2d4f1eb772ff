"""What the running daemon is made of; `boot` puts it together, handlers work on it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from picode.paths import Paths


@dataclass
class Daemon:
    """The parts that handlers need."""

    paths: Paths
    boot: str
    """Random, another one for each start."""
    started: int
    """Milliseconds since 1970."""
    clients: Callable[[], int] = lambda: 0
    """How many client processes live."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the daemon is to end in order."""
