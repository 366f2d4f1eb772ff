"""OpenAI's Chat Completions and the servers that speak them, over real HTTP."""

import json
from typing import Any

import pytest

from picode.messages import (
    Assistant,
    Image,
    Message,
    Stopped,
    StreamEvent,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Usage,
    User,
)
from picode.providers import catalog, quirks
from picode.providers.base import ModelFailed
from picode.providers.http import Http, Waits
from picode.providers.openai import OpenAI
from picode.providers.openai_answer import Answer
from picode.providers.openai_body import body
from support.model_calls import KEY, READ, collect, found, openai, request, said, user
from support.model_server import Fail, ModelServer, Say, Script, say
from support.rich_answers import draft


def play(*chunks: "dict[str, Any] | str") -> list[StreamEvent]:
    """What these chunks become, without a network."""
    asked = OpenAI(Http(Waits()), found, catalog.load(), "http://localhost:1/v1").asked("m", "")
    answer = Answer(asked, catalog.load())
    events: list[StreamEvent] = []
    for chunk in chunks:
        events += answer.take(chunk.encode() if isinstance(chunk, str) else json.dumps(chunk).encode())
    return events + answer.finish()


def delta(**fields: Any) -> dict[str, Any]:
    return {"choices": [{"delta": fields}]}


def ended(reason: str) -> dict[str, Any]:
    return {"choices": [{"delta": {}, "finish_reason": reason}]}


def piece(**fields: Any) -> dict[str, Any]:
    name, arguments = fields.pop("name", None), fields.pop("arguments", None)
    return {**fields, "function": {"name": name, "arguments": arguments}}


async def test_the_request_has_the_forms_of_the_api(model_server: ModelServer) -> None:
    model_server.enqueue(say("ok"))
    told: list[Message] = [
        User([Text("look"), Image("QUJD", "image/png")], 1),
        Assistant(
            [Thinking("hm", "reasoning_content"), Text("I look."), ToolCall("c1", "read", {"path": "ü"})],
            "openai-completions", "openai", "gpt-5.4", Usage(), "toolUse", 2,
        ),
        ToolResult("c1", "read", [Text("contents"), Image("REVG", "image/png")]),
        user("and?"),
    ]  # fmt: skip
    await collect(openai(model_server.url).stream(request(*told, model="gpt-5.4", tools=[READ])))
    [seen] = model_server.wait_for(1)
    told_ = seen.body["messages"]
    assert seen.path == "/v1/chat/completions"
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.body["stream_options"] == {"include_usage": True}
    assert seen.body["tools"][0]["function"]["parameters"] == READ.parameters
    assert [message["role"] for message in told_] == ["system", "user", "assistant", "tool", "user", "user"]
    assert told_[1]["content"][1]["image_url"]["url"] == "data:image/png;base64,QUJD"
    assert told_[2]["tool_calls"][0]["function"] == {"name": "read", "arguments": '{"path": "ü"}'}
    assert told_[3] == {"role": "tool", "tool_call_id": "c1", "content": "contents"}
    assert told_[4]["content"][1]["image_url"]["url"] == "data:image/png;base64,REVG"
    assert told_[5]["content"] == "and?"


def test_quirks_are_known_by_the_host() -> None:
    assert quirks.of("api.openai.com").max_tokens == "max_completion_tokens"
    assert quirks.of("api.mistral.ai").usage_option is False
    assert quirks.of("127.0.0.1") is quirks.LOCAL
    assert quirks.of("notapi.openai.com.evil.example") is quirks.LOCAL
    mistral = body(
        request(
            Assistant([ToolCall("call_long_id", "ls", {})], "x", "y", "z", Usage(), "toolUse", 1),
            ToolResult("call_long_id", "ls", []),
        ),
        catalog.UNKNOWN,
        quirks.of("api.mistral.ai"),
    )
    call, result = mistral["messages"][1]["tool_calls"][0], mistral["messages"][2]
    assert call["id"] == result["tool_call_id"]
    assert len(call["id"]) == 9
    assert "stream_options" not in mistral


async def test_a_local_server_needs_no_key(model_server: ModelServer) -> None:
    model_server.enqueue(say("ok"))
    local = OpenAI(Http(Waits()), lambda: None, catalog.load(), f"{model_server.url}/v1")
    assert local.ready()[0]
    assert said(await collect(local.stream(request(model="llama")))) == "ok"
    assert "authorization" not in model_server.wait_for(1)[0].headers


async def test_openai_itself_needs_a_key() -> None:
    provider = OpenAI(Http(Waits()), lambda: None, catalog.load())
    assert not provider.ready()[0]
    with pytest.raises(ModelFailed, match="OPENAI_API_KEY"):
        await collect(provider.stream(request()))


