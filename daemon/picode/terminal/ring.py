"""A bounded memory of what commands printed: head and tail of each, and how much is missing between them.

Larger outputs lie in memory mapped for them alone: it costs what was printed, is given back whole, and leaves no holes.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    import mmap

HALF = 500_000
"""Bytes of head, and of tail, that are kept of one command."""
SMALL = 16 * 1024
"""Bytes up to which an output is an ordinary object."""
COMMANDS = 64
TOTAL = 16_000_000


class Kept:
    __slots__ = ("head", "missing", "tail")

    def __init__(self, head: bytes, tail: bytes, missing: int) -> None:
        self.head = head
        self.tail = tail
        self.missing = missing


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
            import mmap

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


class Ring:
    """The outputs of the last finished commands, within a limit of their number and of their sum."""

    def __init__(self, commands: int = COMMANDS, total: int = TOTAL) -> None:
        self._outputs: dict[int, Output] = {}
        self._commands = commands
        self._total = total
        self._reserved = 0
        self.size = 0

    def add(self, number: int, output: Output) -> list[int]:
        """Keep one more; the numbers of those that were forgotten for it."""
        self._outputs[number] = output
        self.size += output.held
        return self._forget()

    def reserve(self, size: int) -> list[int]:
        """Leave room for `size` bytes of outputs that still grow elsewhere; the numbers that were forgotten."""
        self._reserved = size
        return self._forget()

    def _forget(self) -> list[int]:
        forgotten: list[int] = []
        for number in list(self._outputs):
            many = len(self._outputs) > self._commands
            if not many and (self.size + self._reserved <= self._total or len(self._outputs) == 1):
                break
            self.drop(number)
            forgotten.append(number)
        return forgotten

    def drop(self, number: int) -> None:
        if output := self._outputs.pop(number, None):
            self.size -= output.held

    def get(self, number: int) -> Kept | None:
        found = self._outputs.get(number)
        return found.kept() if found else None
