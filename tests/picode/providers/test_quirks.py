"""Servers that speak Chat Completions in their own way: what is sent to each."""

import json
from typing import Any

import pytest

from picode.messages import (
    Assistant,
    Image,
    Message,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Usage,
    UsageSeen,
    User,
)
from picode.providers import catalog, quirks
from picode.providers.catalog import ModelData
from picode.providers.failures import Asked
from picode.providers.openai_answer import Answer
from picode.providers.openai_body import API, body
from support.model_calls import READ, request, user

THINKS = ModelData(thinking="effort")
MODEL = "some-model"
TOLD: list[Message] = [
    User([Text("look"), Image("QUJD", "image/png")], 1),
    Assistant(
        [Thinking("hm", "reasoning"), ToolCall("call_0123456789", "read", {"path": "a"})],
        API, "openai", MODEL, Usage(), "toolUse", 2,
    ),
    ToolResult("call_0123456789", "read", [Text("contents")]),
    user("and?"),
]  # fmt: skip

# what each server gets beside model, messages, stream and tools, for a model that thinks hard
HOSTS: dict[str, dict[str, Any]] = {
    "api.openai.com": {
        "max_completion_tokens": 900, "stream_options": {"include_usage": True}, "reasoning_effort": "high",
    },
    "mine.openai.azure.com": {
        "max_completion_tokens": 900, "stream_options": {"include_usage": True}, "reasoning_effort": "high",
    },
    "openrouter.ai": {
        "max_tokens": 900, "stream_options": {"include_usage": True}, "reasoning": {"effort": "high"},
    },
    "api.deepseek.com": {
        "max_tokens": 900, "stream_options": {"include_usage": True}, "thinking": {"type": "enabled"},
    },
    "api.groq.com": {
        "max_completion_tokens": 900, "stream_options": {"include_usage": True}, "reasoning_effort": "high",
        "reasoning_format": "parsed",
    },
    "api.mistral.ai": {"max_tokens": 900},
    "api.x.ai": {
        "max_completion_tokens": 900, "stream_options": {"include_usage": True}, "reasoning_effort": "high",
    },
    "api.together.xyz": {
        "max_tokens": 900, "stream_options": {"include_usage": True}, "reasoning_effort": "high",
    },
    "api.fireworks.ai": {
        "max_tokens": 900, "stream_options": {"include_usage": True}, "reasoning_effort": "high",
    },
    "127.0.0.1": {"max_tokens": 900, "stream_options": {"include_usage": True}},
}  # fmt: skip


def sent(host: str, level: str = "high", data: ModelData = THINKS) -> dict[str, Any]:
    asked = request(*TOLD, model=MODEL, tools=[READ], max_tokens=900, thinking=level)
    return body(asked, data, quirks.of(host))


@pytest.mark.parametrize(("host", "own"), HOSTS.items(), ids=HOSTS)
def test_each_server_gets_the_fields_that_it_knows(host: str, own: dict[str, Any]) -> None:
    made = sent(host)
    assert {name: made.pop(name) for name in ("model", "stream")} == {"model": MODEL, "stream": True}
    [tool] = made.pop("tools")
    assert tool["function"]["parameters"] == READ.parameters
    assert [message["role"] for message in made.pop("messages")][:4] == [
        "system",
        "user",
        "assistant",
        "tool",
    ]
    assert made == own


@pytest.mark.parametrize("host", HOSTS)
def test_a_model_that_does_not_think_is_not_asked_to(host: str) -> None:
    made = sent(host, data=catalog.UNKNOWN)
    assert not {"reasoning", "reasoning_effort", "reasoning_format", "thinking"} & set(made)


def test_thinking_is_switched_off_where_there_is_a_switch() -> None:
    assert sent("api.deepseek.com", "off")["thinking"] == {"type": "disabled"}
    assert "reasoning" not in sent("openrouter.ai", "off")
    assert "reasoning_effort" not in sent("api.openai.com", "off")
    least = ModelData(thinking="effort", least_thinking="minimal")
    assert sent("api.openai.com", "off", least)["reasoning_effort"] == "minimal"


@pytest.mark.parametrize("host", HOSTS)
def test_a_thought_goes_back_in_its_field_only_where_it_is_wanted(host: str) -> None:
    answered = sent(host)["messages"][2]
    assert answered.get("reasoning") == ("hm" if host in ("openrouter.ai", "api.deepseek.com") else None)
    assert "reasoning_content" not in answered


def test_mistral_gets_short_ids_and_hears_the_assistant_between_tool_and_user() -> None:
    told = sent("api.mistral.ai")["messages"]
    assert [message["role"] for message in told[2:]] == ["assistant", "tool", "assistant", "user"]
    assert len(told[3]["tool_call_id"]) == 9
    assert told[2]["tool_calls"][0]["id"] == told[3]["tool_call_id"]
    assert [message["role"] for message in sent("127.0.0.1")["messages"][2:]] == ["assistant", "tool", "user"]


def answer(*chunks: dict[str, Any]) -> list[Any]:
    asked = Asked("openai", "it", "http://localhost", MODEL, "OPENAI_API_KEY", "OPENAI_BASE_URL")
    made = Answer(asked, catalog.load())
    return [event for chunk in chunks for event in made.take(json.dumps(chunk).encode())]


def delta(**fields: Any) -> dict[str, Any]:
    return {"choices": [{"delta": fields}]}


def test_mistrals_lists_of_thoughts_and_text_are_read() -> None:
    events = answer(
        delta(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]),
        delta(content=[{"type": "text", "text": "a"}]),
        delta(content="b"),
    )
    assert "".join(event.text for event in events) == "hmab"
    assert [type(event).__name__ for event in events] == [
        "ThinkingDelta", "ThinkingDelta", "TextDelta", "TextDelta",
    ]  # fmt: skip


USAGES = [
    ({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}, 5, 0.0),
    ({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 40}, 30, 0.0),
    ({"prompt_tokens": 10, "completion_tokens": 5, "cost": 0.25}, 5, 0.25),
]


@pytest.mark.parametrize(("usage", "output", "cost"), USAGES, ids=["usual", "xAI", "OpenRouter"])
def test_usage_is_what_has_to_be_paid(usage: dict[str, Any], output: int, cost: float) -> None:
    [seen] = answer({"choices": [], "usage": usage})
    assert isinstance(seen, UsageSeen)
    assert (seen.usage.output, seen.usage.cost.total) == (output, cost)
