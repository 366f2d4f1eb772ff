"""A bounded memory of what commands printed: head and tail of each, and how much is missing between them.

Larger outputs lie in memory mapped for them alone: it costs what was printed, is given back whole, and leaves no holes.
"""

import mmap
from collections import deque
from typing import NamedTuple

HALF = 500_000
"""Bytes of head, and of tail, that are kept of one command."""
SMALL = 16 * 1024
"""Bytes up to which an output is an ordinary object."""
COMMANDS = 64
TOTAL = 16_000_000


class Kept(NamedTuple):
    head: bytes
    tail: bytes
    missing: int


class Output:
    """What one command prints; `begin`: bytes at the beginning that are not its own."""

    __slots__ = ("_mapped", "_small", "begin", "half", "size")

    def __init__(self, half: int = HALF) -> None:
        self.half = half
        self.size = 0
        self.begin = 0
        self._small = bytearray()
        self._mapped: mmap.mmap | None = None

    @property
    def held(self) -> int:
        return min(self.size, 2 * self.half)

    def add(self, data: bytes) -> None:
        if self._mapped is None:
            if self.size + len(data) <= min(SMALL, 2 * self.half):
                self._small += data
                self.size += len(data)
                return
            self._mapped = mmap.mmap(-1, 2 * self.half, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            self.size = 0
            self._put(bytes(self._small))
            self._small = bytearray()
        self._put(data)

    def _put(self, data: bytes) -> None:
        """Into the head while there is room, then round and round through the tail's half."""
        memory, half = self._mapped, self.half
        assert memory is not None
        if (room := half - self.size) > 0:
            part = data[:room]
            memory[self.size : self.size + len(part)] = part
            self.size += len(part)
            data = data[room:]
        if skipped := max(0, len(data) - half):
            self.size += skipped
            data = data[skipped:]
        while data:
            at = half + (self.size - half) % half
            part = data[: 2 * half - at]
            memory[at : at + len(part)] = part
            self.size += len(part)
            data = data[len(part) :]

    def first(self, size: int) -> bytes:
        """Some of the head."""
        source = self._mapped if self._mapped is not None else self._small
        return bytes(source[: min(size, self.size, self.half)])

    def kept(self) -> Kept:
        memory, half = self._mapped, self.half
        if memory is None:
            return Kept(bytes(self._small[self.begin :]), b"", 0)
        if self.size <= 2 * half:
            return Kept(memory[self.begin : self.size], b"", 0)
        oldest = half + (self.size - half) % half
        return Kept(
            memory[self.begin : half], memory[oldest : 2 * half] + memory[half:oldest], self.size - 2 * half
        )


class Item(NamedTuple):
    number: int
    output: Output


class Ring:
    """The outputs of the last finished commands, within a limit of their number and of their sum."""

    def __init__(self, commands: int = COMMANDS, total: int = TOTAL) -> None:
        self._items: deque[Item] = deque()
        self._commands = commands
        self._total = total
        self.size = 0

    def add(self, number: int, output: Output) -> list[int]:
        """Keep one more; the numbers of those that were forgotten for it."""
        self._items.append(Item(number, output))
        self.size += output.held
        forgotten = []
        while len(self._items) > self._commands or (self.size > self._total and len(self._items) > 1):
            old = self._items.popleft()
            self.size -= old.output.held
            forgotten.append(old.number)
        return forgotten

    def drop(self, number: int) -> None:
        for item in [item for item in self._items if item.number == number]:
            self._items.remove(item)
            self.size -= item.output.held

    def get(self, number: int) -> Kept | None:
        found = next((item.output for item in reversed(self._items) if item.number == number), None)
        return found.kept() if found else None
