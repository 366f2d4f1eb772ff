"""Moving in a conversation's tree, and making new conversations of old ones."""

from pathlib import Path

import pytest

from picode.errors import Missing, UsageError
from picode.messages import plain_text
from picode.sessions import branching
from picode.sessions.entries import fields, head
from picode.sessions.file import SessionFile
from picode.sessions.messages import context_of
from support.sessions import BEGAN, answer, conversation, entry, header, line, user, written


def clock() -> int:
    return BEGAN


def talk(home: Path) -> SessionFile:
    """one - ONE - two - TWO, each an entry."""
    session = conversation(home, "one")
    session.append_message(answer("ONE"))
    session.append_message(user("two"))
    session.append_message(answer("TWO"))
    return session


def texts(session: SessionFile) -> list[str]:
    return [
        plain_text(message.content) for message in context_of(session).messages if hasattr(message, "content")
    ]


def test_a_users_message_is_given_back_to_be_said_otherwise(home: Path) -> None:
    session = talk(home)
    before = session.path.read_bytes()
    one, answer_one, two, _ = session.tree.ids
    assert branching.navigate(session, two) == "two"
    assert session.leaf == answer_one
    assert branching.navigate(session, one) == "one"
    assert session.leaf is None
    assert branching.navigate(session, answer_one) == ""
    assert session.leaf == answer_one
    assert session.path.read_bytes() == before
    session.append_message(user("other"))
    assert texts(session) == ["one", "ONE", "other"]
    with pytest.raises(Missing, match="Entry nowhere not found"):
        branching.navigate(session, "nowhere")


def test_what_is_left_behind_is_what_only_the_old_way_has(home: Path) -> None:
    session = talk(home)
    old = session.leaf
    branching.navigate(session, session.tree.ids[2])
    session.append_message(user("other"))
    assert branching.left_behind(session, old, session.leaf) == [2, 3]
    assert branching.left_behind(session, old, old) == []
    assert branching.left_behind(session, None, old) == []


def test_a_fork_holds_all_before_the_message_byte_for_byte(home: Path) -> None:
    session = talk(home)
    made, text = branching.fork(session, session.tree.ids[2], clock)
    assert text == "two"
    lines = session.path.read_bytes().splitlines()
    copy = made.path.read_bytes().splitlines()
    assert copy[1:] == lines[1:3]
    assert (fields(copy[0]) or {})["parentSession"] == str(session.path)
    assert made.id != session.id
    made.append_message(user("more"))
    assert texts(made) == ["one", "ONE", "more"]
    made.close()
    again = SessionFile.open(made.path)
    assert texts(again) == ["one", "ONE", "more"]
    again.close()


def test_a_fork_of_the_first_message_begins_anew(home: Path) -> None:
    session = talk(home)
    made, text = branching.fork(session, session.tree.ids[0], clock)
    assert (text, len(made.tree), made.on_disk) == ("one", 0, False)
    made.append_message(user("anew"))
    assert b'"parentSession"' in made.path.read_bytes()
    for entry_id in (session.tree.ids[1], "nowhere"):
        with pytest.raises((UsageError, Missing)):
            branching.fork(session, entry_id)


def test_labels_come_last_and_leave_no_hole_in_the_path(home: Path) -> None:
    session = conversation(home, "one")
    first = session.tree.ids[0]
    branching.set_label(session, first, "start")
    session.append_message(answer("ONE"))
    assert texts(session) == ["one", "ONE"]
    made = branching.clone(session, clock)
    assert texts(made) == ["one", "ONE"]
    assert made.tree.kinds == ["message", "message", "label"]
    assert branching.labels(made) == {first: "start"}
    old, new = session.line(2), made.line(1)
    parents = [found.parent_id for found in map(head, (old, new)) if found is not None]
    assert old.replace(str(parents[0]).encode(), str(parents[1]).encode()) == new


def test_a_label_that_is_taken_away_is_gone(home: Path) -> None:
    session = talk(home)
    one, two = session.tree.ids[0], session.tree.ids[2]
    for target, label in ((one, "a"), (two, "b"), (one, "c"), (two, " ")):
        branching.set_label(session, target, label)
    assert branching.labels(session) == {one: "c"}
    assert b'"label":' not in session.line(len(session.tree) - 1)
    with pytest.raises(Missing):
        branching.set_label(session, "nowhere", "x")


def test_a_name_is_one_line(home: Path) -> None:
    session = talk(home)
    assert branching.set_name(session, " two\r\nlines ") == "two lines"
    assert session.name == "two lines"
    with pytest.raises(UsageError):
        branching.set_name(session, " \n")


def test_a_copy_for_another_directory_has_every_branch(home: Path) -> None:
    session = talk(home)
    branching.navigate(session, session.tree.ids[2])
    session.append_message(user("other"))
    made = branching.copied(session, home / "there", "/there", clock)
    assert made.path.read_bytes().split(b"\n", 1)[1] == session.path.read_bytes().split(b"\n", 1)[1]
    assert (made.cwd, made.leaf) == ("/there", session.leaf)


@pytest.mark.parametrize("parent", [None, "a", 'q"uote', "é"])
def test_a_parent_is_changed_and_nothing_else(parent: str | None) -> None:
    for raw in (
        {
            "type": "message",
            "id": "b",
            "parentId": "x",
            "message": {"role": "user", "content": '"parentId":"x"'},
        },
        {"type": "custom", "data": {"parentId": "x"}, "id": "b", "parentId": "x"},
        {"type": "label", "id": "b", "extra": 0.1},
    ):
        before = line(raw).strip().encode()
        after = fields(branching.reparented(before, parent))
        assert after == raw | {"parentId": parent}


def test_circles_orphans_and_ids_used_twice_are_no_harm(home: Path) -> None:
    path = written(
        home / "s.jsonl",
        header(),
        *(
            entry(id_, parent)
            for id_, parent in zip("abcoad", ("c", "a", "b", "gone", "o", "d"), strict=True)
        ),
    )
    session = SessionFile.open(path)
    before = path.read_bytes()
    for id_ in ("a", "b", "c", "o", "d"):
        branching.navigate(session, id_)
        made, text = branching.fork(session, id_, clock)
        assert text == "hello"
        assert len(context_of(made).messages) <= 5
        made.close()
        made.path.unlink(missing_ok=True)
        session.move(id_)
        branching.clone(session, clock).close()
        assert branching.left_behind(session, "c", id_) is not None
    assert path.read_bytes() == before
    session.close()
