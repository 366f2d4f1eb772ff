"""Answers that were kept: the same request hits, any other one misses, and the file stays small and young."""

import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest

from picode.messages import (
    ModelRequest,
    Stopped,
    StreamEvent,
    TextDelta,
    ThinkingDelta,
    ToolCallBegun,
    ToolCallDelta,
    ToolSpec,
    Usage,
    UsageSeen,
)
from picode.providers.answers import Again, Answers, Heard, key_of
from support.conversation import Scripted, calls, says
from support.model_calls import READ, collect, request, user

EVENTS: list[StreamEvent] = [
    ThinkingDelta("hm", "signed"), TextDelta("Hello."), UsageSeen(Usage(input=5)), Stopped("stop"),
]  # fmt: skip


@pytest.fixture
def clock() -> list[float]:
    return [1000.0]


@pytest.fixture
def answers(tmp_path: Path, clock: list[float]) -> Answers:
    return Answers(tmp_path / "cache" / "answers.db", lambda: clock[0])


def test_what_was_kept_is_found_until_it_is_too_old(answers: Answers, clock: list[float]) -> None:
    assert answers.find(b"k", 60) is None
    answers.keep(b"k", EVENTS, 1)
    clock[0] += 60
    assert answers.find(b"k", 60) == EVENTS
    clock[0] += 1
    assert answers.find(b"k", 60) is None
    answers.close()


def test_what_was_not_used_for_longest_goes_first(answers: Answers, clock: list[float]) -> None:
    large: list[StreamEvent] = [TextDelta("x" * 300_000)]
    for key in (b"a", b"b", b"c"):
        clock[0] += 1
        answers.keep(key, large, 1)
    clock[0] += 1
    assert answers.find(b"a", 60)
    clock[0] += 1
    answers.keep(b"d", large, 1)
    assert [key for key in (b"a", b"b", b"c", b"d") if answers.find(key, 60)] == [b"a", b"c", b"d"]
    answers.close()


def test_a_broken_file_is_made_anew_and_nobody_else_reads_it(answers: Answers) -> None:
    answers.path.parent.mkdir()
    answers.path.write_bytes(b"no database at all" * 200)
    answers.keep(b"k", EVENTS, 1)
    assert answers.find(b"k", 60) == EVENTS
    assert stat.S_IMODE(answers.path.stat().st_mode) == 0o600
    answers.close()


OTHER = ToolSpec("read", "Read a file!", READ.parameters)


@pytest.mark.parametrize(
    "change",
    [
        {"model": "other"}, {"system": "Be long."}, {"max_tokens": 5}, {"thinking": "high"}, {"tools": [READ]},
        {"tools": [OTHER]}, {"messages": [user("hello!")]}, {"messages": [user("hello"), user("x")]},
    ],
    ids=str,
)  # fmt: skip
def test_whatever_is_sent_makes_the_key(change: dict[str, Any]) -> None:
    provider, asked = Scripted(), request()
    assert key_of(provider, msgspec.structs.replace(asked, **change)) != key_of(provider, asked)


def test_every_field_of_a_request_but_the_conversation_is_in_the_key() -> None:
    provider, asked = Scripted(), request()
    tried = {"model", "system", "max_tokens", "thinking", "tools", "messages", "session_id"}
    assert {field.name for field in msgspec.structs.fields(ModelRequest)} == tried
    later = msgspec.structs.replace(user("hello"), timestamp=99)
    same = msgspec.structs.replace(asked, session_id="other", messages=[later])
    assert key_of(provider, same) == key_of(provider, asked)
    with_tools = [msgspec.structs.replace(asked, tools=[tool]) for tool in (READ, OTHER)]
    assert key_of(provider, with_tools[0]) != key_of(provider, with_tools[1])


def test_another_server_is_another_key() -> None:
    one, other = Scripted(), Scripted()
    other.base = "http://127.0.0.1:1"  # type: ignore[attr-defined]
    assert key_of(one, request()) != key_of(other, request())
    other = Scripted()
    other.name = "openai"
    assert key_of(one, request()) != key_of(other, request())


async def test_what_is_said_again_costs_nothing() -> None:
    again = await collect(Again(Scripted(), EVENTS).stream(request()))
    assert [event for event in again if isinstance(event, UsageSeen)] == [UsageSeen(Usage())]
    assert [event for event in again if not isinstance(event, UsageSeen)] == [
        event for event in EVENTS if not isinstance(event, UsageSeen)
    ]


@pytest.mark.parametrize(
    ("events", "whole"),
    [
        (says("yes"), True),
        ([TextDelta("cut")], False),
        ([TextDelta("long"), Stopped("length")], False),
        (calls(("r", "read", "{}")), False),
        ([ToolCallBegun(0, "r", "read"), ToolCallDelta(0, "{}"), Stopped("stop")], False),
    ],
)
async def test_only_a_whole_answer_without_calls_is_kept(events: list[Any], whole: bool) -> None:
    heard = Heard(Scripted(events))
    await collect(heard.stream(request()))
    assert heard.whole is whole
