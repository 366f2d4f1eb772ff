"""The active path, whatever the parents say."""

from picode.sessions.entries import Head
from picode.sessions.tree import NO_PARENT, Tree


def tree(*entries: tuple[str, str | None]) -> Tree:
    found = Tree()
    for position, (id_, parent) in enumerate(entries):
        found.add(Head("message", id_, parent), position * 10, 9)
    return found


def path(found: Tree, leaf: str | None) -> list[str]:
    return [found.ids[position] for position in found.path(leaf)]


def test_the_path_goes_from_the_root_to_the_leaf() -> None:
    found = tree(("a", None), ("b", "a"), ("c", "a"), ("d", "c"))
    assert path(found, "d") == ["a", "c", "d"]
    assert path(found, "b") == ["a", "b"]
    assert path(found, None) == []
    assert path(found, "nowhere") == []


def test_an_orphan_begins_a_path() -> None:
    assert path(tree(("a", None), ("b", "lost"), ("c", "b")), "c") == ["b", "c"]


def test_a_parent_may_come_later() -> None:
    assert path(tree(("b", "a"), ("a", None)), "b") == ["a", "b"]


def test_circles_end() -> None:
    assert path(tree(("a", "a")), "a") == ["a"]
    assert path(tree(("a", "b"), ("b", "a")), "b") == ["a", "b"]
    assert path(tree(("a", "c"), ("b", "a"), ("c", "b")), "c") == ["a", "b", "c"]


def test_an_id_used_twice_makes_no_circle() -> None:
    found = tree(("a", None), ("b", "a"), ("a", "b"), ("c", "a"))
    assert found.path("c") == [0, 1, 2, 3]


def test_the_last_of_a_kind_is_found() -> None:
    found = tree(("a", None), ("b", "a"))
    assert found.of_kind("message", [0, 1]) == 1
    assert found.of_kind("compaction", [0, 1]) == NO_PARENT
