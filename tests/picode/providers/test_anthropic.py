"""Anthropic's Messages API, over real HTTP."""

import json

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
    UsageSeen,
    User,
)
from picode.providers import catalog
from picode.providers.anthropic import Anthropic
from picode.providers.base import ModelFailed
from picode.providers.http import Http, Waits
from support.model_calls import KEY, READ, anthropic, collect, request, said, user
from support.model_server import Fail, ModelServer, Say, Script, Tokens, say


@pytest.mark.parametrize(
    ("stop", "expected"), [("stop", "stop"), ("length", "length"), ("toolUse", "toolUse")]
)
async def test_stop_reasons_are_translated(model_server: ModelServer, stop: str, expected: str) -> None:
    model_server.enqueue(say("done", stop=stop))
    events = await collect(anthropic(model_server.url).stream(request()))
    assert events[-1] == Stopped(expected)  # type: ignore[arg-type]


async def test_a_refusal_is_a_failure_behind_the_text(model_server: ModelServer) -> None:
    model_server.enqueue(say("I would rather", stop="refused"))
    events: list[StreamEvent] = []
    with pytest.raises(ModelFailed) as failure:
        async for event in anthropic(model_server.url).stream(request()):
            events.append(event)
    assert failure.value.kind == "refused"
    assert said(events) == "I would rather"


async def test_an_error_in_mid_stream_keeps_what_came(model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("half"), Fail("Overloaded")))
    events: list[StreamEvent] = []
    with pytest.raises(ModelFailed) as failure:
        async for event in anthropic(model_server.url).stream(request()):
            events.append(event)
    assert failure.value.kind == "overload"
    assert said(events) == "half"


async def test_the_request_has_the_forms_of_the_api(model_server: ModelServer) -> None:
    model_server.enqueue(say("ok"))
    told: list[Message] = [
        user("look"),
        Assistant(
            [Thinking("hm", "sig"), Text("I look."), ToolCall("id.with.dots", "read", {"path": "a"})],
            "anthropic-messages", "anthropic", "claude-sonnet-5-5", Usage(), "toolUse", 2,
        ),
        ToolResult("id.with.dots", "read", [Text("contents"), Image("QUJD", "image/png")]),
        user("and?"),
    ]  # fmt: skip
    await collect(anthropic(model_server.url).stream(request(*told, tools=[READ], thinking="high")))
    [seen] = model_server.wait_for(1)
    body = seen.body
    assert seen.path == "/v1/messages"
    assert seen.headers["x-api-key"] == KEY
    assert seen.headers["anthropic-version"] == "2023-06-01"
    assert body["stream"] is True
    assert body["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert body["tools"][0]["input_schema"] == READ.parameters
    assert body["thinking"]["type"] == "adaptive"
    roles = [message["role"] for message in body["messages"]]
    assert roles == ["user", "assistant", "user"]
    thinking, text, call = body["messages"][1]["content"]
    assert thinking == {"type": "thinking", "thinking": "hm", "signature": "sig"}
    assert text == {"type": "text", "text": "I look."}
    result, question = body["messages"][2]["content"]
    assert call["id"] == result["tool_use_id"]
    assert call["id"].isalnum()
    assert result["content"][1]["source"] == {"type": "base64", "media_type": "image/png", "data": "QUJD"}
    assert question["cache_control"] == {"type": "ephemeral"}
    assert seen.text().count("cache_control") == 3


async def test_a_budget_of_thinking_leaves_room_for_the_answer(model_server: ModelServer) -> None:
    model_server.enqueue(say("a"), say("b"))
    provider = anthropic(model_server.url)
    await collect(provider.stream(request(model="claude-haiku-4-5", thinking="xhigh", max_tokens=8000)))
    await collect(provider.stream(request(model="claude-haiku-4-5", thinking="xhigh", max_tokens=1500)))
    first, second = model_server.wait_for(2)
    assert first.body["thinking"] == {"type": "enabled", "budget_tokens": 8000 - 1024}
    assert "thinking" not in second.body


async def test_another_models_thoughts_go_as_text_and_unsigned_ones_not_at_all(
    model_server: ModelServer,
) -> None:
    model_server.enqueue(say("ok"))
    other = Assistant(
        [Thinking("their thought", "reasoning_content"), Text("theirs")],
        "openai-completions", "openai", "gpt-5.4", Usage(), "stop", 2,
    )  # fmt: skip
    cut = Assistant(
        [Thinking("half a thought"), Text("mine")],
        "anthropic-messages", "anthropic", "claude-sonnet-5-5", Usage(), "aborted", 3,
    )  # fmt: skip
    await collect(anthropic(model_server.url).stream(request(user("a"), other, user("b"), cut, user("c"))))
    body = model_server.wait_for(1)[0].body
    assert body["messages"][1]["content"] == [
        {"type": "text", "text": "their thought"},
        {"type": "text", "text": "theirs"},
    ]
    assert body["messages"][3]["content"] == [{"type": "text", "text": "mine"}]


async def test_blank_text_is_never_sent(model_server: ModelServer) -> None:
    model_server.enqueue(say("ok"))
    blank = User(content=[Text("  \n"), Text("real")], timestamp=1)
    await collect(anthropic(model_server.url).stream(request(blank)))
    [content] = [message["content"] for message in model_server.wait_for(1)[0].body["messages"]]
    assert [block["text"] for block in content] == ["real"]


async def test_no_key_is_told_before_anything_is_sent(model_server: ModelServer) -> None:
    provider = Anthropic(Http(Waits()), lambda: None, catalog.load(), model_server.url)
    with pytest.raises(ModelFailed, match="ANTHROPIC_API_KEY") as failure:
        await collect(provider.stream(request()))
    assert failure.value.kind == "no_key"
    assert model_server.requests == []
    assert provider.ready()[0] is False


@pytest.mark.parametrize("base", ["", "/", "/v1", "/v1/"])
async def test_the_base_address_is_taken_with_or_without_v1(model_server: ModelServer, base: str) -> None:
    model_server.enqueue(say("ok"))
    await collect(anthropic(model_server.url + base).stream(request()))
    assert model_server.wait_for(1)[0].path == "/v1/messages"


async def test_usage_is_announced_early_and_late(model_server: ModelServer) -> None:
    model_server.enqueue(say("ok", usage=Tokens(10, 7, 3, 0)))
    seen = [
        e.usage
        for e in await collect(anthropic(model_server.url).stream(request()))
        if isinstance(e, UsageSeen)
    ]
    assert [usage.output for usage in seen] == [1, 7]
    assert json.dumps([usage.input for usage in seen]) == "[10, 10]"
