"""A tree to choose from."""

from pathlib import Path

from picode.sessions import branching
from picode.sessions.file import SessionFile
from picode.sessions.outline import outline
from support.sessions import answer, conversation, entry, header, user, written


def test_branches_labels_and_what_is_active_are_shown(home: Path) -> None:
    session = conversation(home, "one\n two")
    one = session.tree.ids[0]
    session.append("session_info", {"name": "x"})
    session.append_message(answer("ONE"))
    branching.set_label(session, one, "start")
    branching.navigate(session, session.tree.ids[2])
    session.append_message(user("left"))
    branching.navigate(session, session.tree.ids[2])
    session.append_message(user("right"))
    nodes = outline(session, 100)
    ids = [node.entry for node in nodes]
    assert [(node.text, node.active) for node in nodes] == [
        ("one two", True), ("ONE", True), ("left", False), ("right", True),
    ]  # fmt: skip
    assert [node.parent for node in nodes] == ["", ids[0], ids[1], ids[1]]
    assert [node.label for node in nodes] == ["start", "", "", ""]
    assert [node.text for node in outline(session, 2)] == ["ONE", "right"]


def test_a_circle_ends(home: Path) -> None:
    path = written(home / "s.jsonl", header(), entry("a", "b"), entry("b", "a"))
    session = SessionFile.open(path)
    assert [(node.entry, node.parent) for node in outline(session, 9)] == [("a", "b"), ("b", "a")]
    assert len(outline(session, 1)) == 1
    session.close()
