"""Projects whose files somebody follows without an explorer (`picode diff --follow`): what changes is announced.

Whoever follows asks again after each change. So a project that nobody asks about after a change is forgotten, and
nothing has to be looked at in between.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from picode import tasks
from picode.paths import project_of
from picode.protocol.events import AnyEvent, FilesChanged
from picode.server.watches import Seat, Watches

MOST = 16
UNASKED = 30.0
"""Seconds after a change in which a follower asks again."""


@dataclass
class Followed:
    watch: Seat
    unasked: asyncio.TimerHandle | None = None


class Projects:
    """`announce(topic, event)` tells those who follow; the topic is `project/<directory>`."""

    def __init__(self, announce: Callable[[str, AnyEvent], None], watches: Watches) -> None:
        self._announce, self._watches = announce, watches
        self._followed: OrderedDict[str, Followed] = OrderedDict()

    def __len__(self) -> int:
        return len(self._followed)

    def follow(self, cwd: str) -> str:
        """Watch the project of `cwd`, or go on watching it; its directory."""
        root = str(project_of(cwd))
        if (known := self._followed.get(root)) is not None:
            self._followed.move_to_end(root)
            if known.unasked is not None:
                known.unasked.cancel()
                known.unasked = None
            return root
        watch = self._watches.seat(project_of(cwd), lambda: self._changed(root))
        self._followed[root] = Followed(watch)
        watch.start()
        while len(self._followed) > MOST:
            self._forget(next(iter(self._followed)))
        return root

    async def close(self) -> None:
        followed = list(self._followed.values())
        self._followed.clear()
        for one in followed:
            if one.unasked is not None:
                one.unasked.cancel()
        await asyncio.gather(*(one.watch.close() for one in followed), return_exceptions=True)

    def _changed(self, root: str) -> None:
        followed = self._followed.get(root)
        if followed is None:
            return
        self._announce(f"project/{root}", FilesChanged(root))
        if followed.unasked is None:
            followed.unasked = asyncio.get_running_loop().call_later(UNASKED, self._forget, root)

    def _forget(self, root: str) -> None:
        followed = self._followed.pop(root, None)
        if followed is not None:
            if followed.unasked is not None:
                followed.unasked.cancel()
            tasks.spawn(followed.watch.close(), f"no longer follow {root}")
