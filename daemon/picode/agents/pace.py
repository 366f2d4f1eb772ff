"""Things that come faster than anybody can look are handed on together, a few times a second."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Paced(Generic[T]):
    """The first one goes at once; those that follow within `gap` seconds go together. No timer while nothing comes."""

    def __init__(self, hand_on: Callable[[list[T]], None], gap: float) -> None:
        self._hand_on, self._gap = hand_on, gap
        self._pending: list[T] = []
        self._last = float("-inf")
        self._timer: asyncio.TimerHandle | None = None

    def add(self, one: T) -> None:
        self._pending.append(one)
        if self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        left = self._last + self._gap - loop.time()
        if left <= 0:
            self.flush()
        else:
            self._timer = loop.call_later(left, self.flush)

    def flush(self) -> None:
        """Hand on what there is, now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._pending:
            self._last = asyncio.get_running_loop().time()
            pending, self._pending = self._pending, []
            self._hand_on(pending)
