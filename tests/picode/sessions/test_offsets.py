"""Where entries lie, packed and unpacked: the same tree as reading makes."""

import os
import random
from pathlib import Path

from picode.sessions import offsets
from picode.sessions.entries import Head
from picode.sessions.file import SessionFile
from picode.sessions.tree import NO_PARENT, Tree
from support.sessions import conversation, entry, header, user, written

Said = list[tuple[str, str | None]]


def tree(said: Said, first: int = 0) -> Tree:
    made = Tree()
    for number, (id_, parent) in enumerate(said, first):
        made.add(Head(type="message", id=id_, parent_id=parent), number * 10, 9)
    return made


def slow_path(found: Tree, leaf: str) -> list[int]:
    path: list[int] = []
    position = found.by_id[leaf]
    while position != NO_PARENT and position not in path:
        path.append(position)
        position = found.parent(position)
    return path[::-1]


def test_any_tree_with_ids_of_its_own_comes_back_as_it_was() -> None:
    chance = random.Random(5)
    for _ in range(3000):
        count, twice = chance.randint(0, 9), chance.random() < 0.1
        ids = [str(chance.randint(0, 5) if twice else number) for number in range(count)]
        said: Said = [
            (id_, chance.choice([None, ids[at - 1], ids[at - 1], chance.choice(ids)]))
            for at, id_ in enumerate(ids)
        ]
        cut = chance.randint(0, count)
        parts = [(said[:cut], 0), (said[cut:], cut)]
        blobs = [
            offsets.pack(tree(part, first), ids[first - 1] if first else None)
            for part, first in parts
            if part
        ]
        whole, found = tree(said), offsets.unpack(blobs)
        own_ids = len(set(ids)) == count
        for id_ in set(ids):
            assert whole.path(id_) == slow_path(whole, id_)
            assert not own_ids or found.path(id_) == whole.path(id_)
        if own_ids:
            assert (found.ids, found.kinds, found.offsets) == (whole.ids, whole.kinds, whole.offsets)


def test_a_seal_is_broken_by_a_change_at_either_end(home: Path) -> None:
    path = home / "f"
    path.write_bytes(b"a" * 9000 + b"b" * 9000)
    descriptor = os.open(path, os.O_RDWR)
    was = offsets.seal(descriptor, 18000)
    os.pwrite(descriptor, b"more", 18000)
    assert offsets.seal(descriptor, 18000) == was
    for place in (0, 17999):
        os.pwrite(descriptor, b"x", place)
        assert offsets.seal(descriptor, 18000) != was
        os.pwrite(descriptor, b"a" if not place else b"b", place)
    os.close(descriptor)


def test_entries_that_do_not_lie_where_the_tree_says_are_seen(home: Path) -> None:
    session = conversation(home, *map(str, range(9)))
    descriptor = os.open(session.path, os.O_RDWR)
    assert offsets.true_of(session.tree, descriptor)
    os.pwrite(descriptor, b"xx", session.tree.offsets[4])
    assert not offsets.true_of(session.tree, descriptor)
    os.close(descriptor)


def test_only_what_is_behind_the_known_part_is_read(home: Path) -> None:
    path = written(home / "s.jsonl", header(), entry("a", None), entry("b", "a"), entry("c", "a"))
    size = len(header() + entry("a", None) + entry("b", "a"))
    first = SessionFile.open(path)
    first.close()
    known = offsets.scan_of({}, first.tree, size)
    for name in ("ids", "kinds", "offsets", "lengths", "_parents"):
        del getattr(known.tree, name)[2:]
    known.tree._odd.remove(2)
    del known.tree.by_id["c"]
    known.leaf = "b"
    session = SessionFile.open(path, known=lambda descriptor: known)
    assert (session.id, session.leaf, session.path_to_leaf()) == ("s1", "c", [0, 2])
    session.append_message(user("more"))
    assert path.read_text().startswith(header() + entry("a", None) + entry("b", "a") + entry("c", "a"))
    session.close()
