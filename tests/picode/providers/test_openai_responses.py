"""OpenAI's Responses API over real HTTP."""

import json
from pathlib import Path
from typing import Any

import pytest

from picode.config.schema import Models
from picode.credentials import Credentials
from picode.messages import (
    Assistant,
    Image,
    Message,
    Stopped,
    StreamEvent,
    Text,
    Thinking,
    ThinkingDelta,
    ToolCall,
    ToolResult,
    Usage,
    User,
)
from picode.providers import catalog
from picode.providers.base import ModelFailed
from picode.providers.http import Http, Waits
from picode.providers.openai_responses import OpenAIResponses
from picode.providers.openai_responses_answer import Answer
from picode.providers.openai_responses_body import body
from picode.providers.registry import Providers
from support.model_calls import KEY, READ, collect, found, request, responses, said, user
from support.model_server import Fail, ModelServer, Say, Script, say
from support.rich_answers import REASONING, RESPONSES, draft

MODEL = "gpt-5.4"


def fresh() -> Answer:
    asked = OpenAIResponses(Http(Waits()), found, catalog.load(), "http://localhost:1/v1").asked("m", "")
    return Answer(asked, catalog.load())


def play(*events: "dict[str, Any] | str") -> list[StreamEvent]:
    """What these events become, without a network."""
    answer = fresh()
    made: list[StreamEvent] = []
    for event in events:
        made += answer.take(event.encode() if isinstance(event, str) else json.dumps(event).encode())
    return made + answer.finish()


