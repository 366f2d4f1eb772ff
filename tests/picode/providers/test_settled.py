"""Keys that take time to be had: got once for all who ask, off the event loop, and once more when they are refused."""

import asyncio
import json
import os
import threading
from pathlib import Path

import pytest

from picode import credentials as keys
from picode.config.schema import CustomProvider, Models
from picode.credentials import Credentials, Secret, keyring
from picode.errors import PicodeError
from picode.messages import ModelRequest
from picode.openapi.security import Scheme
from picode.openapi.tokens import Tokens
from picode.providers import document_keys
from picode.providers.base import ModelFailed
from picode.providers.registry import Providers
from picode.providers.settled import Settled
from picode.tasks import spawn
from support.model_calls import collect, request, said
from support.model_script import Script, say
from support.model_server import ModelServer, Received
from support.oauth_server import OAuthServer, oauth_server, one_oauth_server

__all__ = ["oauth_server", "one_oauth_server"]

MODEL = "anthropic/claude-sonnet-4-5"


@pytest.fixture
def kept(home: Path) -> Credentials:
    return Credentials(home / "credentials.json", {})


@pytest.fixture
def providers(kept: Credentials, model_server: ModelServer) -> Providers:
    return Providers(Models(), kept, {"ANTHROPIC_BASE_URL": model_server.url})


def asked() -> ModelRequest:
    return request(model=MODEL.partition("/")[2])


async def answer(providers: Providers) -> str:
    return said(await collect(providers.resolve(MODEL)[0].stream(asked())))


async def test_twenty_questions_at_once_refresh_a_sign_in_once(
    providers: Providers, kept: Credentials, oauth_server: OAuthServer, model_server: ModelServer
) -> None:
    kept.add_tokens("anthropic", oauth_server.issued("anthropic", ended=True))
    model_server.when_empty = lambda _: say("hello")
    answers = await asyncio.gather(*(spawn(answer(providers), f"question {n}") for n in range(20)))
    assert answers == ["hello"] * 20
    assert oauth_server.refreshed == 1
    shown = {one.headers["authorization"].removeprefix("Bearer ") for one in model_server.requests}
    assert len(shown) == 1
    assert oauth_server.takes(shown.pop())
    assert not [one for one in model_server.requests if "x-api-key" in one.headers]
    await providers.close()


async def test_a_provider_of_ones_own_is_shown_the_token_in_its_own_way(
    kept: Credentials, home: Path, oauth_server: OAuthServer, model_server: ModelServer
) -> None:
    entry = {
        "baseUrl": model_server.url, "api": "anthropic-messages", "apiKey": "unused", "models": [{"id": "big"}],
    }  # fmt: skip
    (home / "models.json").write_text(json.dumps({"providers": {"mine": entry}}))
    kept.add_tokens("mine", oauth_server.issued("mine", ended=True))
    providers = Providers(Models(), kept, {}, home / "models.json")
    model_server.enqueue(say("hello"))
    assert said(await collect(providers.resolve("mine/big")[0].stream(request(model="big")))) == "hello"
    shown = model_server.requests[0].headers["authorization"]
    assert oauth_server.takes(shown.removeprefix("Bearer "))
    await providers.close()


async def test_a_document_of_openapi_is_given_the_token_of_a_sign_in(
    kept: Credentials, oauth_server: OAuthServer
) -> None:
    kept.add_tokens("shop", oauth_server.issued("shop", ended=True))
    key_of = document_keys.Keys("shop", CustomProvider(document="shop.yaml"), kept, {}, Tokens())
    scheme = Scheme("OAuth", "bearer")
    tokens = await asyncio.gather(*(asyncio.to_thread(key_of, scheme) for _ in range(5)))
    assert oauth_server.refreshed == 1
    assert len(set(tokens)) == 1
    assert oauth_server.takes(tokens[0])


async def test_a_refresh_that_fails_is_one_sentence_for_all_who_wait(
    providers: Providers, kept: Credentials, oauth_server: OAuthServer, model_server: ModelServer
) -> None:
    tokens = oauth_server.issued("anthropic", ended=True)
    oauth_server.tokens.clear()
    kept.add_tokens("anthropic", tokens)
    failures = await asyncio.gather(
        *(spawn(answer(providers), f"question {n}") for n in range(20)), return_exceptions=True
    )
    assert len({str(one) for one in failures}) == 1
    assert isinstance(failures[0], ModelFailed)
    assert failures[0].kind == "no_key"
    assert "picode auth login anthropic" in failures[0].hint
    assert oauth_server.refreshed == 1
    assert model_server.requests == []
    # a server that is down may come back: the question may be asked again
    oauth_server.down = 503
    kept.add_tokens("anthropic", oauth_server.issued("anthropic", ended=True))
    with pytest.raises(ModelFailed, match="refused to go on with the sign-in: status 503") as down:
        await answer(providers)
    assert down.value.kind == "network"
    await providers.close()


async def test_who_gives_up_leaves_the_others_their_refresh(
    providers: Providers, kept: Credentials, oauth_server: OAuthServer, model_server: ModelServer
) -> None:
    kept.add_tokens("anthropic", oauth_server.issued("anthropic", ended=True))
    model_server.when_empty = lambda _: say("hello")
    oauth_server.gate = threading.Event()
    first, second = (spawn(answer(providers), f"question {n}") for n in range(2))
    async with asyncio.timeout(60):
        while not oauth_server.refreshed:
            await asyncio.sleep(0.01)
    first.cancel()
    oauth_server.gate.set()
    assert await second == "hello"
    assert first.cancelled()
    assert oauth_server.refreshed == 1
    await providers.close()


