"""Lines of a session file, in and out."""

import json

import pytest

from picode.messages import (
    Assistant,
    BashExecution,
    BranchSummary,
    CompactionSummary,
    Cost,
    Custom,
    Message,
    Text,
    ToolCall,
    ToolResult,
    Usage,
    User,
)
from picode.sessions.entries import entry_line, fields, head, iso, milliseconds, new_id, said
from picode.sessions.typed import message_in
from support.sessions import PI_LINES

LINES = {json.loads(line)["id"]: line for line in PI_LINES.read_bytes().splitlines()}


def as_line(message: Message, id_: str) -> bytes:
    """`message` as the line that pi wrote with this id."""
    pi = json.loads(LINES[id_])
    kind, values = said(message)
    return entry_line(kind, id_, pi["parentId"], milliseconds(pi["timestamp"]), values)


USAGE = Usage(
    80,
    7,
    20,
    0,
    107,
    Cost(0.00007999999999999999, 0.000014, 0.0000020000000000000003, 0, 0.00009599999999999999),
)


@pytest.mark.parametrize(
    ("id_", "message"),
    [
        ("ea8e0c03", User(content=[Text(text="hello world")], timestamp=1795210935507)),
        ("3810848a", Assistant(
            content=[ToolCall(id="call_286", name="read", arguments={"path": "a.txt"})], api="openai-completions",
            provider="fake", model="fake-1", usage=USAGE, stop_reason="toolUse", timestamp=1795210935829)),
        ("eff24ce2", ToolResult(
            tool_call_id="call_290", tool_name="edit", content=[Text(text="Successfully replaced text in a.txt.")],
            details={"diff": " 1 alpha\n-2 beta\n+2 BETA\n 3 gamma", "firstChangedLine": 2},
            timestamp=1795210936474)),
        ("bb36f79c", ToolResult(
            tool_call_id="call_294", tool_name="bash", content=[Text(text="hi\n\n\nCommand exited with code 3")],
            is_error=True, timestamp=1795210937103)),
        ("a79141fe", BashExecution(
            command="echo from-user; exit 2", output="from-user\n", exit_code=2, timestamp=1795210941567)),
        ("d4ce36f7", Assistant(
            content=[Text(text="c0 c1 ")], api="openai-completions", provider="fake", model="fake-1", usage=Usage(),
            stop_reason="aborted", timestamp=1795210943583, error_message="Request was aborted")),
        ("96a26ab5", Custom(custom_type="cov.msg", content="Injected", details={"k": [1, 2]})),
    ],
)  # fmt: skip
def test_a_message_is_written_as_pi_wrote_it_and_read_back_the_same(id_: str, message: Message) -> None:
    assert as_line(message, id_) == LINES[id_] + b"\n"
    read = message_in(LINES[id_])
    if isinstance(message, Custom):
        message.timestamp = milliseconds(json.loads(LINES[id_])["timestamp"])
    assert read == message


def test_summaries_are_read_from_their_own_entries() -> None:
    compaction, branch = message_in(LINES["e2e9d11a"]), message_in(LINES["a2537ca0"])
    assert isinstance(compaction, CompactionSummary)
    assert compaction.tokens_before == 107
    assert isinstance(branch, BranchSummary)
    assert branch.summary.startswith("The user explored")


def test_entries_that_say_nothing_are_no_messages() -> None:
    assert all(
        message_in(LINES[id_]) is None for id_ in ("74e00168", "9ac1150d", "c94ff2cc", "cbb85c32", "9518ab33")
    )


def test_every_line_of_pi_has_a_head() -> None:
    for id_, line in LINES.items():
        found = head(line)
        assert found is not None
        assert (found.id, found.type) == (id_, json.loads(line)["type"])


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\x00\x00",
        b'{"type":',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'"x"',
        b"7",
    ],
)
def test_a_line_that_is_no_entry_is_none_and_no_error(line: bytes) -> None:
    assert head(line) is None
    assert fields(line) is None
    assert message_in(line) is None


@pytest.mark.parametrize(
    ("line", "id_"),
    [
        (b'{"type":"message","id":7,"parentId":{}}', None),
        (b'{"type":"message","id":"2","parentId":null,"x":"\\ud800"}', "2"),
        (
            b'{"id":"c9954b26-f3c4-4090-ad08-2138b021c9e7","type":"later","n":NaN}',
            "c9954b26-f3c4-4090-ad08-2138b021c9e7",
        ),
        (b' { "type" : "message" , "id" : "a" } ', "a"),
    ],
)
def test_heads_are_read_leniently(line: bytes, id_: str | None) -> None:
    found = head(line)
    assert found is not None
    assert found.id == id_


def test_times_are_iso_with_milliseconds_and_back() -> None:
    assert iso(1795210935507) == "2026-11-20T21:42:15.507Z"
    assert all(milliseconds(iso(1795210935000 + ms)) == 1795210935000 + ms for ms in range(1000))
    assert [milliseconds(wrong) for wrong in (None, "..", 3, "9999999-01-01")] == [0, 0, 0, 0]


def test_an_id_is_eight_hex_digits_and_not_taken() -> None:
    assert len(new_id(())) == 8
    assert int(new_id(()), 16) >= 0


def test_a_compaction_is_no_message_that_can_be_appended() -> None:
    with pytest.raises(TypeError):
        said(CompactionSummary(summary="x", tokens_before=3))
