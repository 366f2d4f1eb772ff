"""Where each entry of a session file lies and which one it follows: a tree, read without its contents.

A parent is the last entry with that id before its child, so that an id used twice makes no circle; a file whose
entries follow each other in a circle all the same ends the walk where it would begin again.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable

from picode.sessions.entries import Head

NO_PARENT = -1


class Tree:
    """Entries by position, in the file's order; each costs some 150 bytes."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.kinds: list[str] = []
        self.offsets: array[int] = array("q")
        self.lengths: array[int] = array("q")
        self._by_id: dict[str, int] | None = {}
        self._parents: array[int] = array("q")
        self._awaited: dict[int, str] = {}
        self._kinds: dict[str, str] = {}
        self._odd: list[int] = []
        """Positions of those that do not follow the one before them, in order; the first is always among them."""

    def put(self, parents: "array[int]", awaited: dict[int, str], odd: list[int]) -> None:
        """With ids, kinds, offsets and lengths set, what `add` would have made of them; each id must be there once."""
        self._by_id = None
        self._parents, self._awaited = parents, awaited
        self._kinds = {kind: kind for kind in set(self.kinds)}
        self._odd = odd if not self.ids or odd[:1] == [0] else [0, *odd]

    @property
    def by_id(self) -> dict[str, int]:
        """Positions; made when somebody asks: a long conversation that is only looked at needs it not."""
        if self._by_id is None:
            self._by_id = dict(zip(self.ids, range(len(self.ids)), strict=True))
        return self._by_id

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, head: Head, offset: int, length: int) -> int:
        """The position of the new entry, which lies at `offset` and has `length` bytes without its line feed."""
        assert head.id is not None
        position = len(self.ids)
        parent = NO_PARENT
        if head.parent_id is not None:
            parent = self.by_id.get(head.parent_id, NO_PARENT)
            if parent == NO_PARENT:
                self._awaited[position] = head.parent_id
        self.ids.append(head.id)
        self.kinds.append(self._kinds.setdefault(head.type, head.type))
        self.offsets.append(offset)
        self.lengths.append(length)
        self._parents.append(parent)
        if parent != position - 1 or not position:
            self._odd.append(position)
        self.by_id[head.id] = position
        return position

    def awaited(self, position: int) -> str | None:
        """The id that the entry follows, where no entry before it has that id."""
        return self._awaited.get(position)

    def has(self, kind: str) -> bool:
        """Is there an entry of this kind?"""
        return kind in self._kinds

    def parent(self, position: int) -> int:
        """NO_PARENT for a root, an orphan, and an entry that follows itself."""
        if position in self._awaited:
            found = self.by_id.get(self._awaited[position], NO_PARENT)
            return NO_PARENT if found == position else found
        return self._parents[position]

    def path(self, leaf: str | None) -> list[int]:
        """Positions from the root to `leaf`."""
        found: list[int] = []
        position = NO_PARENT if leaf is None else self._place(leaf)
        if not self._awaited:  # every parent comes before its child: no circle
            return self._quick_path(position)
        seen: set[int] = set()
        while position != NO_PARENT and position not in seen:
            seen.add(position)
            found.append(position)
            position = self.parent(position)
        found.reverse()
        return found

    def _place(self, id_: str) -> int:
        if self.ids and self.ids[-1] == id_:
            return len(self.ids) - 1
        return self.by_id.get(id_, NO_PARENT)

    def _quick_path(self, position: int) -> list[int]:
        """Run by run: nearly every entry follows the one before it."""
        runs: list[range] = []
        while position != NO_PARENT:
            first = self._odd[bisect_right(self._odd, position) - 1]
            runs.append(range(first, position + 1))
            position = self._parents[first]
        return [position for run in reversed(runs) for position in run] if len(runs) > 1 else list(*runs)

    def of_kind(self, kind: str, among: Iterable[int]) -> int:
        """The last of the positions that has this kind, or NO_PARENT."""
        return next((at for at in reversed(list(among)) if self.kinds[at] == kind), NO_PARENT)
