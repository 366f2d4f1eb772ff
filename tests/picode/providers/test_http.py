"""Time-outs, cuts and cancellation, with both wire formats and a server that waits at gates."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import aclosing

import pytest

from picode import tasks
from picode.messages import StreamEvent, TextDelta
from picode.providers.base import ModelFailed, Provider
from support.model_calls import MAKERS, collect, request, said
from support.model_server import BOUND, Cut, Gate, ModelServer, Say, Script, Silence, say

pytestmark = pytest.mark.parametrize("kind", list(MAKERS))


async def failure_of(provider: Provider, events: "list[StreamEvent] | None" = None) -> ModelFailed:
    with pytest.raises(ModelFailed) as failure:
        async with aclosing(provider.stream(request())) as stream:
            async for event in stream:
                if events is not None:
                    events.append(event)
    return failure.value


async def test_words_come_while_the_rest_is_not_yet_sent(model_server: ModelServer, kind: str) -> None:
    model_server.enqueue(Script(Say("one "), Gate("more"), Say("two")))
    words: list[str] = []
    async for event in MAKERS[kind](model_server.url).stream(request()):
        if isinstance(event, TextDelta):
            words.append(event.text)
            model_server.open("more")
    assert words == ["one ", "two"]


async def test_closing_the_generator_closes_the_connection(model_server: ModelServer, kind: str) -> None:
    model_server.enqueue(Script(Say("one "), Silence()))
    provider = MAKERS[kind](model_server.url)
    async with aclosing(provider.stream(request())) as stream:
        async for event in stream:
            if isinstance(event, TextDelta):
                break
    [seen] = model_server.wait_for(1)
    assert await asyncio.to_thread(seen.disconnected.wait, BOUND)


@pytest.mark.parametrize("script", [Script(Silence()), Script(before="never")], ids=["body", "headers"])
async def test_cancelling_the_reader_closes_the_connection(
    model_server: ModelServer, kind: str, script: Script
) -> None:
    model_server.enqueue(script)
    reader = tasks.spawn(collect(MAKERS[kind](model_server.url).stream(request())), "reader")
    [seen] = await asyncio.to_thread(model_server.wait_for, 1)
    if not script.before:
        assert await asyncio.to_thread(seen.begun.wait, BOUND)
    await tasks.stop(reader)
    assert await asyncio.to_thread(seen.disconnected.wait, BOUND)


async def test_a_finished_answer_leaves_its_connection_for_the_next(
    model_server: ModelServer, kind: str
) -> None:
    model_server.enqueue(say("a"), say("b"))
    provider = MAKERS[kind](model_server.url)
    await collect(provider.stream(request()))
    pool = (await provider.http.client())._transport._pool  # type: ignore[attr-defined]
    first = pool.connections
    await collect(provider.stream(request()))
    assert pool.connections == first
    assert not any(seen.disconnected.is_set() for seen in model_server.requests)
    await provider.http.close()


async def test_no_first_byte_in_time_is_told(model_server: ModelServer, kind: str) -> None:
    model_server.enqueue(Script(before="never"))
    failure = await failure_of(MAKERS[kind](model_server.url, connect=0.8, first_byte=0.2))
    assert failure.kind == "timeout"
    assert "did not begin to answer within 0.2 s" in failure.message
    assert await asyncio.to_thread(model_server.requests[0].disconnected.wait, BOUND)


async def test_silence_in_the_middle_is_told(model_server: ModelServer, kind: str) -> None:
    model_server.enqueue(Script(Say("one "), Silence()))
    events: list[StreamEvent] = []
    failure = await failure_of(MAKERS[kind](model_server.url, idle=0.2), events)
    assert failure.kind == "timeout"
    assert "fell silent for 0.2 s" in failure.message
    assert said(events) == "one "


async def test_a_cut_stream_is_told_and_its_text_kept(model_server: ModelServer, kind: str) -> None:
    model_server.enqueue(Script(Say("one "), Cut()))
    events: list[StreamEvent] = []
    failure = await failure_of(MAKERS[kind](model_server.url), events)
    assert failure.kind == "cut"
    assert said(events) == "one "


async def test_a_stream_without_its_end_is_cut_too(model_server: ModelServer, kind: str) -> None:
    lines = kind == "ollama"
    headers = {"content-type": "application/x-ndjson" if lines else "text/event-stream"}
    nothing = b"\n\n" if lines else b": nothing\n\n"
    model_server.enqueue(Script(body=nothing, headers=headers), Script(body=b"", headers=headers))
    provider = MAKERS[kind](model_server.url)
    assert (await failure_of(provider)).kind == "cut"
    assert (await failure_of(provider)).kind == "cut"


async def test_a_web_page_is_no_answer(model_server: ModelServer, kind: str) -> None:
    model_server.enqueue(Script(body=b"<html>Welcome!</html>", headers={"content-type": "text/html"}))
    failure = await failure_of(MAKERS[kind](model_server.url))
    assert failure.kind == "protocol"
    assert "answered with text/html" in failure.message


async def test_a_redirect_is_not_followed_with_the_key(model_server: ModelServer, kind: str) -> None:
    model_server.enqueue(Script(status=302, headers={"location": "http://127.0.0.1:9/"}, error="moved"))
    assert (await failure_of(MAKERS[kind](model_server.url))).kind == "server"


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


async def test_a_refused_connection_is_told(kind: str, nobody: str) -> None:
    failure = await failure_of(MAKERS[kind](nobody))
    assert failure.kind == "network"
    assert failure.message.startswith("Nothing answers at 127.0.0.1:")


async def test_a_name_that_is_none_is_told(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    failure = await failure_of(MAKERS[kind]("http://no-such-host.invalid"))
    assert failure.kind == "network"
    assert failure.message == "The name of no-such-host.invalid cannot be found."


async def test_an_address_that_is_none_is_told(kind: str) -> None:
    for base in ("ftp://127.0.0.1", "http://[", "http://127.0.0.1:99999", "nonsense"):
        assert (await failure_of(MAKERS[kind](base))).kind in ("bad_request", "network"), base


async def test_a_hundred_answers_at_once_all_arrive(model_server: ModelServer, kind: str) -> None:
    model_server.enqueue(*(Script(Say("a"), Gate("all"), Say("b")) for _ in range(100)))
    provider = MAKERS[kind](model_server.url)
    work = [tasks.spawn(collect(provider.stream(request())), f"answer {n}") for n in range(100)]
    await asyncio.to_thread(model_server.wait_for, 100)
    model_server.open("all")
    assert {said(events) for events in await asyncio.gather(*work)} == {"ab"}
    await provider.http.close()
