"""Older versions, read as today's."""

import json
from typing import Any

from picode.sessions.upgrade import upgraded
from support.sessions import line


def entries(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(text) for text in content.splitlines()]


ONE: list[dict[str, Any]] = [
    {"type": "session", "id": "s", "timestamp": "2025-01-01T00:00:00.000Z", "cwd": "/", "provider": "p"},
    {"type": "message", "timestamp": "t", "message": {"role": "user", "content": "a", "timestamp": 1}},
    {"type": "message", "timestamp": "t", "message": {"role": "hookMessage", "customType": "h", "content": "b"}},
    {"type": "compaction", "timestamp": "t", "summary": "s", "firstKeptEntryIndex": 2, "tokensBefore": 3},
    {"type": "message", "timestamp": "t", "message": {"role": "user", "content": [{"type": "text", "text": "c",
        "partialJson": "kept"}], "timestamp": 1}},
]  # fmt: skip


def test_version_1_gets_ids_and_a_line_of_parents() -> None:
    found = entries(upgraded("".join(map(line, ONE)).encode(), 1))
    assert found[0] == {**ONE[0], "version": 3}
    ids = [entry["id"] for entry in found[1:]]
    assert len(set(ids)) == 4
    assert [entry["parentId"] for entry in found[1:]] == [None, *ids[:-1]]
    assert found[3]["firstKeptEntryId"] == ids[1]
    assert "firstKeptEntryIndex" not in found[3]
    assert found[2]["message"]["role"] == "custom"
    assert found[4]["message"] == ONE[4]["message"]


def test_version_2_only_changes_a_role_and_the_number() -> None:
    two = [{**ONE[0], "version": 2}, {**ONE[2], "id": "x", "parentId": None}]
    found = entries(upgraded("".join(map(line, two)).encode(), 2))
    assert found[0]["version"] == 3
    assert found[1] == {**two[1], "message": {**found[1]["message"], "role": "custom"}}


def test_lines_that_cannot_be_read_stay() -> None:
    content = line(ONE[0]).encode() + b"{torn \xff\n" + line(ONE[1]).encode()
    assert upgraded(content, 1).splitlines()[1] == b"{torn \xff"


def test_an_index_that_leads_nowhere_keeps_nothing() -> None:
    wrong = {"type": "compaction", "summary": "s", "firstKeptEntryIndex": 99}
    assert "firstKeptEntryId" not in entries(upgraded((line(ONE[0]) + line(wrong)).encode(), 1))[1]
