"""Ollama's own API over real HTTP."""

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
    ToolCall,
    ToolResult,
    Usage,
    User,
)
from picode.providers import catalog, ollama_host
from picode.providers.base import ModelFailed
from picode.providers.ndjson import Lines
from picode.providers.ollama_answer import Answer
from picode.providers.ollama_body import body
from picode.providers.sse import LONGEST, TooLong
from support.model_calls import READ, collect, ollama, request, said, user
from support.model_server import Fail, ModelServer, Say, Script, say
from support.rich_answers import OLLAMA, draft


def fresh() -> Answer:
    return Answer(ollama("http://localhost:1").asked("m", ""), catalog.load())


def play(*lines: "dict[str, Any] | str") -> list[StreamEvent]:
    """What these lines become, without a network."""
    answer = fresh()
    events: list[StreamEvent] = []
    for line in lines:
        events += answer.take(line.encode() if isinstance(line, str) else json.dumps(line).encode())
    return events + answer.finish()


def message(**fields: Any) -> dict[str, Any]:
    return {"message": {"role": "assistant", **fields}, "done": False}


DONE = {"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}


def test_a_line_without_an_end_does_not_fill_the_memory() -> None:
    reader = Lines()
    with pytest.raises(TooLong):
        for _ in range(LONGEST // 1_000_000 + 2):
            reader.feed(b"x" * 1_000_000)


async def test_the_request_has_the_forms_of_the_api(model_server: ModelServer) -> None:
    model_server.enqueue(say("ok"))
    told: list[Message] = [
        User([Text("look"), Image("QUJD", "image/png")], 1),
        Assistant(OLLAMA.whole, "ollama-chat", "ollama", "qwen3", Usage(), "toolUse", 2),
        ToolResult("r1", "read", [Text("contents"), Image("REVG", "image/png")]),
        ToolResult("l1", "ls", []),
        user("and?"),
    ]
    await collect(ollama(model_server.url).stream(request(*told, model="qwen3", tools=[READ], max_tokens=99)))
    [seen] = model_server.wait_for(1)
    assert seen.path == "/api/chat"
    assert "authorization" not in seen.headers
    assert seen.body["stream"] is True
    assert seen.body["think"] is False
    assert seen.body["options"] == {"num_predict": 99}
    assert seen.body["tools"][0]["function"]["parameters"] == READ.parameters
    system, first, answered, read, ls, shown, last = seen.body["messages"]
    assert system == {"role": "system", "content": "Be brief."}
    assert first == {"role": "user", "content": "look", "images": ["QUJD"]}
    assert answered["thinking"] == "First I think — gründlich."
    assert answered["tool_calls"][0] == {
        "id": "r1", "function": {"name": "read", "arguments": {"path": "naïve.py"}},
    }  # fmt: skip
    assert read == {"role": "tool", "content": "contents", "tool_name": "read", "tool_call_id": "r1"}
    assert ls["content"] == "(no output)"
    assert shown["images"] == ["REVG"]
    assert last == {"role": "user", "content": "and?"}


@pytest.mark.parametrize(
    ("model", "level", "think"),
    [
        ("qwen3", "off", False),
        ("qwen3", "high", True),
        ("gpt-oss:20b", "xhigh", "high"),
        ("gpt-oss", "low", "low"),
    ],
)
def test_thinking_is_asked_for_as_the_model_takes_it(model: str, level: str, think: "bool | str") -> None:
    assert body(request(model=model, thinking=level), catalog.UNKNOWN)["think"] == think


def test_a_described_model_gets_its_context() -> None:
    made = body(request(), catalog.ModelData(context_window=40_000, max_tokens=1000))
    assert made["options"] == {"num_ctx": 40_000, "num_predict": 1000}


async def test_a_model_that_cannot_think_is_asked_again_without_and_only_once(
    model_server: ModelServer,
) -> None:
    model_server.enqueue(
        Script(status=400, error='"llama3.2" does not support thinking'), say("ok"), say("again")
    )
    provider = ollama(model_server.url)
    asked = request(model="llama3.2", thinking="high")
    assert said(await collect(provider.stream(asked))) == "ok"
    assert said(await collect(provider.stream(asked))) == "again"
    assert [seen.body["think"] for seen in model_server.requests] == [True, False, False]


def test_calls_without_ids_get_their_own() -> None:
    lines = [message(tool_calls=[{"function": {"name": "ls", "arguments": {"path": "a"}}}]), DONE]
    first, second = draft(play(*lines)).content[0], draft(play(*lines)).content[0]
    assert isinstance(first, ToolCall)
    assert isinstance(second, ToolCall)
    assert first.arguments == {"path": "a"}
    assert first.id != second.id


ENDS = {
    "stop": ([message(content="a"), DONE], "stop"),
    "length": ([message(content="a"), {**DONE, "done_reason": "length"}], "length"),
    "load": ([{**DONE, "done_reason": "load"}], "stop"),
    "no reason": ([message(content="a"), {"done": True}], "stop"),
    "null fields": ([{"message": None, "done": False}, message(content=None, tool_calls=None), DONE], "stop"),
}


@pytest.mark.parametrize(("lines", "reason"), ENDS.values(), ids=ENDS)
def test_an_answer_ends(lines: list[Any], reason: str) -> None:
    assert play(*lines)[-1] == Stopped(reason)  # type: ignore[arg-type]


BROKEN = {
    "no end": ([message(content="a")], "cut"),
    "no JSON": (["<html>"], "protocol"),
    "an error": ([message(content="a"), {"error": "an error was encountered while running the model"}], "server"),
    "too long": ([{"error": "the input length exceeds the context length"}], "overflow"),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "kind"), BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_has_its_kind(lines: list[Any], kind: str) -> None:
    with pytest.raises(ModelFailed) as failure:
        play(*lines)
    assert failure.value.kind == kind


STATUSES = [
    (404, "model 'llama3.2' not found", "unknown_model"),
    (400, '"gemma" does not support tools', "bad_request"),
    (500, "llama runner process has terminated: signal: killed", "server"),
    (503, "server busy, please try again. maximum pending requests exceeded", "overload"),
    (401, "unauthorized", "bad_key"),
]


@pytest.mark.parametrize(("status", "message", "kind"), STATUSES)
async def test_a_status_becomes_a_kind(
    model_server: ModelServer, status: int, message: str, kind: str
) -> None:
    model_server.enqueue(Script(status=status, error=message))
    with pytest.raises(ModelFailed) as failure:
        await collect(ollama(model_server.url).stream(request(model="llama3.2")))
    assert failure.value.kind == kind


async def test_an_error_in_mid_stream_keeps_what_came(model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("half"), Fail("an error was encountered")))
    events: list[StreamEvent] = []
    with pytest.raises(ModelFailed):
        async for event in ollama(model_server.url).stream(request()):
            events.append(event)
    assert said(events) == "half"


HOSTS = {
    "": "http://127.0.0.1:11434",
    "  ": "http://127.0.0.1:11434",
    "1.2.3.4": "http://1.2.3.4:11434",
    ":1234": "http://127.0.0.1:1234",
    "1.2.3.4:1234": "http://1.2.3.4:1234",
    "example.com": "http://example.com:11434",
    "example.com:1234": "http://example.com:1234",
    "http://1.2.3.4": "http://1.2.3.4:80",
    "https://1.2.3.4": "https://1.2.3.4:443",
    "https://example.com:1234": "https://example.com:1234",
    "example.com/path": "http://example.com:11434/path",
    "https://example.com/a/b/": "https://example.com:443/a/b",
    "[::1]": "http://[::1]:11434",
    "[::1]:1234": "http://[::1]:1234",
    "::1": "http://[::1]:11434",
    "[2001:db8::1]:8": "http://[2001:db8::1]:8",
    "0.0.0.0": "http://127.0.0.1:11434",
    "0.0.0.0:99": "http://127.0.0.1:99",
    "[::]:99": "http://[::1]:99",
    "example.com:99999": "http://example.com:11434",
    "example.com:abc": "http://example.com:11434",
    '"1.2.3.4"': "http://1.2.3.4:11434",
    "ollama.com": "https://ollama.com:443",
}


@pytest.mark.parametrize(("value", "base"), HOSTS.items())
def test_the_host_is_read_as_ollama_reads_it(value: str, base: str) -> None:
    assert ollama_host.base(value) == base
