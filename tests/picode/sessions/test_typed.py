"""What other programs write is read as far as it can be."""

from typing import Any

import pytest

from picode.messages import Assistant, Text, Thinking, ToolCall, ToolResult, User
from picode.sessions.typed import lenient, message_of


def test_a_plain_string_is_a_text_block() -> None:
    assert lenient({"role": "user", "content": "hi", "timestamp": 1}) == User([Text("hi")], 1)


def test_blocks_of_kinds_that_are_not_known_are_left_out() -> None:
    content = [{"type": "hologram"}, {"type": "text", "text": "a"}, "x", {"type": "text"}, {"type": "image"}]
    assert lenient({"role": "user", "content": content, "timestamp": 1}) == User([Text("a")], 1)


def test_what_later_versions_add_is_ignored() -> None:
    found = lenient({
        "role": "assistant", "content": [{"type": "thinking", "thinking": "t", "thinkingSignature": None}],
        "api": "a", "provider": "p", "model": "m", "usage": {"input": 3, "reasoning": 2}, "stopReason": "deferred",
        "timestamp": 5, "responseId": "r", "durationMs": 12, "endTurn": True,
    })  # fmt: skip
    assert isinstance(found, Assistant)
    assert found.content == [Thinking("t")]
    assert found.stop_reason == "stop"
    assert found.usage.input == 3


def test_arguments_that_are_no_object_are_empty() -> None:
    call = {"type": "toolCall", "id": "c", "name": "n", "arguments": "{"}
    found = lenient({"role": "assistant", "content": [call]})
    assert isinstance(found, Assistant)
    assert found.content == [ToolCall("c", "n", {})]


@pytest.mark.parametrize("role", ["system", "hologram", None, 7, []])
def test_a_role_that_is_not_known_is_left_out(role: Any) -> None:
    assert lenient({"role": role, "content": "x"}) is None


def test_a_field_with_an_impossible_value_costs_only_that_field() -> None:
    found = lenient(
        {"role": "toolResult", "toolCallId": "c", "toolName": "n", "content": "x", "isError": "maybe"}
    )
    assert found == ToolResult("c", "n", [Text("x")])


@pytest.mark.parametrize(
    "entry",
    [{}, {"type": "message"}, {"type": "message", "message": 3}, {"type": "message", "message": {"role": "user"}},
     {"type": "custom_message", "content": 4}, {"type": "branch_summary"}, {"type": "compaction"},
     {"type": "compaction", "summary": [], "tokensBefore": "many"}],
)  # fmt: skip
def test_no_entry_is_fatal(entry: dict[str, Any]) -> None:
    message_of(entry)
