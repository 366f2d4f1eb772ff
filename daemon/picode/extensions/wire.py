"""The extension process's side of its connection to the daemon: one JSON object a line, both ways, over a socket."""

import asyncio
import itertools
from collections.abc import Awaitable
from typing import Any

import msgspec

from picode import tasks
from picode.extensions.api import Bus

LONGEST = 64 * 1024 * 1024
"""Bytes of a line."""


class Refused(Exception):
    """What the daemon says instead of doing what was asked."""


class Wire:
    """`state` is what the daemon told last of the conversation."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self.state: dict[str, Any] = {}
        self.tasks: set[asyncio.Task[Any]] = set()
        self.bus = Bus(self.spawn)

    def send(self, message: dict[str, Any]) -> None:
        """Raises TypeError for what is no JSON."""
        self._writer.write(msgspec.json.encode(message, enc_hook=_plainly) + b"\n")

    def tell(self, method: str, args: dict[str, Any]) -> None:
        self.send({"type": "call", "method": method, "args": args})

    async def call(self, method: str, args: dict[str, Any]) -> Any:
        """The daemon's answer. Raises Refused."""
        number = next(self._numbers)
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            self.send({"type": "call", "id": number, "method": method, "args": args})
            return await future
        except asyncio.CancelledError:
            self.send({"type": "drop", "id": number})
            raise
        finally:
            del self._waiting[number]

    def answered(self, message: dict[str, Any]) -> None:
        future = self._waiting.get(message.get("id", 0))
        if future is None or future.done():
            return
        if "error" in message:
            future.set_exception(Refused(message["error"]))
        else:
            future.set_result(message.get("value"))

    def spawn(self, work: "Awaitable[Any]") -> "asyncio.Task[Any]":
        task = tasks.spawn(_awaited(work), "extension")
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task


async def _awaited(work: "Awaitable[Any]") -> Any:
    return await work


def _plainly(value: Any) -> Any:
    return str(value)
