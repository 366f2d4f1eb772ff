"""Where the entries of a session file lie, packed for the index, so that opening a long file reads only its end.

An entry nearly always follows the one before it; only those that do not are written down with their parent's id.
"""

import os
from array import array
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from picode.sessions.entries import head
from picode.sessions.scan import Scan
from picode.sessions.tree import NO_PARENT, Tree

EDGE = 4096
SAMPLES = 32


class Chunk(msgspec.Struct, array_like=True):
    """Some entries of a file, in its order; `odd` are those that do not follow the one before: number and parent."""

    ids: list[str]
    names: list[str]
    """The kinds; `kinds` has an index into them for each entry, as two bytes."""
    kinds: bytes
    offsets: bytes
    lengths: bytes
    odd: list[tuple[int, str | None]]


_decoder = msgspec.msgpack.Decoder(Chunk)


def pack(tree: Tree, before: str | None) -> bytes:
    """All entries of `tree`; `before` is the id of the entry that lies before them in the file."""
    names = list(dict.fromkeys(tree.kinds))
    numbers = {name: number for number, name in enumerate(names)}
    odd: list[tuple[int, str | None]] = []
    for position in range(len(tree)):
        parent = tree.parent(position)
        follows = tree.awaited(position) if tree.awaited(position) is not None else None
        if follows is None and parent != NO_PARENT:
            follows = tree.ids[parent]
        if follows != (tree.ids[position - 1] if position else before):
            odd.append((position, follows))
    numbered = array("H", (numbers[kind] for kind in tree.kinds)).tobytes()
    chunk = Chunk(tree.ids, names, numbered, tree.offsets.tobytes(), tree.lengths.tobytes(), odd)
    return msgspec.msgpack.encode(chunk)


def unpack(blobs: Sequence[bytes]) -> Tree:
    """The tree of a whole file, which is right when no two entries have the same id. Raises ValueError."""
    ids: list[str] = []
    kinds: list[str] = []
    offsets, lengths = array("q"), array("q")
    odd: list[tuple[int, str | None]] = []
    for blob in blobs:
        chunk = _decoder.decode(blob)
        odd += [(number + len(ids), parent) for number, parent in chunk.odd]
        ids += chunk.ids
        kinds += map(chunk.names.__getitem__, array("H", chunk.kinds))
        offsets.frombytes(chunk.offsets)
        lengths.frombytes(chunk.lengths)
    if not len(ids) == len(kinds) == len(offsets) == len(lengths):
        raise ValueError("the chunks do not fit together")
    parents = array("q", range(-1, len(ids) - 1))
    awaited: dict[int, str] = {}
    tree = Tree()
    tree.ids, tree.kinds, tree.offsets, tree.lengths = ids, kinds, offsets, lengths
    tree.put(parents, awaited, [number for number, _ in odd])
    for position, parent in odd:
        found = NO_PARENT if parent is None else tree.by_id.get(parent, NO_PARENT)
        if found >= position:
            found = NO_PARENT
        parents[position] = found
        if found == NO_PARENT and parent is not None:
            awaited[position] = parent
    return tree


def seal(descriptor: int, size: int) -> bytes:
    """Stands for the first `size` bytes of a file: a hash of where they begin and end."""
    edge = min(EDGE, size)
    found = blake2b(os.pread(descriptor, edge, 0), digest_size=16)
    found.update(os.pread(descriptor, edge, size - edge))
    return found.digest()


def true_of(tree: Tree, descriptor: int) -> bool:
    """Do some of the entries, from the first to the last, lie where the tree says?"""
    count = len(tree)
    for position in {(count - 1) * sample // (SAMPLES - 1) for sample in range(SAMPLES)} if count else ():
        line = os.pread(descriptor, tree.lengths[position] + 1, tree.offsets[position])
        entry = head(line)
        if line[-1:] not in (b"\n", b"\r") or entry is None or entry.id != tree.ids[position]:
            return False
    return True


def scan_of(header: dict[str, Any], tree: Tree, size: int) -> Scan:
    """What reading the first `size` bytes would have found."""
    return Scan(header, tree, size, leaf=tree.ids[-1] if tree.ids else None)
