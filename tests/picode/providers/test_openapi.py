"""Models behind OpenAPI documents, asked over HTTP: a server that describes itself, and every form of a chat."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from picode.config.schema import CustomProvider, Models
from picode.credentials import Credentials
from picode.messages import (
    Assistant,
    Message,
    Stopped,
    Text,
    ToolCall,
    ToolCallBegun,
    ToolResult,
    Usage,
    UsageSeen,
)
from picode.openapi.library import Library
from picode.providers.base import ModelFailed
from picode.providers.registry import Providers
from support.documents import DOCUMENTS
from support.model_calls import READ, collect, request, said, user
from support.model_server import Cut, ModelServer, Say, Script, say
from support.shop import KEY, Shop, running_shop, shop

__all__ = ["running_shop", "shop"]
Make = Callable[..., Providers]


@pytest.fixture
async def make(home: Path) -> AsyncIterator[Make]:
    made: list[Providers] = []

    def providers(name: str, environ: dict[str, str] | None = None, **entry: Any) -> Providers:
        one = Providers(Models(), Credentials(home / "credentials", environ or {}), environ or {})
        one.library = Library(home)
        one.library.configure({name: CustomProvider(**entry)})
        one.library.look(20)
        made.append(one)
        return one

    yield providers
    for one in made:
        await one.close()


async def ask(providers: Providers, name: str, *messages: Message, **fields: Any) -> list[Any]:
    provider, info = providers.resolve(name)
    return await collect(provider.stream(request(*messages, model=info.name.partition("/")[2], **fields)))


def called() -> list[Message]:
    """A question, two calls of one answer, and their results the other way round."""
    calls: list[Any] = [ToolCall("c1", "read", {"path": "a"}), ToolCall("c2", "ls", {})]
    answer = Assistant(
        content=calls, api="x", provider="x", model="x", usage=Usage(), stop_reason="toolUse", timestamp=2
    )
    results = [
        ToolResult(tool_call_id=id_, tool_name=name, content=[Text(text)], is_error=False, timestamp=3)
        for id_, name, text in (("c2", "ls", "two"), ("c1", "read", "one"))
    ]
    return [user("go"), answer, *results]


async def test_a_server_that_describes_itself_is_a_provider(make: Make, shop: Shop) -> None:
    providers = make("shop", {"SHOP_API_KEY": KEY}, document=shop.document)
    [info] = [info for info in providers.models() if info.name.startswith("shop/")]
    assert (info.name, info.usable, info.default) == ("shop/shop-1", True, True)
    shop.answers += ["Hello from the shop."]
    events = await ask(providers, "shop", tools=[READ], max_tokens=99)
    assert said(events) == "Hello from the shop."
    assert [event for event in events if isinstance(event, Stopped)] == [Stopped("stop")]
    [usage] = [event.usage for event in events if isinstance(event, UsageSeen)]
    assert (usage.input, usage.output) == (7, 3)
    [(_, question)] = shop.seen
    assert (question["model"], question["stream"], question["max_tokens"]) == ("shop-1", True, 99)
    assert [message["role"] for message in question["messages"]] == ["system", "user"]
    assert question["tools"][0]["function"]["name"] == "read"


async def test_its_calls_of_tools_come_as_calls(make: Make, shop: Shop) -> None:
    shop.answers += [("read", {"path": "a.py"})]
    events = await ask(make("shop", {"SHOP_API_KEY": KEY}, document=shop.document), "shop/shop-1")
    [begun] = [event for event in events if isinstance(event, ToolCallBegun)]
    assert begun.name == "read"
    assert events[-1] == Stopped("toolUse")


async def test_a_wrong_key_and_a_missing_one_are_told(make: Make, shop: Shop) -> None:
    with pytest.raises(ModelFailed, match=r"The shop refused the key.*Check SHOP_API_KEY") as refused:
        await ask(make("shop", {"SHOP_API_KEY": "another"}, document=shop.document), "shop")
    assert refused.value.kind == "bad_key"
    providers = make("shop", document=shop.document)
    with pytest.raises(ModelFailed, match=r"no key for shop \(HTTPBearer\)") as missing:
        await ask(providers, "shop")
    assert missing.value.kind == "no_key"
    [info] = [info for info in providers.models() if info.name.startswith("shop/")]
    assert (info.usable, "picode auth add shop" in info.why) == (False, True)


def answering(server: ModelServer, body: dict[str, Any]) -> None:
    server.enqueue(Script(body=json.dumps(body).encode()))


async def test_the_old_form_has_functions(make: Make, model_server: ModelServer) -> None:
    function = {"name": "read", "arguments": '{"path": "a"}'}
    message = {"role": "assistant", "content": None, "function_call": function}
    answering(model_server, {"choices": [{"message": message, "finish_reason": "function_call"}]})
    providers = make(
        "old", document=str(DOCUMENTS / "chat_functions.json"), base_url=model_server.url, keys={"key": "k-1"}
    )
    events = await ask(providers, "old", *called(), tools=[READ])
    assert [type(event).__name__ for event in events] == ["ToolCallBegun", "ToolCallDelta", "Stopped"]
    [asked] = model_server.wait_for(1)
    assert (asked.path, asked.headers["x-api-key"], asked.body["model"]) == ("/talk", "k-1", "old-1")
    assert "tools" not in asked.body
    assert "stream" not in asked.body
    assert (asked.body["functions"][0]["name"], asked.body["function_call"]) == ("read", "auto")
    # each call is followed by its own result
    assert [(one["role"], named(one)) for one in asked.body["messages"]] == [
        ("system", ""), ("user", ""), ("assistant", "read"), ("function", "read"), ("assistant", "ls"),
        ("function", "ls"),
    ]  # fmt: skip


def named(message: dict[str, Any]) -> str:
    """The function that a message is about."""
    return str(message.get("name") or message.get("function_call", {}).get("name", ""))


async def test_one_message_in_one_piece(make: Make, model_server: ModelServer) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "read", "arguments": '{"path": "a"}'}}
    message = {"role": "assistant", "content": [{"type": "text", "text": "Look."}], "tool_calls": [call]}
    answering(model_server, {"finish_reason": "TOOL_CALL", "message": message})
    providers = make("one", document=str(DOCUMENTS / "chat_message.yaml"), base_url=f"{model_server.url}/v2/")
    events = await ask(providers, "one/command-x", tools=[READ])
    assert said(events) == "Look."
    assert events[-1] == Stopped("toolUse")
    [asked] = model_server.wait_for(1)
    assert (asked.path, asked.body["stream"], asked.body["model"]) == ("/v2/chat", False, "command-x")


async def test_deployments_are_in_the_path_and_versions_in_the_query(
    make: Make, model_server: ModelServer
) -> None:
    model_server.enqueue(say("Hello there."), say("Again."))
    document = str(DOCUMENTS / "chat_deployments.yaml")
    entry = {"document": document, "base_url": f"{model_server.url}/openai", "models": ["my-gpt"]}
    providers = make("cloud", {"CLOUD_API_KEY": "k"}, **entry)
    assert said(await ask(providers, "cloud/my-gpt")) == "Hello there."
    await ask(
        make("cloud", {"CLOUD_API_KEY": "k"}, **entry, variables={"deployment-id": "d", "api-version": "2"}),
        "cloud",
    )
    first, second = model_server.wait_for(2)
    assert (first.path, first.query) == (
        "/openai/deployments/my-gpt/chat/completions",
        "api-version=2024-10-21",
    )
    assert (second.path, second.query) == ("/openai/deployments/d/chat/completions", "api-version=2")
    assert first.headers["api-key"] == "k"
    assert "model" not in first.body


async def test_only_what_the_endpoint_takes_is_sent(make: Make, model_server: ModelServer) -> None:
    model_server.enqueue(say("Hello."))
    providers = make(
        "big", document=str(DOCUMENTS / "chat_tools.yaml"), base_url=model_server.url, keys={"bearer": "b"}
    )
    assert said(await ask(providers, "big/small-2", max_tokens=50)) == "Hello."
    [asked] = model_server.wait_for(1)
    assert set(asked.body) == {"messages", "model", "stream", "stream_options", "max_completion_tokens"}
    assert (asked.body["max_completion_tokens"], asked.headers["authorization"]) == (50, "Bearer b")


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (Script(status=500, error="broken"), "server"),
        (Script(status=429, error="slow down"), "rate"),
        (Script(body=b'{"message": {"content": "half'), "cut"),
        (Script(body=b'{"answer": 42}'), "protocol"),
        (Script(body=b'{"error": {"message": "The server is overloaded"}}'), "overload"),
        (Script(body=b"<html>", headers={"content-type": "text/html"}), "protocol"),
        (Script(hang_up="before"), "network"),
    ],
)  # fmt: skip
async def test_failures_have_their_kinds(
    make: Make, model_server: ModelServer, script: Script, kind: str
) -> None:
    model_server.enqueue(script)
    providers = make("one", document=str(DOCUMENTS / "chat_message.yaml"), base_url=model_server.url)
    with pytest.raises(ModelFailed) as failed:
        await ask(providers, "one")
    assert failed.value.kind == kind


async def test_a_stream_that_is_cut_keeps_what_came(make: Make, model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("half "), Cut()))
    providers = make(
        "big", document=str(DOCUMENTS / "chat_tools.yaml"), base_url=model_server.url, keys={"bearer": "b"}
    )
    provider, _ = providers.resolve("big/large-2")
    words = []
    with pytest.raises(ModelFailed) as failed:
        async for event in provider.stream(request(model="large-2")):
            words.append(event)
    assert (failed.value.kind, said(words)) == ("cut", "half ")


@pytest.mark.parametrize(
    ("file", "more", "told"),
    [
        ("pets.yaml", {}, "The document of mine has no chat endpoint"),
        ("chat_any_answer.json", {}, "The document of mine has no chat endpoint"),
        ("none.yaml", {}, "There is no file"),
        ("chat_tools.yaml", {"chat": "nope"}, "The document has no operation nope"),
    ],
)
async def test_what_is_wrong_with_a_document_is_told_when_it_is_asked(
    make: Make, file: str, more: dict[str, str], told: str
) -> None:
    providers = make("mine", document=str(DOCUMENTS / file), **more)
    with pytest.raises(ModelFailed, match=told):
        await ask(providers, "mine/model")
    assert providers.default() == "demo/demo"
    listed = [info for info in providers.models() if info.name.startswith("mine/")]
    # one that is only broken is listed, with what is wrong; one without a chat has tools to offer, and no model
    assert [(info.usable, told in info.why) for info in listed] == (
        [] if "no chat" in told else [(False, True)]
    )


async def test_a_document_without_a_server_wants_an_address(make: Make, home: Path) -> None:
    text = (DOCUMENTS / "chat_message.yaml").read_text().replace("servers:", "x-servers:")
    (home / "a.yaml").write_text(text)
    with pytest.raises(ModelFailed, match=r"names no server. Set custom_providers.mine.base_url"):
        await ask(make("mine", document=str(home / "a.yaml")), "mine")
