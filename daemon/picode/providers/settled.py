"""A provider whose key takes time to be had: the keyring is asked, a command is run, a sign-in refreshed, before it is
asked; and once more when it refuses what there was. However many ask at the same time, it is done once.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from contextvars import copy_context
from typing import Any

from picode.credentials import Credentials, Secret
from picode.errors import PicodeError, Unavailable
from picode.messages import ModelRequest, StreamEvent
from picode.providers.base import ModelFailed, Provider
from picode.tasks import spawn


class Settling:
    """One for the daemon: what is under way, by the key's name."""

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials
        self._flights: dict[str, asyncio.Task[PicodeError | None]] = {}

    async def settle(self, name: str) -> None:
        """`find` has the key that counts after this. Raises ModelFailed."""
        if self.credentials.due(name):
            await self._once(name, None)

    async def another(self, name: str, refused: Secret) -> bool:
        """Whether there is another key than the one that was refused. Raises ModelFailed."""
        await self._once(name, refused)
        found = self.credentials.find(name)
        return found is not None and found.secret != refused

    async def _once(self, name: str, refused: Secret | None) -> None:
        if name not in self._flights:
            flight = spawn(self._in_thread(name, refused), f"key of {name}")
            self._flights[name] = flight
            flight.add_done_callback(lambda _: self._flights.pop(name, None))
        # who is cancelled leaves the others waiting
        if error := await asyncio.shield(self._flights[name]):
            # what the network kept from us is tried again
            kind = "network" if isinstance(error, Unavailable) else "no_key"
            raise ModelFailed(kind, error.message, error.hint)

    def close(self) -> None:
        """Commands that are still running are ended."""
        self.credentials.commands.close()

    async def _in_thread(self, name: str, refused: Secret | None) -> PicodeError | None:
        try:
            if refused is None:
                await _in_daemon_thread(lambda: self.credentials.settle(name))
            else:
                await _in_daemon_thread(lambda: self.credentials.again(name, refused))
        except PicodeError as error:
            return error
        return None


async def _in_daemon_thread(work: Callable[[], object]) -> None:
    """As `asyncio.to_thread`, but the process does not wait for it at its end: a person may be asked for a PIN."""
    loop, context = asyncio.get_running_loop(), copy_context()
    done: asyncio.Future[None] = loop.create_future()

    def tell(error: BaseException | None) -> None:
        if not done.done():
            done.set_result(None) if error is None else done.set_exception(error)

    def run() -> None:
        failure: BaseException | None = None
        try:
            context.run(work)
        except BaseException as error:
            failure = error
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(tell, failure)

    threading.Thread(target=run, name="settle", daemon=True).start()
    await done


class Settled:
    """`made` with its key settled before each question; in everything else it is `made`."""

    def __init__(self, made: Provider, key: str, settling: Settling) -> None:
        self._made, self._key, self._settling = made, key, settling
        self.name, self.api = made.name, made.api

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made, name)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        await self._settling.settle(self._key)
        used, begun = self._settling.credentials.find(self._key), False
        try:
            async with aclosing(self._made.stream(request)) as events:
                async for event in events:
                    begun = True
                    yield event
            return
        except ModelFailed as error:
            if begun or error.kind != "bad_key" or used is None:
                raise
            if not await self._settling.another(self._key, used.secret):
                raise
        async with aclosing(self._made.stream(request)) as events:
            async for event in events:
                yield event

    def ready(self) -> tuple[bool, str]:
        return self._made.ready()

    async def close(self) -> None:
        await self._made.close()
