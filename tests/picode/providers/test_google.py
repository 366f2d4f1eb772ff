"""Google's Gemini API over real HTTP."""

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
from picode.providers import catalog
from picode.providers.base import ModelFailed
from picode.providers.google import Google
from picode.providers.google_answer import Answer
from picode.providers.google_body import OWN_ID, UNSIGNED, body
from picode.providers.http import Http, Waits
from support.model_calls import KEY, READ, collect, found, google, request, said, user
from support.model_server import Fail, ModelServer, Say, Script, say
from support.rich_answers import GOOGLE, draft

MODEL = "gemini-3.5-flash"


def fresh() -> Answer:
    asked = Google(Http(Waits()), found, catalog.load(), "http://localhost:1").asked(MODEL, "")
    return Answer(asked, catalog.load())


def play(*chunks: "dict[str, Any] | str") -> list[StreamEvent]:
    """What these chunks become, without a network."""
    answer = fresh()
    events: list[StreamEvent] = []
    for chunk in chunks:
        events += answer.take(chunk.encode() if isinstance(chunk, str) else json.dumps(chunk).encode())
    return events + answer.finish()


def part(reason: str = "", **fields: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": [fields]}} if fields else {}
    return {"candidates": [candidate | ({"finishReason": reason} if reason else {})]}


async def test_the_request_has_the_forms_of_the_api(model_server: ModelServer) -> None:
    model_server.enqueue(say("ok"))
    told: list[Message] = [
        User([Text("look"), Image("QUJD", "image/png")], 1),
        Assistant(GOOGLE.whole, "google-generative-ai", "google", MODEL, Usage(), "toolUse", 2),
        ToolResult("r1", "read", [Text("contents"), Image("REVG", "image/png")]),
        ToolResult("l1", "ls", [], is_error=True),
        user("and?"),
    ]
    await collect(google(model_server.url).stream(request(*told, model=MODEL, tools=[READ], thinking="high")))
    [seen] = model_server.wait_for(1)
    assert (seen.path, seen.query) == (f"/v1beta/models/{MODEL}:streamGenerateContent", "alt=sse")
    assert seen.headers["x-goog-api-key"] == KEY
    assert KEY not in seen.query + seen.text()
    asked, answered, results, shown, last = seen.body["contents"]
    assert asked["parts"] == [{"text": "look"}, {"inlineData": {"mimeType": "image/png", "data": "QUJD"}}]
    assert [content["role"] for content in seen.body["contents"]] == ["user", "model", "user", "user", "user"]
    assert answered["parts"] == [
        {"text": "First I think — gründlich.", "thought": True, "thoughtSignature": "c2lnbmVk"},
        {"text": "Grüße 🌍 und\n\tmehr", "thoughtSignature": "dGV4dA=="},
        {"functionCall": {"name": "read", "args": {"path": "naïve.py"}, "id": "r1"}, "thoughtSignature": "Y2FsbA=="},
        {"functionCall": {"name": "ls", "args": {"path": "a/b"}, "id": "l1"}},
    ]  # fmt: skip
    assert [part["functionResponse"] for part in results["parts"]] == [
        {"name": "read", "response": {"output": "contents"}, "id": "r1"},
        {"name": "ls", "response": {"error": "(no output)"}, "id": "l1"},
    ]
    assert shown["parts"][1] == {"inlineData": {"mimeType": "image/png", "data": "REVG"}}
    assert last["parts"] == [{"text": "and?"}]
    [declared] = seen.body["tools"][0]["functionDeclarations"]
    assert declared["parametersJsonSchema"] == READ.parameters
    assert seen.body["systemInstruction"] == {"parts": [{"text": "Be brief."}]}
    assert seen.body["generationConfig"] == {
        "maxOutputTokens": 16384, "thinkingConfig": {"thinkingLevel": "high", "includeThoughts": True},
    }  # fmt: skip


THINKING = [
    ("gemini-3.5-flash", "off", {"thinkingLevel": "minimal"}),
    ("gemini-3.5-flash", "xhigh", {"thinkingLevel": "high", "includeThoughts": True}),
    ("gemini-3.1-pro-preview", "off", {"thinkingLevel": "low"}),
    ("gemini-3.1-pro-preview", "minimal", {"thinkingLevel": "low", "includeThoughts": True}),
    ("gemini-2.5-flash", "off", {"thinkingBudget": 0}),
    ("gemini-2.5-pro", "off", {"thinkingBudget": 128}),
    ("gemini-2.5-pro", "medium", {"thinkingBudget": 8192, "includeThoughts": True}),
    ("gemma-3", "high", None),
]


@pytest.mark.parametrize(("model", "level", "asked"), THINKING)
def test_thinking_is_asked_for_as_the_model_takes_it(model: str, level: str, asked: Any) -> None:
    known = catalog.load()
    made = body(request(model=model, thinking=level), known.find("google", model))
    assert made["generationConfig"].get("thinkingConfig") == asked


def test_what_another_model_said_is_carried_over_without_its_signatures() -> None:
    other = Assistant(
        [Thinking("hm", "sig"), Text("a", "sig"), ToolCall("toolu_1", "ls", {}, "sig"), ToolCall("t2", "ls", {})],
        "anthropic-messages", "anthropic", "claude", Usage(), "toolUse", 1,
    )  # fmt: skip
    data = catalog.load().find("google", MODEL)
    made = body(request(other, model=MODEL), data)["contents"][0]["parts"]
    assert made[:2] == [{"text": "hm"}, {"text": "a"}]
    assert made[2]["thoughtSignature"] == UNSIGNED
    assert "thoughtSignature" not in made[3]
    older = body(request(other, model="gemini-2.5-pro"), catalog.load().find("google", "gemini-2.5-pro"))
    assert "thoughtSignature" not in json.dumps(older)


def test_calls_without_ids_get_their_own_and_do_not_show_them_to_the_model() -> None:
    first = draft(play(part("STOP", functionCall={"name": "ls"})))
    second = draft(play(part("STOP", functionCall={"name": "ls", "args": {"path": "a"}})))
    [a], [b] = first.content, second.content
    assert isinstance(a, ToolCall)
    assert isinstance(b, ToolCall)
    assert a.id != b.id
    assert (a.arguments, b.arguments) == ({}, {"path": "a"})
    told: list[Message] = [
        first,
        ToolResult(a.id, "ls", [Text("x")]),
        second,
        ToolResult(b.id, "ls", [Text("y")]),
    ]
    made = body(request(*told, model=MODEL), catalog.UNKNOWN)
    assert OWN_ID not in json.dumps(made)
    outputs = [content["parts"][0]["functionResponse"]["response"] for content in made["contents"][1::2]]
    assert outputs == [{"output": "x"}, {"output": "y"}]


def test_a_signature_that_comes_alone_is_kept_and_goes_back() -> None:
    answer = draft(play(part(text="a"), part("STOP", text="", thoughtSignature="c2ln")))
    assert answer.content == [Text("a", "c2ln")]
    only = draft(play(part("STOP", text="", thoughtSignature="c2ln")))
    assert only.content == [Text("", "c2ln")]


ENDS = {
    "stop": ([part("STOP", text="a")], "stop"),
    "length": ([part("MAX_TOKENS", text="a")], "length"),
    "reason alone": ([part(text="a"), part("STOP")], "stop"),
    "nothing but usage": ([part(text="a"), {"usageMetadata": {"promptTokenCount": 1}}, part("STOP")], "stop"),
    "null fields": ([{"candidates": None}, {"candidates": [{"content": {"parts": None}}]}, part("STOP")], "stop"),
}  # fmt: skip


@pytest.mark.parametrize(("chunks", "reason"), ENDS.values(), ids=ENDS)
def test_an_answer_ends(chunks: list[Any], reason: str) -> None:
    assert play(*chunks)[-1] == Stopped(reason)  # type: ignore[arg-type]


BROKEN = {
    "no end": ([part(text="a")], "cut"),
    "safety": ([part("SAFETY", text="a")], "refused"),
    "recitation": ([part("RECITATION")], "refused"),
    "a reason of tomorrow": ([part("TOO_SHINY")], "refused"),
    "the prompt is blocked": ([{"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}], "refused"),
    "malformed call": ([part("MALFORMED_FUNCTION_CALL")], "server"),
    "no JSON": (["<html>"], "protocol"),
    "a list": (["[]"], "protocol"),
    "unavailable": ([{"error": {"code": 503, "message": "Try later.", "status": "UNAVAILABLE"}}], "overload"),
    "exhausted": ([{"error": {"code": 429, "message": "Slow", "status": "RESOURCE_EXHAUSTED"}}], "rate"),
    "internal": ([{"error": {"code": 500, "message": "Oops", "status": "INTERNAL"}}], "server"),
}


@pytest.mark.parametrize(("chunks", "kind"), BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_has_its_kind(chunks: list[Any], kind: str) -> None:
    with pytest.raises(ModelFailed) as failure:
        play(*chunks)
    assert failure.value.kind == kind


QUOTA = "You exceeded your current quota, please check your plan and billing details."
DELAY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}
DAILY = {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}
STATUSES = [
    (400, "API key not valid. Please pass a valid API key.", [], "bad_key", None),
    (400, "The input token count (2000000) exceeds the maximum number of tokens allowed", [], "overflow", None),
    (404, "models/gemini-9 is not found for API version v1beta", [], "unknown_model", None),
    (429, QUOTA, [DELAY], "rate", 34.5),
    (429, QUOTA, [DAILY, DELAY], "quota", 34.5),
    (429, QUOTA, [], "quota", None),
    (503, "The model is overloaded. Please try again later.", [], "overload", None),
]  # fmt: skip


@pytest.mark.parametrize(("status", "message", "details", "kind", "wait"), STATUSES)
async def test_a_status_becomes_a_kind_and_a_wait(
    model_server: ModelServer,
    status: int,
    message: str,
    details: list[Any],
    *,
    kind: str,
    wait: "float | None",
) -> None:
    error = {"code": status, "message": message, "status": "X", "details": details}
    model_server.enqueue(Script(status=status, body=json.dumps([{"error": error}]).encode()))
    with pytest.raises(ModelFailed) as failure:
        await collect(google(model_server.url).stream(request(model="gemini-9")))
    assert (failure.value.kind, failure.value.retry_after) == (kind, wait)


async def test_an_error_in_mid_stream_keeps_what_came(model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("half"), Fail("The model is overloaded.", "overloaded_error")))
    events: list[StreamEvent] = []
    with pytest.raises(ModelFailed) as failure:
        async for event in google(model_server.url).stream(request()):
            events.append(event)
    assert failure.value.kind == "overload"
    assert said(events) == "half"


async def test_without_a_key_nothing_is_asked(model_server: ModelServer) -> None:
    provider = Google(Http(Waits()), lambda: None, catalog.load(), model_server.url)
    assert not provider.ready()[0]
    with pytest.raises(ModelFailed, match="GEMINI_API_KEY") as failure:
        await collect(provider.stream(request()))
    assert failure.value.kind == "no_key"
    assert model_server.requests == []


@pytest.mark.parametrize("base", ["", "https://generativelanguage.googleapis.com/v1beta/", " "])
def test_the_address_has_its_version_once(base: str) -> None:
    url = Google(Http(Waits()), found, catalog.load(), base).asked("a b?", "").url
    whole = "https://generativelanguage.googleapis.com/v1beta/models/a%20b%3F:streamGenerateContent?alt=sse"
    assert url == whole
