"""Bedrock over HTTP: both forms, signed and with a key of its own; cuts, faults, and what goes back."""

from pathlib import Path
from typing import Any

import pytest

from picode.config.schema import Models
from picode.credentials import Credentials, Found, Secret
from picode.messages import (
    Assistant,
    Image,
    Message,
    StreamEvent,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Usage,
)
from picode.providers import catalog
from picode.providers.base import ModelFailed
from picode.providers.bedrock import Bedrock
from picode.providers.bedrock_body import API, body
from picode.providers.catalog import UNKNOWN
from picode.providers.http import Http, Waits
from picode.providers.registry import Providers
from support.model_calls import KEY, READ, bedrock, collect, request, said, user
from support.model_chaos import FAULTS, WHOLE, Fault
from support.model_server import Cut, ModelServer, Raw, Say, Script, say
from support.model_wire_bedrock import event, exception
from support.rich_answers import BEDROCK_CLAUDE, draft

NOVA, CLAUDE = "amazon.nova-pro-v1:0", "us.anthropic.claude-sonnet-5-5-v1:0"


async def test_all_but_claude_are_asked_by_converse_and_signed(model_server: ModelServer) -> None:
    model_server.enqueue(say("Hello there."))
    provider = bedrock(model_server.url)
    assert said(await collect(provider.stream(request(model=NOVA, max_tokens=50)))) == "Hello there."
    [asked] = model_server.wait_for(1)
    assert asked.path == "/model/amazon.nova-pro-v1%3A0/converse-stream"
    assert asked.body == {
        "messages": [{"role": "user", "content": [{"text": "hello"}]}],
        "system": [{"text": "Be brief."}],
        "inferenceConfig": {"maxTokens": 50},
    }
    signature = asked.headers["authorization"]
    date = asked.headers["x-amz-date"]
    assert signature.startswith(
        f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{date[:8]}/eu-west-1/bedrock/aws4_request"
    )
    assert KEY not in str(asked.headers)
    await provider.http.close()


@pytest.mark.parametrize("cut", [0, 1, 7])
async def test_claude_is_asked_in_its_own_form(model_server: ModelServer, cut: int) -> None:
    rich = BEDROCK_CLAUDE
    model_server.enqueue(Script(*rich.script.steps, usage=rich.script.usage, slice=cut))
    provider = bedrock(model_server.url)
    answer = draft(await collect(provider.stream(request(model=CLAUDE, tools=[READ], thinking="high"))))
    assert answer.content == rich.whole
    assert answer.usage.cost.total == pytest.approx(rich.cost)
    [asked] = model_server.wait_for(1)
    assert asked.path == "/model/us.anthropic.claude-sonnet-5-5-v1%3A0/invoke-with-response-stream"
    assert asked.body["anthropic_version"] == "bedrock-2023-05-31"
    assert not {"model", "stream"} & set(asked.body)
    assert asked.body["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert "thinking" in asked.body
    await provider.http.close()


async def test_a_key_of_bedrock_s_own_needs_no_signature(model_server: ModelServer) -> None:
    model_server.enqueue(say("Hello."))
    environ = {"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": model_server.url}
    http = Http(Waits())
    provider = Bedrock(http, lambda: Found(Secret("bedrock-key"), "the test"), catalog.load(), environ)
    await collect(provider.stream(request(model=NOVA)))
    assert model_server.wait_for(1)[0].headers["authorization"] == "Bearer bedrock-key"
    await http.close()


def test_calls_results_pictures_and_signed_thoughts_go_back() -> None:
    thought: list[Any] = [
        Thinking("hm", "sig"),
        Thinking("", "sealed", redacted=True),
        ToolCall("c1", "read", {"path": "a"}),
    ]
    answer = Assistant(
        content=thought,
        api=API,
        provider="bedrock",
        model=NOVA,
        usage=Usage(),
        stop_reason="toolUse",
        timestamp=2,
    )
    shown: list[Any] = [Text("a"), Image(data="AAAA", mime_type="image/jpeg")]
    result = ToolResult(tool_call_id="c1", tool_name="read", content=shown, is_error=True, timestamp=3)
    messages: list[Message] = [user("go"), answer, result, user("and?")]
    made = body(request(*messages, model=NOVA, tools=[READ]), UNKNOWN)
    assert [one["role"] for one in made["messages"]] == ["user", "assistant", "user"]
    assert made["messages"][1]["content"] == [
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "sig"}}},
        {"reasoningContent": {"redactedContent": "sealed"}},
        {"toolUse": {"toolUseId": "c1", "name": "read", "input": {"path": "a"}}},
    ]
    told = [{"text": "a"}, {"image": {"format": "jpeg", "source": {"bytes": "AAAA"}}}]
    assert made["messages"][2]["content"] == [
        {"toolResult": {"toolUseId": "c1", "content": told, "status": "error"}}, {"text": "and?"},
    ]  # fmt: skip
    assert made["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"] == {"json": READ.parameters}
    # another model's thoughts are told as words, and a conversation with calls keeps its tools
    other = body(request(*messages, model="meta.other"), UNKNOWN)
    assert other["messages"][1]["content"][0] == {"text": "hm"}
    assert [one["toolSpec"]["name"] for one in other["toolConfig"]["tools"]] == ["read"]


