"""The operations of `custom_providers` as tools: each is a request to a server, and only GET and HEAD read."""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import urlsplit

from picode import tasks
from picode.config.schema import CustomProvider
from picode.credentials import Credentials
from picode.errors import PicodeError
from picode.messages import ToolSpec
from picode.openapi.api import Api
from picode.openapi.calls import Call, call
from picode.openapi.library import Library
from picode.openapi.operations import Operation, whole
from picode.openapi.operations import Whole as WholeOperation
from picode.openapi.security import Shown, shown
from picode.plaintext import seen
from picode.providers.document_keys import Keys
from picode.providers.http import Http, Waits
from picode.tasks import spawn
from picode.tools.base import Arguments, Outcome, Place, Plan, Running, Tool, ToolFailed, said
from picode.tools.notices import limited

log = logging.getLogger(__name__)
LARGEST = 8 * 1024 * 1024
"""Bytes of an answer that are read."""
SECONDS = 120.0
TEXTS = ("json", "xml", "yaml", "javascript", "x-www-form-urlencoded", "csv")
LONGEST_NAME = 64


class Operations:
    """The tools of all documents. `find`: what is needed to send and to show keys."""

    def __init__(self, library: Library, credentials: Credentials, environ: Mapping[str, str]) -> None:
        self.library = library
        self._credentials, self._environ = credentials, environ
        self._http = Http(Waits())
        self._made: dict[str, tuple[Api, CustomProvider, dict[str, Tool]]] = {}

    def tools(self) -> dict[str, Tool]:
        """By name; those whose document is read. Never waits."""
        found: dict[str, Tool] = {}
        for name in self.library.names():
            try:
                api, entry = self.library.known(name), self.library.entry(name)
            except (PicodeError, KeyError):
                continue
            if api is None:
                continue
            made = self._made.get(name)
            if made is None or made[0] is not api or made[1] is not entry:
                made = self._made[name] = (api, entry, self._of(name, api, entry))
            found |= made[2]
        return found

    def unread(self) -> tuple[str, ...]:
        """How the tools begin whose documents are still being read."""
        return tuple(f"{name}_" for name in self.library.names() if self.library.reading(name))

    async def close(self) -> None:
        await self._http.close()

    def _of(self, name: str, api: Api, entry: CustomProvider) -> dict[str, Tool]:
        found: dict[str, Tool] = {}
        for one in api.chosen(entry.tools):
            try:
                made = self._tool(name, api, entry, one)
            except PicodeError as error:
                log.warning("an operation of %s is no tool: %s", name, error)
                continue
            found[made.spec.name] = made
        return found

    def _tool(self, name: str, api: Api, entry: CustomProvider, one: Operation) -> "OperationTool":
        read = whole(one)
        base = entry.base_url.rstrip("/") or api.base(one, entry.variables)

        def put() -> Shown:
            key_of = Keys(name, entry, self._credentials, self._environ, self.library.tokens)
            return shown(read.needs, key_of, name)

        return OperationTool(f"{name}_{one.name}"[:LONGEST_NAME], read, base, put, self._http)


class OperationTool:
    """One operation. `base`: where its paths are; empty where the document names no server."""

    def __init__(
        self, name: str, operation: WholeOperation, base: str, put: Callable[[], Shown], http: Http
    ) -> None:
        self.spec = ToolSpec(name, operation.told(), operation.arguments())
        self.reads = operation.head.reads
        self._operation, self._base, self._put, self._http = operation, base, put, http

    def plan(self, arguments: Arguments, place: Place) -> Plan:
        if not self._base:
            raise ToolFailed(f"The document of {self.spec.name} names no server, and no base_url is set.")
        try:
            made = call(self._operation, self._base, arguments, self._put())
        except PicodeError as error:
            raise ToolFailed(str(error)) from None
        what = f"{made.method} {made.url}"
        body = made.body.decode("utf-8", "replace") if made.body is not None else ""

        async def run(running: Running) -> Outcome:
            return await _stopped(self._sent(made), running)

        return Plan(what, run, detail=_readable(body), exactly=f"{what}\n{body}")

    async def _sent(self, made: Call) -> Outcome:
        import httpx

        client = await self._http.client()
        try:
            async with (
                asyncio.timeout(SECONDS),
                client.stream(made.method, made.address, headers=made.headers, content=made.body) as response,
            ):
                read, cut = bytearray(), False
                async for piece in response.aiter_bytes():
                    read += piece
                    if cut := len(read) > LARGEST:
                        break
                status, reason, headers = response.status_code, response.reason_phrase, response.headers
        except TimeoutError:
            raise ToolFailed(f"The server did not answer within {SECONDS:g} seconds.") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            host = urlsplit(made.url).netloc
            raise ToolFailed(f"{host} cannot be reached: {error or type(error).__name__}.") from None
        return _told(status, reason, headers, bytes(read), cut=cut)


def _told(status: int, reason: str, headers: Mapping[str, str], body: bytes, *, cut: bool) -> Outcome:
    """What the model gets. A status of failure is a failed call."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    first = f"{status} {reason}".strip()
    if 300 <= status < 400 and "location" in headers:
        first += f", see {seen(headers['location'].encode())}"
    if not body:
        text = first
    elif kind.startswith("text/") or any(word in kind for word in TEXTS) or not kind:
        text = f"{first}\n\n{_readable(seen(body))}"
    else:
        text = f"{first}\n\n({len(body):,} bytes of {kind})"
    if status >= 400:
        raise ToolFailed(limited(text, []).content[0].text, {"status": status})  # type: ignore[union-attr]
    notices = [f"Only the first {LARGEST >> 20} MB were read"] if cut else []
    return limited(text, notices, status=status) if body else said(text, status=status)


def _readable(text: str) -> str:
    """JSON with a line for each part: it is cut by lines."""
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return json.dumps(found, indent=1, ensure_ascii=False) if isinstance(found, dict | list) else text


async def _stopped(work: Coroutine[Any, Any, Outcome], running: Running) -> Outcome:
    """The work's outcome, or a failure as soon as the call is to end."""

    async def guarded() -> Outcome | ToolFailed:
        try:
            return await work
        except ToolFailed as failure:
            return failure

    done = spawn(guarded(), "an operation's request")
    stop = spawn(running.stop.wait(), "whether an operation is stopped")
    try:
        await asyncio.wait({done, stop}, return_when=asyncio.FIRST_COMPLETED)
        if not done.done():
            raise ToolFailed("The request was stopped; whether the server carried it out is not known.")
        if isinstance(found := done.result(), ToolFailed):
            raise found
        return found
    finally:
        await tasks.stop(done, stop)