async def test_a_token_that_is_refused_before_its_time_is_replaced_and_the_question_asked_again(
    providers: Providers, kept: Credentials, oauth_server: OAuthServer, model_server: ModelServer
) -> None:
    tokens = oauth_server.issued("anthropic", ended=False)
    kept.add_tokens("anthropic", tokens)

    def trusting(received: Received) -> Script:
        shown = received.headers["authorization"].removeprefix("Bearer ")
        good = shown != tokens.access.reveal() and oauth_server.takes(shown)
        return say("hello") if good else Script(status=401, error="no", error_type="authentication_error")

    model_server.when_empty = trusting
    assert await answer(providers) == "hello"
    assert len(model_server.requests) == 2
    assert oauth_server.refreshed == 1
    await providers.close()


async def test_a_command_is_run_off_the_loop_once_and_again_when_its_key_is_refused(
    providers: Providers, kept: Credentials, home: Path, model_server: ModelServer
) -> None:
    said_by = home / "said"
    said_by.write_text("sk-first-key-0123456789\n")
    kept.add_command("anthropic", f"echo x >> {home}/runs; cat {said_by}")
    found = kept.find("anthropic")
    assert found is not None
    assert found.origin == "the command echo …"
    assert not (home / "runs").exists()  # only looking runs nothing
    model_server.when_empty = lambda received: (
        say("hello")
        if received.headers["x-api-key"] == said_by.read_text().strip()
        else Script(status=401, error="no", error_type="authentication_error")
    )
    assert await asyncio.gather(*(answer(providers) for _ in range(5))) == ["hello"] * 5
    assert (home / "runs").read_text() == "x\n"
    said_by.write_text("sk-second-key-0123456789\n")
    assert await answer(providers) == "hello"
    assert (home / "runs").read_text() == "x\nx\n"
    kept.add_command("anthropic", "exit 3")
    with pytest.raises(ModelFailed, match=r"The command that says a key \(exit …\) failed"):
        await answer(providers)
    await providers.close()


async def test_a_command_that_still_runs_ends_with_the_daemon(
    providers: Providers, kept: Credentials, home: Path
) -> None:
    kept.add_command("anthropic", f"echo $$ > {home}/pid; sleep 300")
    waiting = spawn(answer(providers), "question")
    async with asyncio.timeout(60):
        while not (home / "pid").exists() or not (home / "pid").read_text().strip():
            await asyncio.sleep(0.01)
    await providers.close()
    with pytest.raises(ModelFailed, match="failed"):
        await waiting
    with pytest.raises(ProcessLookupError):
        os.kill(int((home / "pid").read_text()), 0)


async def test_a_keyring_that_hangs_holds_up_nobody_and_its_late_answer_counts(
    home: Path, monkeypatch: pytest.MonkeyPatch, model_server: ModelServer
) -> None:
    kept = Credentials(home / "credentials.json", {}, keyring_wait=60)
    providers = Providers(Models(), kept, {"ANTHROPIC_BASE_URL": model_server.url})
    unlocked = threading.Event()

    class Ring:
        def set_password(self, service: str, name: str, key: str) -> None: ...

        def get_password(self, service: str, name: str) -> str:
            assert unlocked.wait(60)
            return "sk-of-the-keyring-0123"

    monkeypatch.setattr(keyring, "backend", Ring)
    kept.add("anthropic", "sk-of-the-keyring-0123")
    model_server.when_empty = lambda _: say("hello")
    turns, done = 0, asyncio.Event()

    async def others() -> None:
        nonlocal turns
        while not done.is_set():
            turns += 1
            await asyncio.sleep(0.01)

    beside = spawn(others(), "others")
    waiting = spawn(answer(providers), "question")
    async with asyncio.timeout(60):
        while turns < 20:
            await asyncio.sleep(0.01)
    unlocked.set()
    assert await waiting == "hello"
    assert model_server.requests[0].headers["x-api-key"] == "sk-of-the-keyring-0123"
    done.set()
    await beside
    await providers.close()


async def test_a_key_that_is_at_hand_costs_nothing(model_server: ModelServer, home: Path) -> None:
    environ = {"ANTHROPIC_BASE_URL": model_server.url, "ANTHROPIC_API_KEY": "sk-environment"}
    known = Credentials(home / "credentials.json", environ)
    providers = Providers(Models(), known, environ)
    assert not isinstance(providers.resolve(MODEL)[0], Settled)
    known.add("openai", "sk-in-the-file")
    assert not isinstance(providers.resolve("openai/gpt-5.4")[0], Settled)


async def test_a_changed_key_counts_at_the_next_question(
    providers: Providers, kept: Credentials, model_server: ModelServer
) -> None:
    model_server.when_empty = lambda _: say("hello")
    other = Credentials(kept.file, {})
    with pytest.raises(PicodeError):
        await answer(providers)
    for key in ("sk-one-0123456789", "sk-two-0123456789"):
        other.add("anthropic", key)
        assert await answer(providers) == "hello"
    other.remove("anthropic")
    with pytest.raises(ModelFailed, match="no key"):
        await answer(providers)
    assert [one.headers["x-api-key"][:6] for one in model_server.requests] == ["sk-one", "sk-two"]
    await providers.close()


async def test_a_lent_key_needs_no_settling(
    providers: Providers, kept: Credentials, model_server: ModelServer
) -> None:
    kept.add_command("anthropic", "exit 3")
    keys.lend({"anthropic": Secret("sk-lent-0123456789")})
    model_server.when_empty = lambda _: say("hello")
    assert await answer(providers) == "hello"
    assert model_server.requests[0].headers["x-api-key"] == "sk-lent-0123456789"
    keys.lend({})
    await providers.close()