def typed(kind: str, **data: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", **data}


def text(said: str) -> dict[str, Any]:
    return typed("output_text.delta", output_index=0, delta=said)


def done(**item: Any) -> dict[str, Any]:
    return typed("output_item.done", output_index=0, item=item)


def incomplete(reason: "str | None") -> dict[str, Any]:
    return typed("incomplete", response={"incomplete_details": {"reason": reason} if reason else None})


COMPLETED = typed("completed", response={"status": "completed"})


async def test_the_request_keeps_nothing_at_the_server_and_sends_all_back(model_server: ModelServer) -> None:
    model_server.enqueue(say("ok"))
    told: list[Message] = [
        User([Text("look"), Image("QUJD", "image/png")], 1),
        Assistant(RESPONSES.whole, "openai-responses", "openai", MODEL, Usage(), "toolUse", 2),
        ToolResult("call_1", "read", [Text("contents"), Image("REVG", "image/png")]),
        ToolResult("call_2|fc_2", "ls", [], is_error=True),
        user("and?"),
    ]
    asked = request(*told, model=MODEL, tools=[READ], thinking="minimal", session_id="s1")
    await collect(responses(model_server.url).stream(asked))
    [seen] = model_server.wait_for(1)
    assert seen.path == "/v1/responses"
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.body["store"] is False
    assert seen.body["include"] == ["reasoning.encrypted_content"]
    assert seen.body["reasoning"] == {"effort": "low", "summary": "auto"}
    assert seen.body["prompt_cache_key"] == "s1"
    assert seen.body["instructions"] == "Be brief."
    assert "previous_response_id" not in seen.body
    [tool] = seen.body["tools"]
    assert (tool["type"], tool["name"], tool["parameters"]) == ("function", "read", READ.parameters)
    first, thought, said_, read, ls, shown, missing, last = seen.body["input"]
    assert first["content"][0] == {"type": "input_text", "text": "look"}
    assert first["content"][1]["image_url"] == "data:image/png;base64,QUJD"
    assert thought == REASONING
    assert said_["content"] == [{"type": "output_text", "text": "Grüße 🌍 und\n\tmehr"}]
    assert read == {
        "type": "function_call", "call_id": "call_1", "name": "read", "arguments": '{"path": "naïve.py"}',
    }  # fmt: skip
    assert (ls["call_id"], missing["call_id"]) == ("call_2", "call_2")
    assert [part["type"] for part in shown["output"]] == ["input_text", "input_image"]
    assert isinstance(missing["output"], str)
    assert last == {"role": "user", "content": [{"type": "input_text", "text": "and?"}]}


LEVELS = [
    ("gpt-5.4", "off", "none"), ("gpt-5.4", "minimal", "low"), ("gpt-5.4", "xhigh", "xhigh"),
    ("gpt-5", "off", "minimal"), ("gpt-5", "minimal", "minimal"), ("gpt-5", "xhigh", "high"),
    ("o4-mini", "off", "low"), ("o4-mini", "minimal", "low"), ("gpt-5.4", "odd", "medium"),
    ("gpt-4.1", "high", None), ("unheard-of", "high", None),
]  # fmt: skip


@pytest.mark.parametrize(("model", "level", "effort"), LEVELS)
def test_thinking_is_asked_for_as_the_model_takes_it(model: str, level: str, effort: "str | None") -> None:
    made = body(request(model=model, thinking=level), catalog.load().find("openai", model))
    assert made.get("reasoning", {}).get("effort") == effort
    assert ("include" in made) == (effort is not None)


def test_what_another_model_said_is_carried_over_as_text() -> None:
    other = Assistant(
        [Thinking("hm", "sig"), Text("a"), ToolCall("toolu 1", "ls", {})],
        "anthropic-messages", "anthropic", "claude", Usage(), "toolUse", 1,
    )  # fmt: skip
    hm, a, call, result = body(request(other, model=MODEL), catalog.UNKNOWN)["input"]
    assert [item["content"][0]["text"] for item in (hm, a)] == ["hm", "a"]
    assert call["call_id"] == result["call_id"] != "toolu 1"


@pytest.mark.parametrize("signature", ["", "reasoning_content", "[]", '{"type":"reasoning","id":"rs_1"}'])
def test_a_thought_that_cannot_go_back_is_left_out(signature: str) -> None:
    mine = Assistant(
        [Thinking("hm", signature), Text("a")], "openai-responses", "openai", MODEL, Usage(), "stop", 1
    )
    assert [item["type"] for item in body(request(mine, model=MODEL), catalog.UNKNOWN)["input"]] == [
        "message"
    ]


def test_a_thought_that_led_to_nothing_is_left_out() -> None:
    cut = Assistant([RESPONSES.whole[0]], "openai-responses", "openai", MODEL, Usage(), "aborted", 1)
    assert body(request(user("a"), cut, user("b"), model=MODEL), catalog.UNKNOWN)["input"] == [
        {"role": "user", "content": [{"type": "input_text", "text": "a"}]},
        {"role": "user", "content": [{"type": "input_text", "text": "b"}]},
    ]


def test_two_parts_of_a_summary_are_two_paragraphs() -> None:
    part, piece = "reasoning_summary_part.added", "reasoning_summary_text.delta"
    events = play(
        typed(part, summary_index=0), typed(piece, delta="a"),
        typed(part, summary_index=1), typed(piece, summary_index=1, delta="b"), COMPLETED,
    )  # fmt: skip
    assert "".join(event.text for event in events if isinstance(event, ThinkingDelta)) == "a\n\nb"


CALL = {"type": "function_call", "id": "fc", "call_id": "c", "name": "ls", "arguments": '{"path": "a"}'}
ADDED = typed("output_item.added", output_index=0, item={**CALL, "arguments": ""})
DIALECTS = {
    "only done": [done(**CALL)],
    "added and done, no pieces": [ADDED, done(**CALL)],
    "added whole": [typed("output_item.added", output_index=0, item=CALL), done(**CALL)],
    "pieces": [
        ADDED,
        typed("function_call_arguments.delta", output_index=0, delta='{"path"'),
        typed("function_call_arguments.delta", output_index=0, delta=': "a"}'),
        typed("function_call_arguments.done", output_index=0, arguments='{"path": "a"}'),
        done(**CALL),
    ],
    "unknown events": [
        typed("web_search_call.searching", item="odd", delta=[1]),
        done(**CALL),
        {"type": "keepalive"},
    ],
}


@pytest.mark.parametrize("events", DIALECTS.values(), ids=DIALECTS)
def test_a_call_of_every_dialect_comes_out_the_same(events: list[dict[str, Any]]) -> None:
    answer = draft(play(*events, COMPLETED))
    assert answer.content == [ToolCall("c", "ls", {"path": "a"})]
    assert answer.stop_reason == "toolUse"


def test_a_message_without_pieces_is_read_from_its_end() -> None:
    whole = done(type="message", content=[{"type": "output_text", "text": "all"}])
    assert said(play(whole, COMPLETED)) == "all"
    assert said(play(text("all"), whole, COMPLETED)) == "all"


ENDS = {
    "completed": (COMPLETED, "stop"),
    "too long": (incomplete("max_output_tokens"), "length"),
    "no details": (incomplete(None), "length"),
}


@pytest.mark.parametrize(("end", "reason"), ENDS.values(), ids=ENDS)
def test_an_answer_ends(end: dict[str, Any], reason: str) -> None:
    assert play(text("a"), end)[-1] == Stopped(reason)  # type: ignore[arg-type]


def failed(code: str, message: str) -> dict[str, Any]:
    return typed("failed", response={"status": "failed", "error": {"code": code, "message": message}})


BROKEN = {
    "no end": ([text("a")], "cut"),
    "DONE alone": ([text("a"), "[DONE]"], "cut"),
    "content filter": ([text("a"), incomplete("content_filter")], "refused"),
    "refusal": ([typed("refusal.delta", delta="I will not."), COMPLETED], "refused"),
    "no JSON": (["<html>"], "protocol"),
    "text that is none": ([typed("output_text.delta", delta=5)], "protocol"),
    "failed": ([failed("server_error", "Oops")], "server"),
    "failed, no reason": ([typed("failed", response={"status": "failed"})], "server"),
    "rate": ([failed("rate_limit_exceeded", "Rate limit reached")], "rate"),
    "quota": ([failed("insufficient_quota", "You exceeded your current quota")], "quota"),
    "overload": ([failed("server_is_overloaded", "Later")], "overload"),
    "overflow": ([failed("context_length_exceeded", "Your input exceeds the context window")], "overflow"),
    "bad prompt": ([failed("invalid_prompt", "Not this")], "bad_request"),
    "error event": ([{"type": "error", "code": "rate_limit_exceeded", "message": "slow"}], "rate"),
    "error object": ([{"type": "error", "error": {"type": "server_error", "message": "x"}}], "server"),
    "error with a number": ([{"type": "error", "code": 500, "message": "x"}], "server"),
}


@pytest.mark.parametrize(("events", "kind"), BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_has_its_kind(events: list[Any], kind: str) -> None:
    with pytest.raises(ModelFailed) as failure:
        play(*events)
    assert failure.value.kind == kind


async def test_an_error_in_mid_stream_keeps_what_came(model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("half"), Fail("Rate limit reached", "rate_limit_exceeded")))
    events: list[StreamEvent] = []
    with pytest.raises(ModelFailed) as failure:
        async for event in responses(model_server.url).stream(request()):
            events.append(event)
    assert failure.value.kind == "rate"
    assert said(events) == "half"


def known(home: Path, **environ: str) -> Providers:
    return Providers(Models(), Credentials(home / "keys.json", environ), environ)


KEYED = {"OPENAI_API_KEY": "sk-o"}
LOCAL = {"OPENAI_BASE_URL": "http://127.0.0.1:8080/v1"}


@pytest.mark.parametrize(
    ("environ", "name", "full", "provider", "api"),
    [
        (KEYED, "openai/gpt-5.4", "openai/gpt-5.4", "openai", "openai-responses"),
        (KEYED, "openai/gpt-4.1", "openai/gpt-4.1", "openai", "openai-completions"),
        (
            KEYED,
            "openai-responses/gpt-4.1",
            "openai-responses/gpt-4.1",
            "openai-responses",
            "openai-responses",
        ),
        (KEYED, "openai-responses", "openai-responses/gpt-5.4", "openai-responses", "openai-responses"),
        (LOCAL, "openai/gpt-5.4", "openai/gpt-5.4", "openai", "openai-completions"),
        (LOCAL, "openai-responses/llama", "openai-responses/llama", "openai-responses", "openai-responses"),
    ],
)
def test_the_form_is_chosen_by_the_list_or_by_the_name(
    home: Path, environ: dict[str, str], name: str, *, full: str, provider: str, api: str
) -> None:
    made, info = known(home, **environ).resolve(name)
    assert (info.name, info.usable) == (full, True)
    assert (made.name, made.api) == (provider, api)
    assert known(home, **environ).resolve(f"{made.name}/{info.name.partition('/')[2]}")[0].api == api


def test_a_form_costs_what_the_provider_costs(home: Path) -> None:
    usage = Usage(input=1_000_000)
    assert known(home).price("openai-responses/gpt-5.4", usage).total == 2.5
    assert "openai-responses" not in str(known(home).models())
