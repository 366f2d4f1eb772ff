"""A bounded memory of what commands printed: head and tail of each, and how much is missing between them."""

from collections import deque
from typing import NamedTuple

HALF = 512 * 1024
"""Bytes of head, and of tail, that are kept of one command."""
COMMANDS = 64
TOTAL = 16 * 1024 * 1024


class Kept(NamedTuple):
    head: bytes
    tail: bytes
    missing: int


class Output:
    """What one command prints, while it prints."""

    __slots__ = ("half", "head", "size", "tail")

    def __init__(self, half: int = HALF) -> None:
        self.half = half
        self.head = bytearray()
        self.tail = bytearray()
        self.size = 0

    def add(self, data: bytes) -> None:
        self.size += len(data)
        if room := self.half - len(self.head):
            self.head += data[:room]
            data = data[room:]
        self.tail += data
        # cut now and then, so that each byte is moved once at most
        if len(self.tail) > 2 * self.half:
            del self.tail[: -self.half]

    def kept(self) -> Kept:
        tail = bytes(self.tail[-self.half :])
        missing = self.size - len(self.head) - len(tail)
        if missing:
            return Kept(bytes(self.head), tail, missing)
        return Kept(bytes(self.head) + tail, b"", 0)


class Item(NamedTuple):
    number: int
    kept: Kept


class Ring:
    """The outputs of the last finished commands, within a limit of their number and of their sum."""

    def __init__(self, commands: int = COMMANDS, total: int = TOTAL) -> None:
        self._items: deque[Item] = deque()
        self._commands = commands
        self._total = total
        self.size = 0

    def add(self, number: int, kept: Kept) -> list[int]:
        """Keep one more; the numbers of those that were forgotten for it."""
        self._items.append(Item(number, kept))
        self.size += len(kept.head) + len(kept.tail)
        forgotten = []
        while len(self._items) > self._commands or (self.size > self._total and len(self._items) > 1):
            old = self._items.popleft()
            self.size -= len(old.kept.head) + len(old.kept.tail)
            forgotten.append(old.number)
        return forgotten

    def get(self, number: int) -> Kept | None:
        return next((item.kept for item in reversed(self._items) if item.number == number), None)
