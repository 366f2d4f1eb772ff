"""What servers of one's own have: found where they are, and nobody waits for those that are not."""

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from picode.config.schema import Models
from picode.credentials import Credentials
from picode.providers import discovery, ollama_host
from picode.providers.discovery import Discovery, Listed, openai_list
from picode.providers.registry import Providers
from support.model_calls import collect, request, said
from support.model_server import BOUND, ModelServer, say


@pytest.fixture(autouse=True)
def no_ollama_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    # the discard port: nobody listens there
    monkeypatch.setattr(ollama_host, "PORT", 9)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take longer than a person should wait."""
    monkeypatch.setattr(discovery, "WAIT", BOUND)


def providers(home: Path, **environ: str) -> Providers:
    return Providers(Models(), Credentials(home / "keys.json", environ), environ)


def found(known: Providers) -> Discovery:
    return known._found


def settle(known: Providers) -> None:
    """Wait for what was begun."""
    for server in found(known).servers.values():
        if server.asking is not None:
            server.asking.join(BOUND)


def names(known: Providers, provider: str) -> list[str]:
    return [info.name for info in known.models() if info.name.startswith(provider + "/")]


@pytest.fixture
def threads() -> Iterator[None]:
    before = threading.active_count()
    yield
    until = time.monotonic() + BOUND
    while threading.active_count() > before and time.monotonic() < until:
        threading.Event().wait(0.01)
    assert threading.active_count() <= before


LISTS = {
    "vLLM": ({"id": "qwen", "max_model_len": 32768}, Listed("qwen", 32768)),
    "llama.cpp": (
        {"id": "tiny.gguf", "meta": {"n_ctx_train": 4096, "n_vocab": 5}},
        Listed("tiny.gguf", 4096),
    ),
    "LM Studio": ({"id": "gemma-3-4b", "object": "model"}, Listed("gemma-3-4b")),
    "OpenRouter": ({"id": "a/b", "context_length": 8192, "pricing": {}}, Listed("a/b", 8192)),
    "nulls": ({"id": "x", "meta": None, "max_model_len": None}, Listed("x")),
}


@pytest.mark.parametrize(("one", "listed"), LISTS.values(), ids=LISTS)
def test_every_servers_list_is_read(one: dict[str, object], listed: Listed) -> None:
    assert openai_list({"data": [one]}) == [listed]


def test_the_models_of_a_compatible_server_are_named(
    home: Path, model_server: ModelServer, patient: None, threads: None
) -> None:
    model_server.models = [
        {"id": "nomic-embed-text"},
        {"id": "llama-3", "max_model_len": 9000},
        {"id": "qwen"},
    ]
    known = providers(home, OPENAI_BASE_URL=f"{model_server.url}/v1/", OPENAI_API_KEY="sk-o")
    assert names(known, "openai") == ["openai/llama-3", "openai/qwen"]
    assert known.default() == "openai/llama-3"
    assert known.resolve("openai/llama-3")[1].context_window == 9000
    assert known.resolve("llama")[1].name == "openai/llama-3"
    [seen] = model_server.listed
    assert (seen.path, seen.headers["authorization"]) == ("/v1/models", "Bearer sk-o")


def test_the_default_does_not_wait_and_is_right_as_soon_as_the_server_answered(
    home: Path, model_server: ModelServer, patient: None, threads: None
) -> None:
    model_server.list_gate = "list"
    known = providers(home, OPENAI_BASE_URL=f"{model_server.url}/v1")
    assert known.default() == "openai/default"
    assert known.resolve("openai/default")[1].name == "openai/default"
    model_server.reached("list")
    model_server.open("list")
    settle(known)
    assert known.default() == "openai/local-model"
    # a conversation that began before asks for the right one from now on
    assert known.resolve("openai/default")[1].name == "openai/local-model"


@pytest.mark.parametrize(
    ("variable", "path", "name"),
    [
        ("OPENAI_BASE_URL", "/v1", "openai"),
        ("OPENAI_BASE_URL", "/v1", "openai-responses"),
        ("OLLAMA_HOST", "", "ollama"),
    ],
)
async def test_the_very_first_question_waits_for_the_name(
    home: Path, model_server: ModelServer, patient: None, *, variable: str, path: str, name: str
) -> None:
    known = providers(home, **{variable: model_server.url + path})
    provider, info = known.resolve(f"{name}/default")
    assert info.name == f"{name}/default"
    model_server.enqueue(say("ok"))
    assert said(await collect(provider.stream(request(model="default")))) == "ok"
    assert model_server.requests[0].body["model"] == "local-model"
    await known.close()


def test_a_server_that_has_the_usual_model_keeps_it_as_default(
    home: Path, model_server: ModelServer, patient: None
) -> None:
    model_server.models = [{"id": "a"}, {"id": "gpt-5.4"}]
    known = providers(home, OPENAI_BASE_URL=f"{model_server.url}/v1")
    known.models()
    assert known.default() == "openai/gpt-5.4"


def test_ollamas_models_are_found_and_become_the_default(
    home: Path, model_server: ModelServer, patient: None, threads: None
) -> None:
    model_server.models = [{"id": "qwen3:8b"}, {"id": "mxbai-embed-large:latest"}]
    known = providers(home, OLLAMA_HOST=model_server.url)
    assert names(known, "ollama") == ["ollama/qwen3:8b"]
    assert known.default() == "ollama/qwen3:8b"
    provider, info = known.resolve("qwen3")
    assert (provider.name, info.name, info.usable) == ("ollama", "ollama/qwen3:8b", True)
    assert model_server.listed[0].path == "/api/tags"


def test_an_ollama_that_nobody_configured_is_found_when_models_are_listed_and_not_before(
    home: Path, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, patient: None
) -> None:
    monkeypatch.setattr(ollama_host, "PORT", model_server.port)
    known = providers(home)
    assert known.default() == "demo/demo"
    assert model_server.listed == []
    assert names(known, "ollama") == ["ollama/local-model"]
    assert known.default() == "ollama/local-model"


def test_without_any_server_nothing_is_asked_and_nothing_is_listed(home: Path, threads: None) -> None:
    known = providers(home, ANTHROPIC_API_KEY="sk-a")
    assert known.default().startswith("anthropic/")
    assert all(server.asking is None for server in found(known).servers.values())
    assert names(known, "ollama") == []


def test_a_configured_ollama_that_is_not_there_is_not_the_default_for_long(home: Path, patient: None) -> None:
    known = providers(home, OLLAMA_HOST="127.0.0.1:9")
    known.default()
    settle(known)
    assert known.default() == "demo/demo"
    assert "no Ollama was found at http://127.0.0.1:9" in known.resolve("ollama/qwen3")[1].why


async def test_a_silent_server_is_given_up_and_the_loop_goes_on(
    home: Path, model_server: ModelServer
) -> None:
    model_server.list_gate = "never"
    known = providers(home, OPENAI_BASE_URL=f"{model_server.url}/v1")
    listing = asyncio.get_running_loop().run_in_executor(None, known.models)
    turns = 0
    while not listing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100
    # whether the list or the question for it is given up first is a matter of microseconds
    [default] = [info.name for info in await listing if info.default]
    assert default in ("openai/default", "openai/gpt-5.4")
    model_server.open("never")


@pytest.mark.parametrize(
    "models", [[{"id": "\x1b[31mred"}], [{"name": "no id"}], [{"id": "text-embedding-3-small"}]]
)
def test_a_list_that_is_none_is_passed_over(
    home: Path, model_server: ModelServer, models: "list[dict[str, object]]", patient: None
) -> None:
    model_server.models = models
    known = providers(home, OPENAI_BASE_URL=f"{model_server.url}/v1")
    known.models()
    assert found(known).known("openai") == []
    assert known.default() == "openai/gpt-5.4"
