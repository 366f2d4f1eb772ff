"""A real HTTP server on loopback that speaks every model API from a script; the path says which.

It runs in a thread of its own, so that a daemon in another process can use it:

    def test_it(model_server):
        model_server.enqueue(Script(Say("one "), Gate("go"), Say("two")))
        ... run something with model_server.environ() ...
        model_server.reached("go")          # the first word was sent, the second was not
        model_server.open("go")
        [request] = model_server.wait_for(1)
        assert request.body["messages"][-1]["content"] == ...

`python -m support.model_server --chunks 2000 --rate 200` serves the same stream to everybody, for benchmarks.
"""

import argparse
import asyncio
import contextlib
import json
import os
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from support.model_script import (
    Call,
    Calls,
    Cut,
    Fail,
    Gate,
    Pause,
    Raw,
    Say,
    Script,
    Silence,
    Stamp,
    Step,
    Think,
    Tokens,
    say,
)
from support.model_wire import wire

__all__ = [
    "Call", "Calls", "Cut", "Fail", "Gate", "ModelServer", "Pause", "Raw", "Received", "Say", "Script", "Silence",
    "Step", "Think", "Tokens", "model_server", "say",
]  # fmt: skip

BOUND = 60.0 if "CI" in os.environ else 20.0
"""Seconds that a test waits for anything here."""


@dataclass
class Received:
    """A request as the server saw it."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    raw: bytes = b""
    query: str = ""
    begun: threading.Event = field(default_factory=threading.Event)
    """The response's headers were sent."""
    disconnected: threading.Event = field(default_factory=threading.Event)
    """The client went before the response had its end."""
    done: threading.Event = field(default_factory=threading.Event)
    """The server is done with it, in whatever way."""

    def text(self) -> str:
        """Everything of the body as one text, to search in."""
        return self.raw.decode("utf-8", "replace")


class _Gone(Exception):
    """The client went, or the script says that the connection ends."""


