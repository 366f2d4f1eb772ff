"""Which events of a conversation have come, in their order: pure."""

from picode.protocol.events import Announced

MOST_HELD = 4000


class Track:
    """`last` is the number up to which nothing is missing; later events wait until the gap before them is filled.

    Until the first snapshot, and after `unknown`, everything waits: which number comes next is not known.
    """

    def __init__(self) -> None:
        self.last = 0
        self._known = False
        self._held: dict[int, Announced] = {}

    @property
    def behind(self) -> bool:
        """Whether there is a gap to be filled."""
        return self._known and bool(self._held)

    def unknown(self) -> None:
        """Another daemon numbers anew."""
        self._known = False
        self._held.clear()

    def take(self, announced: Announced) -> list[Announced]:
        """What may be passed on, now that this one came."""
        if len(self._held) >= MOST_HELD:
            self._held.clear()  # the replay brings them again
        self._held[announced.seq] = announced
        return self._ready()

    def filled(self, replayed: list[Announced]) -> list[Announced]:
        """The same for the events of a replay."""
        ready: list[Announced] = []
        for announced in replayed:
            ready += self.take(announced)
        return ready

    def renewed(self, seq: int) -> list[Announced]:
        """Everything up to `seq` is known from a snapshot: what came after that."""
        self.last, self._known = seq, True
        return self._ready()

    def _ready(self) -> list[Announced]:
        if not self._known:
            return []
        ready: list[Announced] = []
        while (found := self._held.pop(self.last + 1, None)) is not None:
            self.last += 1
            ready.append(found)
        for old in [seq for seq in self._held if seq <= self.last]:
            del self._held[old]
        return ready
