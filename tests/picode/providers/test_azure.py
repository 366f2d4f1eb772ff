"""OpenAI's models at Azure: other addresses, another header, the same stream."""

from pathlib import Path

import pytest

from picode.config.schema import Models
from picode.credentials import Credentials
from picode.providers import quirks
from picode.providers.azure import VERSION, address
from picode.providers.registry import Providers
from support.model_calls import KEY, collect, openai, request, responses, said
from support.model_server import ModelServer, say

HOME = "https://mine.openai.azure.com"
OLD = f"{HOME}/openai/deployments"
ADDRESSES = [
    (HOME, "", f"{OLD}/gpt-5/chat/completions?api-version={VERSION}"),
    (f"{HOME}/", "2025-01-01", f"{OLD}/gpt-5/chat/completions?api-version=2025-01-01"),
    (f"{HOME}/openai", "", f"{OLD}/gpt-5/chat/completions?api-version={VERSION}"),
    (f"{OLD}/mine", "", f"{OLD}/mine/chat/completions?api-version={VERSION}"),
    (f"{OLD}/mine/chat/completions?api-version=2024-06-01", "2025-01-01",
     f"{OLD}/mine/chat/completions?api-version=2024-06-01"),
    (f"{HOME}/openai/v1", "2025-01-01", f"{HOME}/openai/v1/chat/completions"),
    (f"{HOME}/openai/v1/", "", f"{HOME}/openai/v1/chat/completions"),
]  # fmt: skip


@pytest.mark.parametrize(("base", "version", "whole"), ADDRESSES)
def test_an_address_may_be_given_in_every_form(base: str, version: str, whole: str) -> None:
    assert address(base, "/chat/completions", "gpt-5", version) == whole


def test_a_models_name_cannot_leave_its_place() -> None:
    assert "/deployments/..%2F..%3F/chat" in address(HOME, "/chat/completions", "../..?")


def test_the_responses_api_has_the_newer_form_only() -> None:
    for base in (HOME, f"{OLD}/mine", f"{HOME}/openai/v1"):
        assert address(base, "/responses", "gpt-5") == f"{HOME}/openai/v1/responses"


async def test_the_key_goes_in_azures_header(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quirks, "BY_HOST", (("", quirks.AZURE),))
    model_server.enqueue(say("ok"), say("ok"))
    for provider in (openai(model_server.url), responses(model_server.url)):
        provider.base = model_server.url
        assert said(await collect(provider.stream(request(model="mine")))) == "ok"
    chat, newer = model_server.requests
    assert (chat.path, chat.query) == (
        "/openai/deployments/mine/chat/completions",
        f"api-version={VERSION}",
    )
    assert newer.path == "/openai/v1/responses"
    assert newer.body["model"] == "mine"
    for seen in (chat, newer):
        assert seen.headers["api-key"] == KEY
        assert "authorization" not in seen.headers


def test_any_deployment_may_be_named_and_nobody_is_asked_for_a_list(home: Path) -> None:
    environ = {"OPENAI_BASE_URL": HOME, "OPENAI_API_KEY": "k", "OPENAI_API_VERSION": "2025-01-01"}
    known = Providers(Models(), Credentials(home / "keys.json", environ), environ)
    provider, info = known.resolve("openai/my-deployment")
    assert (provider.api, info.usable) == ("openai-completions", True)
    assert "openai" not in known._found.servers
    assert known.default() == "openai/gpt-5.4"
