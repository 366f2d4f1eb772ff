"""Which model a name means, which one is taken without a name, and why."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from picode.config.schema import Models
from picode.credentials import Credentials
from picode.errors import ConfigError
from picode.messages import Usage
from picode.providers.base import ModelFailed
from picode.providers.registry import Providers
from support.model_calls import collect, request, said
from support.model_server import ModelServer, say

ANTHROPIC = {"ANTHROPIC_API_KEY": "sk-a"}
OPENAI = {"OPENAI_API_KEY": "sk-o"}
LOCAL = {"OPENAI_BASE_URL": "http://127.0.0.1:8080/v1"}


def providers(
    home: Path, environ: "dict[str, str] | None" = None, default: str = "", models_file: Path | None = None
) -> Providers:
    return Providers(
        Models(default=default), Credentials(home / "keys.json", environ or {}), environ or {}, models_file
    )


@pytest.mark.parametrize(
    ("environ", "configured", "default", "why"),
    [
        ({}, "", "demo/demo", "no key was found"),
        (ANTHROPIC, "", "anthropic/claude-sonnet-5-5", "first provider"),
        (OPENAI, "", "openai/gpt-5.4", "first provider"),
        (ANTHROPIC | OPENAI, "", "anthropic/claude-sonnet-5-5", "first provider"),
        (ANTHROPIC, "openai/gpt-5.2", "openai/gpt-5.2", "configured"),
        ({}, "demo/demo", "demo/demo", "configured"),
    ],
)
def test_the_default_is_the_configured_model_else_the_first_with_a_key_else_the_demo(
    home: Path, environ: dict[str, str], configured: str, default: str, why: str
) -> None:
    known = providers(home, environ, configured)
    assert known.default() == default
    assert why in known.why()
    assert [model.name for model in known.models() if model.default] == [default]
    assert known.resolve(default)[1].name == default


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("anthropic/claude-opus-5", "anthropic/claude-opus-5"),
        ("claude-opus-5", "anthropic/claude-opus-5"),
        ("claude-haiku", "anthropic/claude-haiku-4-5"),
        ("anthropic/claude-haiku", "anthropic/claude-haiku-4-5"),
        ("gpt-5", "openai/gpt-5"),
        ("o4", "openai/o4-mini"),
        ("openai", "openai/gpt-5.4"),
        # of several the newest, as pi has it
        ("claude-opus", "anthropic/claude-opus-5-5"),
        ("sonnet", "anthropic/claude-sonnet-5-5"),
        ("anthropic/opus", "anthropic/claude-opus-5-5"),
        ("demo", "demo/demo"),
        (" demo/demo ", "demo/demo"),
    ],
)
def test_a_name_may_be_whole_bare_or_a_beginning(home: Path, name: str, full: str) -> None:
    provider, model = providers(home).resolve(name)
    assert model.name == full
    assert provider.name == full.partition("/")[0]
    assert model.context_window > 0


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("anthropic/claude-sonet-5", "anthropic/claude-sonnet-5"),
        ("claude-oops-5", "anthropic/claude-opus-5"),
        ("openia/gpt-5.4", "openai/gpt-5.4"),
        ("demo/other", "demo/demo"),
        ("zzzzzz", "picode models"),
        ("", "Did you mean"),
        ("anthropic/", "Did you mean anthropic/"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(home: Path, name: str, near: str) -> None:
    with pytest.raises(ModelFailed) as failure:
        providers(home).resolve(name)
    assert failure.value.kind == "unknown_model"
    assert near in failure.value.hint


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("openai/llama-3:8b", "openai/llama-3:8b"),
        ("qwen", "openai/qwen"),
        ("openai/meta/llama", "openai/meta/llama"),
    ],
)
def test_a_compatible_servers_models_need_no_list(home: Path, name: str, full: str) -> None:
    _, model = providers(home, LOCAL).resolve(name)
    assert (model.name, model.usable) == (full, True)
    assert (model.context_window, model.max_tokens) == (128_000, 16_384)


def test_what_cannot_be_used_says_why(home: Path) -> None:
    by_name = {model.name: model for model in providers(home, OPENAI).models()}
    assert by_name["openai/gpt-5.4"].usable
    assert "OPENAI_API_KEY in the environment" in by_name["openai/gpt-5.4"].why
    assert not by_name["anthropic/claude-opus-5"].usable
    assert "picode auth add anthropic" in by_name["anthropic/claude-opus-5"].why
    assert by_name["demo/demo"].usable


def test_keys_that_others_can_read_are_told_and_not_used(home: Path) -> None:
    known = providers(home)
    Credentials(home / "keys.json", {}).add("openai", "sk-o")
    (home / "keys.json").chmod(0o644)
    assert known.default() == "demo/demo"
    assert any("chmod 600" in model.why for model in known.models())


def test_a_configured_model_that_is_none_is_listed_with_its_fault(home: Path) -> None:
    [model] = [model for model in providers(home, {}, "anthropic/claude-9").models() if model.default]
    assert not model.usable
    assert "no model named anthropic/claude-9" in model.why


def test_prices_are_dollars_per_million(home: Path) -> None:
    cost = providers(home).price("anthropic/claude-opus-5", Usage(1_000_000, 100_000, 1_000_000, 1_000_000))
    assert (cost.input, cost.output, cost.cache_read, cost.cache_write) == (5, 2.5, 0.5, 6.25)
    assert cost.total == pytest.approx(14.25)
    assert providers(home).price("openai/who-knows", Usage(10, 10)).total == 0


def test_the_users_list_adds_and_overrides(home: Path) -> None:
    file = home / "models.json"
    mine = {
        "providers": {
            "anthropic": {"models": {"claude-9": {"context_window": 5, "input": 1}}, "default": "claude-9"}
        }
    }
    file.write_text(json.dumps(mine))
    known = providers(home, ANTHROPIC, models_file=file)
    assert known.default() == "anthropic/claude-9"
    assert known.resolve("claude-9")[1].context_window == 5
    assert known.resolve("claude-opus-5")[1].usable


@pytest.mark.parametrize(
    "text", ["", "[]", '{"providers": {"openai": {"models": {"a": {"price": 1}}}}}', "\x00"]
)
def test_a_broken_list_is_told_with_its_file(home: Path, text: str) -> None:
    file = home / "models.json"
    file.write_text(text)
    with pytest.raises(ConfigError, match=str(file)):
        providers(home, models_file=file)


async def test_providers_share_one_client_and_close_it(home: Path, model_server: ModelServer) -> None:
    model_server.enqueue(say("one"), say("two"))
    known = providers(home, model_server.environ())
    for name in ("anthropic/claude-opus-5", "openai/anything"):
        provider, model = known.resolve(name)
        assert said(await collect(provider.stream(request(model=model.name.partition("/")[2]))))
    assert [seen.path for seen in model_server.requests] == ["/v1/messages", "/v1/chat/completions"]
    assert model_server.requests[1].body["model"] == "anything"
    await known.close()


def test_asking_for_the_default_imports_no_http(home: Path) -> None:
    import subprocess

    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from picode.config.schema import Models\n"
        "from picode.credentials import Credentials\n"
        "from picode.providers.registry import Providers\n"
        "known = Providers(Models(), Credentials(Path('/nowhere'), {}), {})\n"
        "assert known.default() == 'demo/demo' and known.models()\n"
        "print([name for name in ('httpx', 'keyring', 'zmq', 'rich', 'yaml', 'cryptography', 'picode.openapi')"
        " if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


async def test_what_a_first_question_needs_is_made_before_it_and_nothing_for_the_demo(home: Path) -> None:
    known = providers(home, ANTHROPIC)
    http = known._parts.http
    known.expect("demo/demo")
    assert not http._expected
    for _ in range(2):
        known.expect("anthropic/claude-sonnet-5-5")
    async with asyncio.timeout(20):
        while http._client is None:
            await asyncio.sleep(0.01)
    made = http._client
    assert await http.client() is made
    assert "anyio._backends._asyncio" in sys.modules
    await known.close()
