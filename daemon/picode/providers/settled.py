"""A provider whose key takes time to be had: the keyring is asked, a command is run, a sign-in refreshed, before it is
asked; and once more when it refuses what there was. However many ask at the same time, it is done once.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
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

    async def _in_thread(self, name: str, refused: Secret | None) -> PicodeError | None:
        try:
            if refused is None:
                await asyncio.to_thread(self.credentials.settle, name)
            else:
                await asyncio.to_thread(self.credentials.again, name, refused)
        except PicodeError as error:
            return error
        return None


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
