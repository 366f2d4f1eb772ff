"""An answer while it is being written: whatever the order and the cut, what came is kept."""

import json
import random
from itertools import pairwise

import pytest

from picode.draft import Draft
from picode.messages import (
    Stopped,
    StreamEvent,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    ToolCallBegun,
    ToolCallDelta,
    Usage,
    UsageSeen,
)


def drafted(*events: StreamEvent) -> Draft:
    draft = Draft("api", "provider", "model")
    for event in events:
        draft.apply(event)
    return draft


def pieces(text: str, chance: random.Random) -> list[str]:
    cuts = sorted(chance.randrange(len(text) + 1) for _ in range(chance.randrange(6)))
    edges = [0, *cuts, len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


def test_pieces_of_text_become_one_block() -> None:
    message, broken = drafted(TextDelta("Hel"), TextDelta("lo"), Stopped("stop")).finish(7)
    assert message.content == [Text("Hello")]
    assert (message.stop_reason, message.timestamp, broken) == ("stop", 7, {})
    assert (message.api, message.provider, message.model) == ("api", "provider", "model")


def test_blocks_keep_the_order_in_which_they_began() -> None:
    draft = drafted(
        ThinkingDelta("a"), ThinkingDelta("", "sig1"), ThinkingDelta("b"), ThinkingDelta("", "sig2"),
        TextDelta("one"), ToolCallBegun(4, "x", "ls"), TextDelta("two"), ToolCallDelta(4, "{}"),
        ThinkingDelta("", "secret", redacted=True), ThinkingDelta("c"),
    )  # fmt: skip
    assert draft.finish(0)[0].content == [
        Thinking("a", "sig1"), Thinking("b", "sig2"), Text("one"), ToolCall("x", "ls", {}), Text("two"),
        Thinking("", "secret", redacted=True), Thinking("c"),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(30))
def test_interleaved_calls_come_out_whole_however_they_were_cut(seed: int) -> None:
    chance = random.Random(seed)
    calls = [ToolCall(f"id{n}", f"tool{n}", {"path": "ü" * n, "n": n, "deep": {"a": [n]}}) for n in range(5)]
    queues: list[list[StreamEvent]] = []
    for index, call in enumerate(calls):
        text = json.dumps(call.arguments, ensure_ascii=chance.random() < 0.5)
        queues.append([ToolCallDelta(index, piece) for piece in pieces(text, chance)])
    events: list[StreamEvent] = [ToolCallBegun(index, call.id, call.name) for index, call in enumerate(calls)]
    while any(queues):
        events.append(chance.choice([queue for queue in queues if queue]).pop(0))
    message, broken = drafted(*events, Stopped("toolUse")).finish(0)
    assert message.content == calls
    assert broken == {}


@pytest.mark.parametrize("seed", range(30))
def test_an_answer_that_is_cut_anywhere_keeps_all_text_and_no_broken_call(seed: int) -> None:
    chance = random.Random(seed)
    text = "".join(chance.choice("abc üß🌍\n") for _ in range(40))
    arguments = json.dumps({"path": "x" * 10})
    events: list[StreamEvent] = [TextDelta(piece) for piece in pieces(text, chance)]
    events += [
        ToolCallBegun(0, "id", "read"),
        *(ToolCallDelta(0, piece) for piece in pieces(arguments, chance)),
    ]
    for cut in range(len(events) + 1):
        message = drafted(*events[:cut]).abandon("aborted", "Request was aborted", 9)
        came = "".join(event.text for event in events[:cut] if isinstance(event, TextDelta))
        got = "".join(event.json for event in events[:cut] if isinstance(event, ToolCallDelta))
        calls = [block for block in message.content if isinstance(block, ToolCall)]
        assert "".join(block.text for block in message.content if isinstance(block, Text)) == came
        if got == arguments:
            assert [call.arguments for call in calls] == [{"path": "x" * 10}]
        elif got:
            assert calls == []
        assert (message.stop_reason, message.error_message) == ("aborted", "Request was aborted")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ('{"path": "a', "not complete JSON"),
        ("[1, 2]", "not a JSON object"),
        ('"words"', "not a JSON object"),
        ("null", "not a JSON object"),
        ("{} {}", "not complete JSON"),
        ("[" * 100_000, "not complete JSON"),
    ],
)
def test_a_call_with_broken_arguments_is_named_and_never_run_as_it_is(arguments: str, why: str) -> None:
    message, broken = drafted(ToolCallBegun(0, "id", "read"), ToolCallDelta(0, arguments)).finish(0)
    assert message.content == [ToolCall("id", "read", {})]
    assert why in broken["id"]


def test_no_arguments_at_all_are_an_empty_object() -> None:
    message, broken = drafted(ToolCallBegun(0, "id", "ls"), ToolCallDelta(0, " \n")).finish(0)
    assert message.content == [ToolCall("id", "ls", {})]
    assert broken == {}


def test_the_last_usage_counts() -> None:
    draft = drafted(UsageSeen(Usage(1, 1)), UsageSeen(Usage(10, 5, total_tokens=15)))
    assert draft.finish(0)[0].usage.total_tokens == 15


def test_pieces_of_a_call_that_never_began_are_passed_over() -> None:
    assert drafted(ToolCallDelta(3, "{}"), TextDelta("")).finish(0)[0].content == []
