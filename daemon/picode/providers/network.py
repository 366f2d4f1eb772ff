"""Sockets for httpx on bare asyncio protocols: half the work per chunk of the anyio streams that httpcore takes.

A model's answer is thousands of small reads; everything else of HTTP stays httpcore's. So a read of an answer's head
never holds bytes of its body: these wait, and `Stream.chunks` gives them without httpcore's layers. What it does not
give (the body's end, and everything that is wrong) is still there for httpcore, which comes to the same end.
"""

import asyncio
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from picode.providers.chunked import Broken, Chunks

AT_ONCE = 64 * 1024
"""Bytes that are read at once."""
# A reader that falls behind by so many bytes stops the sender.
MOST_UNREAD = 512 * 1024


class _Pipe(asyncio.BufferedProtocol):
    """Keeps what came until somebody reads, and wakes the one reader and the one writer that may wait."""

    def __init__(self) -> None:
        self.unread = bytearray()
        # one place for every read: asyncio's own way takes a quarter of a megabyte for each
        self.piece = memoryview(bytearray(AT_ONCE))
        self.ended = False
        self.failure: Exception | None = None
        self.reader: asyncio.Future[None] | None = None
        self.writer: asyncio.Future[None] | None = None
        self.full = False
        self.transport: Any = None
        self.deadline = 0.0
        self.watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        return self.piece

    def buffer_updated(self, nbytes: int) -> None:
        self.unread += self.piece[:nbytes]
        _wake(self.reader)
        if len(self.unread) > MOST_UNREAD:
            self.transport.pause_reading()

    def eof_received(self) -> None:
        self.ended = True
        _wake(self.reader)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        self.failure = exc
        self.rest()
        _wake(self.reader)
        _wake(self.writer)

    def expect(self, seconds: float) -> None:
        """Whoever reads gets a TimeoutError when nothing came for so long: one timer for thousands of reads."""
        loop = asyncio.get_running_loop()
        self.deadline = loop.time() + seconds
        if self.watch is None or self.watch.when() > self.deadline:
            self.rest()
            self.watch = loop.call_at(self.deadline, self._look)

    def rest(self) -> None:
        """Nothing is expected any more."""
        if self.watch is not None:
            self.watch.cancel()
            self.watch = None

    def _look(self) -> None:
        self.watch = None
        loop = asyncio.get_running_loop()
        if self.reader is None:
            return
        if loop.time() < self.deadline:
            self.watch = loop.call_at(self.deadline, self._look)
        else:
            _expire(self.reader, TimeoutError())

    def pause_writing(self) -> None:
        self.full = True

    def resume_writing(self) -> None:
        self.full = False
        _wake(self.writer)


def _wake(waiter: "asyncio.Future[None] | None") -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)


def _expire(waiter: "asyncio.Future[None]", error: Exception) -> None:
    if not waiter.done():
        waiter.set_exception(error)


async def _wait(waiter: "asyncio.Future[None]", timeout: float | None, error: Exception) -> None:
    if timeout is None:
        await waiter
        return
    timer = waiter.get_loop().call_later(timeout, _expire, waiter, error)
    try:
        await waiter
    finally:
        timer.cancel()


class Stream(httpcore.AsyncNetworkStream):
    """`at_body`: the last read ended with the head of an answer."""

    def __init__(self, pipe: _Pipe) -> None:
        self.pipe = pipe
        self.at_body = False
        # the last bytes of a head that is being read
        self._head: bytes | None = None
        self._chunks = Chunks()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        pipe = self.pipe
        if not pipe.unread and not pipe.ended:
            pipe.reader = asyncio.get_running_loop().create_future()
            try:
                await _wait(pipe.reader, timeout, httpcore.ReadTimeout())
            finally:
                pipe.reader = None
        if not pipe.unread and pipe.failure is not None:
            raise httpcore.ReadError(pipe.failure) from pipe.failure
        size = self._of_head(max_bytes)
        data = bytes(pipe.unread[:size])
        del pipe.unread[:size]
        self._go_on()
        return data

    async def chunks(self, timeout: float) -> bytes:
        """What came of a chunked body, waited for; nothing when the next is to be read in the ordinary way.

        Raises TimeoutError after so many seconds without a byte. Only for a body of which nothing was read yet.
        """
        pipe = self.pipe
        try:
            while not (data := self._chunks.take(pipe.unread)) and not self._chunks.over and not pipe.ended:
                pipe.expect(timeout)
                pipe.reader = asyncio.get_running_loop().create_future()
                try:
                    await pipe.reader
                finally:
                    pipe.reader = None
        except Broken as error:
            raise httpcore.RemoteProtocolError("a chunk does not end where it said") from error
        self._go_on()
        if not data:
            pipe.rest()
        return data

    def _of_head(self, most: int) -> int:
        """How many unread bytes a reader gets: of an answer's head, none behind it."""
        self.at_body = False
        if self._head is None:
            return most
        seen = self._head + self.pipe.unread
        end = seen.find(b"\r\n\r\n") + 4
        size = end - len(self._head)
        if end < 4 or size > most:
            self._head = bytes(seen[-3:]) if end < 4 else None
            return most
        self._head = None
        self.at_body = True
        return size

    def _go_on(self) -> None:
        pipe = self.pipe
        if not pipe.ended and len(pipe.unread) <= MOST_UNREAD and not pipe.transport.is_reading():
            pipe.transport.resume_reading()

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        pipe = self.pipe
        if not buffer:
            return
        self._head, self.at_body, self._chunks = b"", False, Chunks()
        if pipe.ended and pipe.transport.is_closing():
            raise httpcore.WriteError(pipe.failure or ConnectionResetError("the connection is closed"))
        pipe.transport.write(buffer)
        if pipe.full:
            pipe.writer = asyncio.get_running_loop().create_future()
            try:
                await _wait(pipe.writer, timeout, httpcore.WriteTimeout())
            finally:
                pipe.writer = None
            if pipe.failure is not None:
                raise httpcore.WriteError(pipe.failure) from pipe.failure

    async def aclose(self) -> None:
        self.pipe.rest()
        self.pipe.transport.close()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "Stream":
        loop = asyncio.get_running_loop()
        pipe = self.pipe
        try:
            pipe.transport = await loop.start_tls(
                pipe.transport, pipe, ssl_context,
                server_hostname=server_hostname, ssl_handshake_timeout=timeout,
            )  # fmt: skip
        except (TimeoutError, ConnectionAbortedError) as error:
            # asyncio says "aborted" when the handshake took too long
            raise httpcore.ConnectTimeout(error) from error
        except OSError as error:
            raise httpcore.ConnectError(error) from error
        return self

    def get_extra_info(self, info: str) -> Any:
        names = {"client_addr": "sockname", "server_addr": "peername"}
        if info == "is_readable":
            return self.pipe.ended or bool(self.pipe.unread)
        return self.pipe.transport.get_extra_info(names.get(info, info))


class Backend(httpcore.AsyncNetworkBackend):
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Stream:
        loop = asyncio.get_running_loop()
        local = None if local_address is None else (local_address, 0)
        try:
            async with asyncio.timeout(timeout):
                # addresses are tried side by side: a dead IPv6 route costs a quarter of a second, not the time-out
                _, pipe = await loop.create_connection(
                    _Pipe, host, port, local_addr=local, happy_eyeballs_delay=0.25
                )
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(error) from error
        except OSError as error:
            raise httpcore.ConnectError(error) from error
        connection = pipe.transport.get_extra_info("socket")
        for option in socket_options or ():
            connection.setsockopt(*option)
        return Stream(pipe)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
