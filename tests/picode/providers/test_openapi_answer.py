"""Answers in one piece: however they are cut, and in both forms."""

import json
from typing import Any, Literal

import pytest

from picode.messages import StreamEvent, TextDelta, ToolCallBegun, ToolCallDelta
from picode.providers import catalog, sse
from picode.providers.base import ModelFailed
from picode.providers.failures import Asked
from picode.providers.openapi_answer import Described, Whole
from support.model_calls import said

ASKED = Asked("one", "One", "http://x.example/chat", "m", "ONE_API_KEY", "base_url")


def taken(*told: Any, answers: Literal["choices", "message"] = "choices") -> list[StreamEvent]:
    answer = Described(ASKED, catalog.load(), answers)
    events = [event for one in told for event in answer.take(json.dumps(one).encode())]
    return events + answer.finish()


def test_every_split_of_a_whole_answer_gives_the_same_event() -> None:
    body = json.dumps({"a": {"b": "} é"}, "c": "{}"}, ensure_ascii=False).encode() + b"\n"
    for at in range(len(body)):
        framing = Whole()
        events = framing.feed(body[:at]) + framing.feed(body[at:])
        assert [json.loads(data) for _, data in events] == [json.loads(body)], at


def test_an_answer_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("picode.providers.openapi_answer.LONGEST", 10)
    with pytest.raises(sse.TooLong):
        Whole().feed(b"{" * 11)


def test_whole_messages_and_pieces_are_read_alike() -> None:
    whole = {"choices": [{"message": {"content": "Hello."}, "finish_reason": "stop"}]}
    pieces = [
        {"choices": [{"delta": {"content": "Hello."}}]},
        {"choices": [{"delta": {}, "finish_reason": "stop"}]},
    ]
    assert said(taken(whole)) == said(taken(*pieces)) == "Hello."
    assert taken({"message": {"content": "Hello."}}, answers="message")[0] == TextDelta("Hello.")


def test_a_function_call_in_pieces_is_a_call_of_a_tool() -> None:
    pieces = [
        {"choices": [{"delta": {"role": "assistant", "function_call": {"name": "read", "arguments": ""}}}]},
        {"choices": [{"delta": {"function_call": {"arguments": '{"pa'}}}]},
        {"choices": [{"delta": {"function_call": {"arguments": 'th": "a"}'}}}]},
        {"choices": [{"delta": {}, "finish_reason": "function_call"}]},
    ]
    events = taken(*pieces)
    [begun] = [event for event in events if isinstance(event, ToolCallBegun)]
    arguments = "".join(event.json for event in events if isinstance(event, ToolCallDelta))
    assert (begun.name, json.loads(arguments)) == ("read", {"path": "a"})


@pytest.mark.parametrize("told", [[1], {"answer": 42}, {"choices": 7}, {"choices": ["x"]}, {}])
def test_what_is_no_answer_is_told(told: Any) -> None:
    with pytest.raises(ModelFailed) as failed:
        taken(told)
    assert failed.value.kind == "protocol"
