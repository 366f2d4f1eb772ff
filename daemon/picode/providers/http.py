"""The one HTTP client of all providers: made when first needed, shared, and bounded in every wait.

`Http.events` asks and gives the answer's server-sent events in the batches in which they came. Every failure comes
out as `ModelFailed`; closing the generator closes the connection, and the server sees it.
"""

import asyncio
import contextlib
import importlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from picode import tasks
from picode.providers import failures
from picode.providers.base import ModelFailed
from picode.providers.failures import Asked
from picode.providers.sse import Events, Framing, TooLong

if TYPE_CHECKING:
    import httpx

    from picode.providers.network import Stream

MOST_OF_AN_ERROR = 64 * 1024
"""Bytes of an error's body that are read."""
SOON = 0.2
"""Seconds."""
Batch = list[tuple[str, bytes]]


@dataclass(frozen=True)
class Waits:
    """Seconds: until connected, until the answer's first byte, and between two pieces of it."""

    connect: float = 15
    first_byte: float = 120
    idle: float = 90


class Http:
    """Holds the client; `close` lets go of its connections."""

    def __init__(self, waits: Waits) -> None:
        self.waits = waits
        self._client: httpx.AsyncClient | None = None
        self._making = asyncio.Lock()
        self._expected = False

    def expect(self) -> None:
        """A question may come: the client is made when those who ask now have been answered."""
        if self._client is None and not self._expected:
            self._expected = True
            loop = asyncio.get_running_loop()
            loop.call_later(SOON, lambda: tasks.spawn(self.client(), "HTTP client"))

    async def client(self) -> "httpx.AsyncClient":
        async with self._making:
            if self._client is None:
                # the import and the certificates take 0.1 s, in which the daemon has others to serve
                self._client = await asyncio.to_thread(_make, self.waits)
            return self._client

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def events(
        self, asked: Asked, headers: dict[str, str], body: bytes, framing: Callable[[], Framing] = Events
    ) -> AsyncGenerator[Batch, None]:
        """POST `body` to `asked.url`; the answer's events, one list for each piece that came."""
        begun, reader, waits = False, framing(), self.waits
        try:
            async with contextlib.AsyncExitStack() as stack:
                async with asyncio.timeout(waits.connect + waits.first_byte):
                    client = await self.client()
                    opened = client.stream("POST", asked.url, headers=headers, content=body)
                    response = await stack.enter_async_context(opened)
                    await _check(response, asked, reader.KINDS)
                    answer = _Body(response)
                    piece = await answer.next(waits.first_byte)
                begun = True
                while piece:
                    if batch := reader.feed(piece):
                        yield batch
                    piece = await answer.next(waits.idle)
        except ModelFailed:
            raise
        except TimeoutError as error:
            raise failures.silence(asked, waits.idle if begun else waits.first_byte, begun) from error
        except TooLong as error:
            raise failures.nonsense(asked, str(error)) from error
        except Exception as error:
            raise failures.of_exception(asked, error, begun) from error


async def drain(batches: AsyncGenerator[Batch, None]) -> None:
    """Read what is left behind the last event, so that the connection can be used again; 0.25 s at most."""
    with contextlib.suppress(TimeoutError, ModelFailed):
        async with asyncio.timeout(0.25):
            async for _ in batches:
                pass


async def _check(response: "httpx.Response", asked: Asked, streams: tuple[str, ...]) -> None:
    """Raise what the server says in place of a stream."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if response.status_code == 200 and kind in streams:
        return
    read = bytearray()
    with contextlib.suppress(Exception):
        async for piece in response.aiter_bytes():
            read += piece
            if len(read) > MOST_OF_AN_ERROR:
                break
    if response.status_code == 200:
        raise failures.no_stream(asked, kind, bytes(read))
    raise failures.of_status(asked, response.status_code, dict(response.headers), bytes(read))


class _Body:
    """The body as it comes: chunks right from the socket, and whatever these are not through httpx."""

    def __init__(self, response: "httpx.Response") -> None:
        headers = response.headers
        plain = headers.get("content-encoding", "identity") == "identity"
        # httpx's decoders are passed by where nothing is to be decoded
        self._pieces: AsyncIterator[bytes] = (
            aiter(response.stream) if plain else response.aiter_bytes()  # type: ignore[arg-type]
        )
        stream = response.extensions.get("network_stream")
        chunked = headers.get("transfer-encoding", "").lower() == "chunked"
        direct = plain and chunked and getattr(stream, "at_body", False)
        self._stream: Stream | None = stream if direct else None

    async def next(self, wait: float) -> bytes:
        """The next piece, empty at the end. Raises TimeoutError after `wait` seconds without one."""
        if self._stream is not None:
            if piece := await self._stream.chunks(wait):
                return piece
            self._stream = None
        async with asyncio.timeout(wait):
            return await anext(self._pieces, b"")


def _make(waits: Waits) -> "httpx.AsyncClient":
    import httpcore
    import httpx

    from picode.providers.network import Backend

    # httpcore's locks load it at the first request, in the event loop: 25 ms
    with contextlib.suppress(ImportError):
        importlib.import_module("anyio._backends._asyncio")
    client = httpx.AsyncClient(
        timeout=httpx.Timeout(None, connect=waits.connect, write=waits.first_byte),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=60),
        follow_redirects=False,
    )
    # httpx has no argument for it; where its inside changes, its own sockets do the work
    for transport in (client._transport, *client._mounts.values()):
        pool = getattr(transport, "_pool", None)
        if isinstance(pool, httpcore.AsyncConnectionPool):
            pool._network_backend = Backend()
    return client
