"""The pane's entries."""

from pathlib import Path
from typing import Any

from picode.messages import Cost, Usage
from picode.protocol import codec
from picode.protocol.replies import Snapshot
from picode.protocol.values import Status
from picode.sessions.display import path_entries, spent
from picode.sessions.file import SessionFile
from support.sessions import answer, conversation, header, user, written


def test_the_tail_comes_with_the_number_of_those_before_it(home: Path) -> None:
    session = conversation(home, *map(str, range(10)))
    session.append("label", {"targetId": session.leaf, "label": "x"})
    entries, earlier = path_entries(session, 3)
    assert [entry.message for entry in entries] == [user("7"), user("8"), user("9")]
    assert earlier == 7
    assert path_entries(session, 0) == ([], 10)
    assert path_entries(session, 99)[1] == 0


def test_a_lone_surrogate_in_the_file_does_not_keep_a_snapshot_from_the_wire(home: Path) -> None:
    line = '{"type":"message","id":"a","parentId":null,"message":{"role":"user","content":"\\ud800","timestamp":1}}\n'
    session = SessionFile.open(written(home / "s.jsonl", header(), line))
    entries, _ = path_entries(session)
    codec.encode(Snapshot(1, "c", "/", "/", 0, "b", Status(), entries=entries))


def test_a_receipt_that_is_none_is_ignored(home: Path) -> None:
    session = conversation(home)
    broken: list[Any] = [{"for": session.leaf}, {"for": 3}, [], None]
    for data in broken:
        session.append("custom", {"customType": "picode.receipt", "data": data})
    assert [entry.receipt for entry in path_entries(session)[0]] == [None]


def test_all_answers_of_the_file_cost_and_the_last_one_fills_the_context(home: Path) -> None:
    session = conversation(home)
    assert spent(session) == (0, 0)
    root = session.leaf
    for tokens in (10, 20):
        message = answer("x")
        message.usage = Usage(total_tokens=tokens, cost=Cost(total=0.25))
        session.append_message(message)
    assert spent(session) == (0.5, 20)
    session.move(root)
    assert spent(session) == (0.5, 0)
    session.append("compaction", {"summary": "s", "firstKeptEntryId": root, "tokensBefore": 3})
    assert spent(session) == (0.5, 0)