HTTP_ONLY = ("broken JSON", "such name", "TLS", "certificate", "nobody", "drip", "silence before", "proxy")
TRIED = [fault for fault in FAULTS if not any(word in fault.said for word in HTTP_ONLY)]


@pytest.mark.parametrize("fault", TRIED, ids=lambda fault: fault.said)
async def test_faults_end_in_their_kinds(model_server: ModelServer, fault: Fault) -> None:
    model_server.enqueue(fault.script("bedrock") or Script())
    provider = bedrock(model_server.url, **(fault.waits or {}))
    events: list[StreamEvent] = []
    kind = told = WHOLE
    try:
        async for made in provider.stream(request(model=NOVA)):
            events.append(made)
    except ModelFailed as failure:
        kind, told = failure.kind, str(failure)
    await provider.http.close()
    assert (kind, len(said(events).split())) == (fault.kind, fault.words)
    assert KEY not in told


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        ((Raw(b"data: {}\n\n" * 3),), "protocol"),
        ((Raw(event("contentBlockDelta", b"{broken")),), "protocol"),
        ((Say("one "), Raw(event("contentBlockDelta", b"{}")[:-1] + b"\0")), "protocol"),
        ((Say("one "), Raw(event("contentBlockDelta", b"{}")[:20]), Cut()), "cut"),
        ((Raw(exception("throttlingException", "")),), "rate"),
        ((Raw(exception("validationException", "no")),), "bad_request"),
        ((Raw(exception("modelTimeoutException", "")),), "timeout"),
        ((Raw(exception("modelStreamErrorException", "it broke")),), "server"),
    ],
)
async def test_broken_messages_are_told(model_server: ModelServer, steps: tuple[Any, ...], kind: str) -> None:
    model_server.enqueue(Script(*steps))
    provider = bedrock(model_server.url)
    with pytest.raises(ModelFailed) as failed:
        await collect(provider.stream(request(model=NOVA)))
    assert failed.value.kind == kind
    await provider.http.close()


@pytest.mark.parametrize(
    ("status", "said_", "kind"),
    [
        (400, "The provided model identifier is invalid.", "unknown_model"),
        (400, "Input is too long for requested model.", "overflow"),
        (400, "Malformed input request", "bad_request"),
        (403, "The security token included in the request is expired", "bad_key"),
        (424, "The model failed", "bad_request"),
    ],
)
async def test_what_aws_says_has_its_kind(
    model_server: ModelServer, status: int, said_: str, kind: str
) -> None:
    model_server.enqueue(Script(status=status, error=said_))
    provider = bedrock(model_server.url)
    with pytest.raises(ModelFailed, match=f"Bedrock|{NOVA}") as failed:
        await collect(provider.stream(request(model=NOVA)))
    assert failed.value.kind == kind
    await provider.http.close()


async def test_it_is_used_when_it_is_named_and_never_by_itself(home: Path) -> None:
    environ = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S"}
    providers = Providers(Models(), Credentials(home / "credentials", environ), environ)
    assert providers.default() == "demo/demo"
    provider, info = providers.resolve(f"bedrock/{CLAUDE}")
    assert (provider.name, provider.api, info.name, info.usable) == (
        "bedrock", "anthropic-messages", f"bedrock/{CLAUDE}", True,
    )  # fmt: skip
    assert info.context_window == catalog.load().of("anthropic").models["claude-sonnet-5-5"].context_window
    assert providers.resolve(f"bedrock/{NOVA}")[0].api == API
    await providers.close()
    for missing, told in ((environ | {"AWS_REGION": ""}, "set AWS_REGION"), ({}, "AWS_BEARER_TOKEN_BEDROCK")):
        other = Providers(Models(), Credentials(home / "credentials", missing), missing)
        provider, info = other.resolve(f"bedrock/{NOVA}")
        assert (info.usable, told in info.why) == (False, True)
        with pytest.raises(ModelFailed):
            await collect(provider.stream(request(model=NOVA)))
        await other.close()
