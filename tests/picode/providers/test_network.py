"""httpx over our own sockets: TLS, large bodies both ways, a sender that is too quick."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpcore
import pytest

from picode.providers import network
from picode.providers.base import ModelFailed
from support.model_calls import anthropic, collect, request, said, user
from support.model_server import ModelServer, Say, Script, say
from support.tools import need

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
BOUND = 20


@asynccontextmanager
async def serving(handler: Handler, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    server = await asyncio.start_server(handler, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


@pytest.fixture
def certificate(home: Path) -> Path:
    """A certificate for 127.0.0.1 and its key, in one file."""
    need("openssl")
    file = home / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", home / "key.pem", "-out", file],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    file.write_bytes(file.read_bytes() + (home / "key.pem").read_bytes())
    return file


async def one_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    body = (
        b'data: {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "safe"}}\n\n'
        b'data: {"type": "message_stop"}\n\n'
    )
    writer.write(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: %d\r\n\r\n" % len(body) + body
    )
    writer.close()


def context(certificate: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate)
    return made


async def test_a_trusted_server_answers_over_tls(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with serving(one_answer, context(certificate)) as port:
        provider = anthropic(f"https://127.0.0.1:{port}")
        assert said(await collect(provider.stream(request()))) == "safe"
        await provider.http.close()


async def test_a_server_that_nobody_trusts_gets_nothing(certificate: Path) -> None:
    async with serving(one_answer, context(certificate)) as port:
        with pytest.raises(ModelFailed, match="is not safe") as failure:
            await collect(anthropic(f"https://127.0.0.1:{port}").stream(request()))
    assert failure.value.kind == "network"


async def test_a_server_without_tls_is_told() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with serving(plain) as port:
        with pytest.raises(ModelFailed, match="is not safe"):
            await collect(anthropic(f"https://127.0.0.1:{port}").stream(request()))


async def test_a_handshake_that_never_ends_is_a_timeout() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with serving(silent) as port:
        with pytest.raises(ModelFailed, match="could not be reached in time") as failure:
            await collect(anthropic(f"https://127.0.0.1:{port}", connect=0.2).stream(request()))
    assert failure.value.kind == "timeout"


async def test_megabytes_go_both_ways(model_server: ModelServer) -> None:
    model_server.enqueue(Script(*(Say("x" * 100_000) for _ in range(50))))
    events = await collect(anthropic(model_server.url).stream(request(user("y" * 5_000_000))))
    assert len(said(events)) == 5_000_000
    assert len(model_server.wait_for(1)[0].raw) > 5_000_000


async def test_a_reader_that_falls_behind_stops_the_sender() -> None:
    sent = 0
    stuck = asyncio.Event()

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.transport.set_write_buffer_limits(high=0)
        try:
            while True:
                writer.write(b"x" * 65536)
                sent += 65536
                drained = asyncio.ensure_future(writer.drain())
                done, _ = await asyncio.wait({drained}, timeout=0.5)
                if not done:
                    stuck.set()
                await drained
        except ConnectionError:
            writer.close()

    async with serving(flood) as port:
        stream = await network.Backend().connect_tcp("127.0.0.1", port, timeout=BOUND)
        await asyncio.wait_for(stuck.wait(), BOUND)
        assert len(stream.pipe.unread) <= network.MOST_UNREAD + 1024 * 1024
        for _ in range(50):
            assert await stream.read(65536, BOUND)
        await stream.aclose()


async def test_reading_after_the_end_gives_nothing_and_writing_fails() -> None:
    async def gone(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"bye")
        writer.close()

    async with serving(gone) as port:
        stream = await network.Backend().connect_tcp("127.0.0.1", port, timeout=BOUND)
        assert await stream.read(100, BOUND) == b"bye"
        assert await stream.read(100, BOUND) == b""
        assert stream.get_extra_info("is_readable")
        await stream.aclose()
        with pytest.raises(httpcore.WriteError):
            await stream.write(b"anybody?")


async def test_reading_has_its_bound(model_server: ModelServer) -> None:
    stream = await network.Backend().connect_tcp("127.0.0.1", model_server.port, timeout=BOUND)
    with pytest.raises(httpcore.ReadTimeout):
        await stream.read(1, 0.05)
    await stream.aclose()


async def test_the_shared_client_uses_these_sockets(model_server: ModelServer) -> None:
    model_server.enqueue(say("ok"))
    provider = anthropic(model_server.url)
    await collect(provider.stream(request()))
    pool = (await provider.http.client())._transport._pool  # type: ignore[attr-defined]
    assert isinstance(pool._network_backend, network.Backend)
    await provider.http.close()


async def test_a_connection_that_the_server_closed_is_not_used_again() -> None:
    async with serving(one_answer) as port:
        provider = anthropic(f"http://127.0.0.1:{port}")
        for _ in range(3):
            assert said(await collect(provider.stream(request()))) == "safe"
            pool = (await provider.http.client())._transport._pool  # type: ignore[attr-defined]
            async with asyncio.timeout(BOUND):
                while pool.connections and not pool.connections[0].has_expired():
                    await asyncio.sleep(0)
        await provider.http.close()