async def test_an_error_in_mid_stream_keeps_what_came(model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("half"), Fail("Rate limit reached", "rate_limit_error")))
    events: list[StreamEvent] = []
    with pytest.raises(ModelFailed) as failure:
        async for event in openai(model_server.url).stream(request()):
            events.append(event)
    assert failure.value.kind == "rate"
    assert said(events) == "half"


CALL = {"path": "a"}
SAME = [ToolCall("x", "read", CALL), ToolCall("y", "ls", {})]
QUIRKY = {
    "every call has the index 0": [
        delta(tool_calls=[piece(index=0, id="x", name="read", arguments='{"path": "a"}')]),
        delta(tool_calls=[piece(index=0, id="y", name="ls", arguments="{}")]),
    ],
    "no index at all": [
        delta(tool_calls=[piece(id="x", name="read", arguments='{"path"')]),
        delta(tool_calls=[piece(arguments=': "a"}')]),
        delta(tool_calls=[piece(id="y", name="ls", arguments="{}")]),
    ],
    "the id comes with every piece": [
        delta(tool_calls=[piece(index=0, id="x", name="read", arguments='{"pa')]),
        delta(tool_calls=[piece(index=1, id="y", name="ls", arguments="{}")]),
        delta(tool_calls=[piece(index=0, id="x", name="", arguments='th": "a"}')]),
    ],
    "the id is empty later": [
        delta(tool_calls=[piece(index=0, id="x", name="read", arguments='{"pa')]),
        delta(tool_calls=[piece(index=0, id="", name=None, arguments='th": "a"}')]),
        delta(tool_calls=[piece(index=1, id="y", name="ls", arguments="")]),
    ],
    "both in one chunk": [
        delta(tool_calls=[piece(index=0, id="x", name="read"), piece(index=1, id="y", name="ls")]),
        delta(tool_calls=[piece(index=1, arguments="{}"), piece(index=0, arguments='{"path": "a"}')]),
    ],
    "arguments as an object": [
        delta(tool_calls=[piece(index=0, id="x", name="read", arguments=CALL)]),
        delta(tool_calls=[piece(index=1, id="y", name="ls", arguments={})]),
    ],
}  # fmt: skip


@pytest.mark.parametrize("chunks", QUIRKY.values(), ids=QUIRKY)
def test_tool_calls_of_every_dialect_come_out_the_same(chunks: list[dict[str, Any]]) -> None:
    answer = draft(play(*chunks, ended("stop"), "[DONE]"))
    assert answer.content == SAME
    assert answer.stop_reason == "toolUse"


ENDS = {
    "reason and DONE": ([delta(content="a"), ended("stop"), "[DONE]"], "stop"),
    "reason without DONE": ([delta(content="a"), ended("length")], "length"),
    "DONE without reason": ([delta(content="a"), "[DONE]"], "stop"),
    "unknown reason": ([delta(content="a"), ended("eos_token")], "stop"),
    "null fields": ([{"choices": [{"delta": None, "finish_reason": None}]}, {"choices": None}, ended("stop")], "stop"),
}  # fmt: skip


@pytest.mark.parametrize(("chunks", "reason"), ENDS.values(), ids=ENDS)
def test_an_answer_ends_in_every_dialect(chunks: list[Any], reason: str) -> None:
    assert play(*chunks)[-1] == Stopped(reason)  # type: ignore[arg-type]


BROKEN = {
    "no end": ([delta(content="a")], "cut"),
    "content filter": ([delta(content="a"), ended("content_filter")], "refused"),
    "refusal": ([delta(refusal="I will not."), ended("stop")], "refused"),
    "no JSON": (["<html>"], "protocol"),
    "bad UTF-8": (["{\udcff}".encode("utf-8", "surrogateescape").decode("latin-1")], "protocol"),
    "an error as text": ([{"error": "model overloaded"}], "overload"),
    "an error as an object": ([{"error": {"message": "maximum context length is 8192 tokens"}}], "overflow"),
}


@pytest.mark.parametrize(("chunks", "kind"), BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_has_its_kind(chunks: list[Any], kind: str) -> None:
    with pytest.raises(ModelFailed) as failure:
        play(*chunks)
    assert failure.value.kind == kind


def test_cache_reads_of_deepseek_are_counted() -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 2, "prompt_cache_hit_tokens": 8}
    answer = draft(play(delta(content="a"), ended("stop"), {"choices": [], "usage": usage}))
    assert (answer.usage.input, answer.usage.cache_read, answer.usage.total_tokens) == (2, 8, 12)
