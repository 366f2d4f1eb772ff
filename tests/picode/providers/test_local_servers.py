"""Servers on this machine: found where they are, told from others, and a real llama.cpp asked."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from picode.config.schema import Models
from picode.credentials import Credentials
from picode.messages import Stopped, TextDelta, UsageSeen
from picode.providers import discovery, ollama_host
from picode.providers.base import ModelFailed
from picode.providers.local_servers import base
from picode.providers.registry import Providers
from support.llama import llama
from support.model_calls import READ, collect, request, said, user
from support.model_server import BOUND, ModelServer, Script, say
from support.tiny_model import WORDS

__all__ = ["llama"]
NOWHERE = "http://127.0.0.1:9"
Make = Callable[..., Providers]


@pytest.fixture
async def make(home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Make]:
    """Providers of a machine on which nothing else listens; the environment says where a server is."""
    monkeypatch.setattr(ollama_host, "PORT", 9)
    monkeypatch.setattr(discovery, "WAIT", BOUND)
    made: list[Providers] = []

    def providers(**environ: str) -> Providers:
        told = {"LMSTUDIO_BASE_URL": NOWHERE, "LLAMACPP_BASE_URL": NOWHERE, **environ}
        made.append(Providers(Models(), Credentials(home / "credentials", told), told))
        return made[-1]

    yield providers
    for one in made:
        await one.close()


def names(known: Providers) -> list[str]:
    return [info.name for info in known.models() if info.name.startswith(("llamacpp/", "lmstudio/"))]


def test_each_has_its_own_place() -> None:
    assert base("lmstudio", {}) == "http://127.0.0.1:1234/v1"
    assert base("llamacpp", {}) == "http://127.0.0.1:8080/v1"
    assert base("llamacpp", {"LLAMACPP_BASE_URL": "http://10.0.0.2:9000/v1/"}) == "http://10.0.0.2:9000/v1"


async def test_lm_studio_is_found_and_is_the_default_where_nothing_else_is(
    make: Make, model_server: ModelServer
) -> None:
    model_server.models = [{"id": "gemma-3-4b", "owned_by": "organization_owner"}, {"id": "text-embedding-x"}]
    model_server.enqueue(say("Hello."))
    known = make(LMSTUDIO_BASE_URL=model_server.url)
    assert names(known) == ["lmstudio/gemma-3-4b"]
    assert known.default() == "lmstudio/gemma-3-4b"
    provider, info = known.resolve("lmstudio")
    assert (info.name, info.usable, info.why) == (
        "lmstudio/gemma-3-4b",
        True,
        f"{model_server.url}/v1 needs no key",
    )
    assert said(await collect(provider.stream(request(model="gemma-3-4b")))) == "Hello."
    assert model_server.wait_for(1)[0].path == "/v1/chat/completions"


async def test_what_else_listens_at_llama_cpp_s_port_is_left_alone(
    make: Make, model_server: ModelServer
) -> None:
    known = make(LLAMACPP_BASE_URL=model_server.url)
    assert names(known) == []
    assert [request.path for request in model_server.listed] == ["/v1/models"]
    model_server.models = [{"id": "tiny.gguf", "owned_by": "llamacpp", "meta": {"n_ctx": 512}}]
    [info] = [info for info in known.models() if info.name == "llamacpp/tiny.gguf"]
    assert info.context_window == 512


async def test_one_that_is_not_there_is_told_when_it_is_named(make: Make) -> None:
    known = make()
    assert names(known) == []
    provider, info = known.resolve("llamacpp/any")
    assert (info.usable, info.why) == (False, f"no llama.cpp was found at {NOWHERE}/v1")
    with pytest.raises(ModelFailed, match=r"127\.0\.0\.1:9") as failed:
        await collect(provider.stream(request(model="any")))
    assert failed.value.kind == "network"


async def test_a_failure_names_the_server_and_its_own_variables(
    make: Make, model_server: ModelServer
) -> None:
    model_server.enqueue(Script(status=401, error="no"))
    provider, _ = make(LMSTUDIO_BASE_URL=model_server.url).resolve("lmstudio/m")
    with pytest.raises(
        ModelFailed, match=r"LM Studio refused the key.*LMSTUDIO_API_KEY.*picode auth add lmstudio"
    ):
        await collect(provider.stream(request(model="m")))


async def test_a_real_llama_cpp_is_found_and_streams_a_turn(make: Make, llama: str) -> None:
    known = make(LLAMACPP_BASE_URL=llama)
    [info] = [info for info in known.models() if info.name.startswith("llamacpp/")]
    assert (info.usable, info.context_window, info.default) == (True, 512, True)
    provider, _ = known.resolve(info.name)
    asked = request(user("Say something."), model=info.name.partition("/")[2], max_tokens=12)
    events = await collect(provider.stream(asked))
    words = [event.text.strip() for event in events if isinstance(event, TextDelta)]
    assert len(words) > 3
    assert set(words) <= {*WORDS, ""}
    counted = [event.usage for event in events if isinstance(event, UsageSeen)][-1]
    assert (counted.output, counted.input + counted.cache_read > 10) == (12, True)
    assert events[-1] == Stopped("length")


async def test_a_real_llama_cpp_counts_what_it_had_read_before(make: Make, llama: str) -> None:
    provider, info = make(OPENAI_BASE_URL=f"{llama}/v1").resolve("openai")
    asked = request(user("The same question twice."), model=info.name.partition("/")[2], max_tokens=4)
    await collect(provider.stream(asked))
    events = await collect(provider.stream(asked))
    counted = [event.usage for event in events if isinstance(event, UsageSeen)][-1]
    assert counted.cache_read > counted.input


async def test_a_real_llama_cpp_takes_tools_and_says_when_a_prompt_is_too_long(
    make: Make, llama: str
) -> None:
    provider, info = make(LLAMACPP_BASE_URL=llama).resolve("llamacpp")
    model = info.name.partition("/")[2]
    events = await collect(provider.stream(request(user("Go."), model=model, tools=[READ], max_tokens=8)))
    assert isinstance(events[-1], Stopped)
    with pytest.raises(ModelFailed) as failed:
        await collect(provider.stream(request(user("word " * 900), model=model)))
    assert failed.value.kind == "overflow"
