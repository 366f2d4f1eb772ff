"""Providers from models.json, asked over HTTP: address, key, headers and form are what the file says."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from picode.config.schema import Models
from picode.credentials import Credentials
from picode.messages import ModelRequest, Text, TextDelta, User
from picode.providers.base import ModelFailed
from picode.providers.registry import Providers
from support.model_server import ModelServer, say

Make = Callable[..., Providers]


@pytest.fixture
async def make(home: Path, model_server: ModelServer) -> AsyncIterator[Make]:
    made: list[Providers] = []

    def providers(environ: dict[str, str] | None = None, **entries: dict[str, Any]) -> Providers:
        told = {
            name: {"baseUrl": f"{model_server.url}/v1", "apiKey": "file-key"} | entry
            for name, entry in entries.items()
        }
        (home / "models.json").write_text(json.dumps({"providers": told}))
        kept = Credentials(home / "credentials", environ or {})
        made.append(Providers(Models(), kept, environ or {}, home / "models.json"))
        return made[-1]

    yield providers
    for one in made:
        await one.close()


async def answer(providers: Providers, name: str) -> str:
    provider, info = providers.resolve(name)
    said = User(content=[Text("hi")], timestamp=0)
    request = ModelRequest(model=info.name.partition("/")[2], system="", messages=[said], max_tokens=100)
    return "".join([event.text async for event in provider.stream(request) if isinstance(event, TextDelta)])


COMPLETIONS: dict[str, Any] = {"api": "openai-completions", "models": [{"id": "m", "reasoning": True}]}


@pytest.mark.parametrize(
    ("api", "path", "key"),
    [
        ("openai-completions", "/v1/chat/completions", ("authorization", "Bearer file-key")),
        ("openai-responses", "/v1/responses", ("authorization", "Bearer file-key")),
        ("anthropic-messages", "/v1/messages", ("x-api-key", "file-key")),
    ],
)
async def test_each_form_is_asked_at_its_address_with_its_key(
    make: Make, model_server: ModelServer, api: str, path: str, key: tuple[str, str]
) -> None:
    model_server.enqueue(say("Hello."))
    providers = make(
        mine={"api": api, "models": [{"id": "m"}], "headers": {"X-Team": "$TEAM"}}, environ={"TEAM": "blue"}
    )
    provider, info = providers.resolve("mine/m")
    assert (provider.name, provider.api, info.name, info.usable) == ("mine", api, "mine/m", True)
    assert await answer(providers, "mine/m") == "Hello."
    [asked] = model_server.wait_for(1)
    assert (asked.path, asked.headers[key[0]]) == (path, key[1])


async def test_headers_come_from_provider_and_model(make: Make, model_server: ModelServer) -> None:
    model_server.enqueue(say("Hello."))
    model = {"id": "m", "headers": {"X-Model": "!echo said"}}
    providers = make(
        mine=COMPLETIONS | {"models": [model], "headers": {"X-Team": "blue"}, "authHeader": True}
    )
    assert await answer(providers, "mine/m") == "Hello."
    headers = model_server.wait_for(1)[0].headers
    assert (headers["x-team"], headers["x-model"], headers["authorization"]) == (
        "blue",
        "said",
        "Bearer file-key",
    )


async def test_a_kept_key_goes_before_the_file_s(make: Make, model_server: ModelServer) -> None:
    model_server.enqueue(say("Hello."))
    providers = make(mine=COMPLETIONS, environ={"MINE_API_KEY": "kept"})
    await answer(providers, "mine/m")
    assert model_server.wait_for(1)[0].headers["authorization"] == "Bearer kept"


async def test_a_command_says_the_key_and_is_not_run_before_it_is_needed(
    make: Make, model_server: ModelServer, home: Path
) -> None:
    model_server.enqueue(say("Hello."))
    providers = make(mine=COMPLETIONS | {"apiKey": f"!touch {home}/ran; echo from-command"})
    assert [info.usable for info in providers.models() if info.name == "mine/m"] == [True]
    assert not (home / "ran").exists()
    await answer(providers, "mine/m")
    assert model_server.wait_for(1)[0].headers["authorization"] == "Bearer from-command"


async def test_what_the_server_takes_is_as_the_file_says(make: Make, model_server: ModelServer) -> None:
    model_server.enqueue(say("Hello."))
    compat = {"maxTokensField": "max_completion_tokens", "supportsUsageInStreaming": False}
    await answer(make(mine=COMPLETIONS | {"compat": compat}), "mine/m")
    body = model_server.wait_for(1)[0].body
    assert body["max_completion_tokens"] == 100
    assert "stream_options" not in body


async def test_a_known_provider_can_be_elsewhere_and_keeps_its_models(
    make: Make, model_server: ModelServer
) -> None:
    model_server.enqueue(say("Hello."))
    providers = make(anthropic={"baseUrl": model_server.url})
    assert await answer(providers, "anthropic/claude-opus-5") == "Hello."
    assert model_server.wait_for(1)[0].headers["x-api-key"] == "file-key"


async def test_a_model_that_nobody_described_is_told(make: Make) -> None:
    with pytest.raises(ModelFailed, match="There is no model named mine/x"):
        make(mine=COMPLETIONS).resolve("mine/x")


async def test_it_is_the_default_where_no_other_key_is(make: Make) -> None:
    assert make(mine=COMPLETIONS).default() == "mine/m"


async def test_a_changed_file_counts_when_models_are_listed(make: Make, home: Path) -> None:
    providers = make(mine=COMPLETIONS)
    told = json.loads((home / "models.json").read_text())
    told["providers"]["mine"]["models"].append({"id": "newer", "contextWindow": 5})
    (home / "models.json").write_text(json.dumps(told))
    assert {info.name: info.context_window for info in providers.models()}["mine/newer"] == 5
    del told["providers"]["mine"]
    (home / "models.json").write_text(json.dumps(told))
    assert not any(info.name.startswith("mine/") for info in providers.models())