class ModelServer:
    """Answers each chat request with the next script; without one, with `when_empty(request)`."""

    def __init__(self, when_empty: Callable[[Received], Script] | None = None) -> None:
        self.when_empty = when_empty
        self.requests: list[Received] = []
        self.models: list[dict[str, Any]] = [{"id": "local-model"}]
        """What the lists of models say: `id`, and whatever a server adds to it."""
        self.listed: list[Received] = []
        """Requests for a list."""
        self.list_error = ""
        """What the lists answer with status 401 instead."""
        self.list_gate = ""
        """A gate in front of the lists."""
        self.scripts: deque[Script] = deque()
        self._changed = threading.Condition()
        self._gates: dict[str, threading.Event] = {}
        self._reached: dict[str, threading.Event] = {}
        self._loop = asyncio.new_event_loop()
        self._wake = asyncio.Event()
        self._up = threading.Event()
        self.port = 0
        self._thread = threading.Thread(target=self._run, name="model server", daemon=True)
        self._thread.start()
        assert self._up.wait(BOUND), "the model server did not start"

    # --- what a test says and asks

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environ(self) -> dict[str, str]:
        """The variables that send both vendors' formats here."""
        return {
            "ANTHROPIC_API_KEY": "sk-ant-test-key-0123456789",
            "ANTHROPIC_BASE_URL": self.url,
            "OPENAI_API_KEY": "sk-test-key-0123456789",
            "OPENAI_BASE_URL": f"{self.url}/v1",
        }

    def enqueue(self, *scripts: Script) -> None:
        with self._changed:
            self.scripts.extend(scripts)

    def open(self, gate: str) -> None:
        """Let every stream that stands at this gate, or comes to it later, go on."""
        self._event(self._gates, gate).set()
        self._loop.call_soon_threadsafe(self._wake.set)

    def reached(self, gate: str, timeout: float = BOUND) -> None:
        """Wait until a stream stands at this gate: all before it was sent."""
        assert self._event(self._reached, gate).wait(timeout), f"no stream came to the gate {gate!r}"

    def wait_for(self, count: int, timeout: float = BOUND) -> list[Received]:
        """All chat requests, as soon as there are `count` of them."""
        with self._changed:
            came = self._changed.wait_for(lambda: len(self.requests) >= count, timeout)
            assert came, f"{len(self.requests)} of {count} requests came"
            return list(self.requests)

    def close(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop)
            self._thread.join(BOUND)
            assert not self._thread.is_alive(), "the model server did not stop"

    # --- the thread

    def _event(self, events: dict[str, threading.Event], name: str) -> threading.Event:
        with self._changed:
            return events.setdefault(name, threading.Event())

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        with contextlib.suppress(asyncio.CancelledError):
            self._main = self._loop.create_task(self._serve())
            self._loop.run_until_complete(self._main)
        self._loop.run_until_complete(self._end_all())
        self._loop.close()

    async def _end_all(self) -> None:
        """One who connects while this ends is a task that nobody knew of a moment ago."""

        async def some_turns() -> None:
            for _ in range(8):
                await asyncio.sleep(0)

        await some_turns()  # what is just being accepted becomes a connection
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        await some_turns()  # a transport is closed in a turn behind its `close`

    def _stop(self) -> None:
        self._main.cancel()

    async def _serve(self) -> None:
        connections: set[asyncio.Task[None]] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = self._loop.create_task(self._connection(reader, writer))
            connections.add(task)
            task.add_done_callback(connections.discard)
            # a task that is cancelled before its first step closes nothing
            task.add_done_callback(lambda _: writer.close())

        server = await asyncio.start_server(accept, "127.0.0.1", self.port, limit=64 * 1024 * 1024)
        self.port = server.sockets[0].getsockname()[1]
        self._up.set()
        try:
            await asyncio.Event().wait()
        finally:
            server.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await self._read(reader)) is not None:
                await self._answer(request, reader, writer)
        except (_Gone, ConnectionError, asyncio.IncompleteReadError):
            pass

    async def _read(self, reader: asyncio.StreamReader) -> Received | None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        first, *lines = head.rstrip("\r\n").split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        raw = await reader.readexactly(int(headers.get("content-length", 0)))
        body = None
        with contextlib.suppress(ValueError):
            body = json.loads(raw) if raw else None
        path, _, query = path.partition("?")
        return Received(method, path, headers, body, raw, query)

    async def _answer(
        self, request: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if request.method == "GET":
            self.listed.append(request)
            if self.list_gate:
                await self._gate(self.list_gate)
            if self.list_error:
                refusal = {"error": {"message": self.list_error, "type": "invalid_request_error"}}
                await self._whole(writer, 401, {}, json.dumps(refusal).encode())
                return
            await self._whole(writer, 200, {}, json.dumps(self._list(request.path)).encode())
            return
        with self._changed:
            script = self.scripts.popleft() if self.scripts else None
            self.requests.append(request)
            self._changed.notify_all()
        if script is None:
            script = self._unexpected(request)
        watch = asyncio.get_running_loop().create_task(reader.read(1))
        work = asyncio.get_running_loop().create_task(self._play(script, request, writer))
        try:
            await asyncio.wait({watch, work}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                request.disconnected.set()
                raise _Gone
            try:
                work.result()
            except ConnectionError:
                request.disconnected.set()
                raise
        finally:
            for task in (watch, work):
                task.cancel()
            await asyncio.gather(watch, work, return_exceptions=True)
            request.done.set()

    def _list(self, path: str) -> dict[str, Any]:
        if path.endswith("/api/tags"):
            return {"models": [{"name": one["id"], "model": one["id"], **one} for one in self.models]}
        return {"object": "list", "data": [{"object": "model", **one} for one in self.models]}

    def _unexpected(self, request: Received) -> Script:
        if self.when_empty is not None:
            return self.when_empty(request)
        return Script(status=500, error="The test enqueued no answer for this request.")

    async def _play(self, script: Script, request: Received, writer: asyncio.StreamWriter) -> None:
        if script.before:
            await self._gate(script.before)
        if script.hang_up == "before":
            raise _Gone
        model = request.body.get("model", "") if isinstance(request.body, dict) else ""
        format_ = wire(request.path, script, model)
        if script.body is not None or script.status != 200:
            body = script.body if script.body is not None else format_.error_body()
            await self._whole(writer, script.status, script.headers, body)
            request.begun.set()
            return
        squeeze = zlib.compressobj(wbits=31) if script.gzip else None
        await self._head(writer, {"content-type": format_.content_type, **script.headers}, script.gzip)
        request.begun.set()
        if script.hang_up == "headers":
            raise _Gone
        for piece in format_.stream():
            if isinstance(piece, bytes):
                data = piece
                if squeeze is not None:
                    data = squeeze.compress(piece) + squeeze.flush(zlib.Z_SYNC_FLUSH)
                await self._chunks(writer, data, script.slice)
            else:
                await self._step(piece)
        if script.hang_up == "behind":
            raise _Gone
        if squeeze is not None:
            await self._chunks(writer, squeeze.flush(), 0)
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    async def _step(self, step: Any) -> None:
        match step:
            case Gate(name):
                await self._gate(name)
            case Pause(seconds):
                await asyncio.sleep(seconds)
            case Cut():
                raise _Gone
            case Silence():
                await asyncio.Event().wait()

    async def _gate(self, name: str) -> None:
        gate = self._event(self._gates, name)
        self._event(self._reached, name).set()
        while not gate.is_set():
            self._wake.clear()
            if not gate.is_set():
                await self._wake.wait()

    async def _head(self, writer: asyncio.StreamWriter, headers: dict[str, str], gzipped: bool) -> None:
        lines = ["HTTP/1.1 200 OK", "transfer-encoding: chunked"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += ["content-encoding: gzip"] if gzipped else []
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        await writer.drain()

    async def _chunks(self, writer: asyncio.StreamWriter, data: bytes, size: int) -> None:
        for at in range(0, len(data), size or len(data) or 1):
            part = data[at : at + size] if size else data
            writer.write(b"%x\r\n%b\r\n" % (len(part), part))
        await writer.drain()

    async def _whole(
        self, writer: asyncio.StreamWriter, status: int, headers: dict[str, str], body: bytes
    ) -> None:
        all_headers = {"content-type": "application/json", **headers, "content-length": str(len(body))}
        lines = [f"HTTP/1.1 {status} Scripted", *(f"{name}: {value}" for name, value in all_headers.items())]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        await writer.drain()


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    server = ModelServer()
    yield server
    server.close()


def steady(chunks: int, rate: float, stamp: bool) -> Script:
    """`chunks` pieces of text, `rate` a second; with `stamp` each begins with `@<monotonic ns>@`."""
    steps: list[Step] = []
    for number in range(chunks):
        steps += [Stamp() if stamp else Say(f"word{number} "), Pause(1 / rate)]
    return Script(*steps)


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve one steady stream to every chat request.")
    parser.add_argument("--chunks", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=200, help="chunks a second")
    parser.add_argument("--stamp", action="store_true", help="each chunk carries the time when it was sent")
    args = parser.parse_args()
    server = ModelServer(when_empty=lambda request: steady(args.chunks, args.rate, args.stamp))
    print(server.url, flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server._thread.join()


if __name__ == "__main__":
    main()
