"""One connection in asyncio: both sockets, the replies that are awaited, the subscriptions that become active.

It lives until the daemon closes its end; `Stream` makes another one then.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from picode.client.link import Link
from picode.client.subscription import WAITING_EVENTS, Subscription
from picode.errors import PicodeError, Unavailable
from picode.paths import Paths
from picode.protocol import codec
from picode.protocol.events import Announced, Subscribed
from picode.protocol.replies import AnyReply, Refused
from picode.protocol.requests import AnyRequest

ACTIVE_WITHIN = 5.0
GONE = Unavailable("The daemon ended before it answered.", "Try again.")


class Wire:
    """`on_event(topic, announced)` for each event, `on_pause()` when there are no more for now, `on_backlog()` when
    some may have been dropped unseen, `on_lost()` once, when the daemon is gone."""

    def __init__(
        self,
        paths: Paths,
        on_event: Callable[[str, Announced], None],
        on_pause: Callable[[], None],
        on_backlog: Callable[[], None],
        on_lost: Callable[[], None],
    ) -> None:
        self._on_event, self._on_pause = on_event, on_pause
        self._on_backlog, self._on_lost = on_backlog, on_lost
        self._loop = asyncio.get_running_loop()
        self._link, self._events = Link(paths), Subscription(paths)
        self._asked: dict[int, asyncio.Future[AnyReply]] = {}
        self._welcomes: dict[str, asyncio.Future[None]] = {}
        self.closed = False
        self._loop.add_reader(self._link.fileno(), self._replies)
        self._loop.add_reader(self._events.fileno(), self._announcements)

    @property
    def alive(self) -> bool:
        """Whether the daemon is still there, as far as is known now."""
        if not self.closed:
            self._replies()
        return not self.closed

    async def ask(self, request: AnyRequest, timeout: float) -> AnyReply:
        """The reply; a refusal is raised as its error. Raises Unavailable."""
        number = None if self.closed else self._link.send(request)
        if number is None:
            raise Unavailable("The daemon is gone.", "Try again.")
        future: asyncio.Future[AnyReply] = self._loop.create_future()
        self._asked[number] = future
        # sending may have swallowed the sign that something came
        self._loop.call_soon(self._replies)
        try:
            async with asyncio.timeout(timeout):
                reply = await future
        except TimeoutError:
            raise Unavailable(
                f"The daemon did not answer within {timeout:g} seconds.",
                "`picode daemon restart` starts another one.",
            ) from None
        finally:
            self._asked.pop(number, None)
        if isinstance(reply, Refused):
            raise codec.error_of(reply)
        return reply

    async def subscribe(self, *topics: str) -> None:
        """Wait until these topics are active."""
        if self.closed:
            raise GONE
        welcome = self._events.add(*topics)
        future: asyncio.Future[None] = self._loop.create_future()
        self._welcomes[welcome] = future
        self._loop.call_soon(self._announcements)
        try:
            async with asyncio.timeout(ACTIVE_WITHIN):
                await future
        except TimeoutError:
            raise Unavailable(
                "The daemon does not announce events.", "`picode daemon restart` starts another one."
            ) from None
        finally:
            self._welcomes.pop(welcome, None)
            if not self.closed:
                self._events.drop(welcome)

    def drop(self, topic: str) -> None:
        if not self.closed:
            self._events.drop(topic)

    def close(self, error: PicodeError = GONE) -> None:
        """Whoever waits for something gets `error`."""
        if self.closed:
            return
        self.closed = True
        for socket in (self._link, self._events):
            self._loop.remove_reader(socket.fileno())
            socket.close()
        waiting: list[asyncio.Future[Any]] = [*self._asked.values(), *self._welcomes.values()]
        for future in waiting:
            if not future.done():
                future.set_exception(error)

    def _replies(self) -> None:
        if self.closed:
            return
        readable = alive = True
        while readable:
            while (reply := self._link.receive()) is not None:
                future = self._asked.pop(reply.id, None)
                if future is not None and not future.done():
                    future.set_result(reply)
            # looking swallows the sign of what has come since
            readable, alive = self._link.look()
        if not alive:
            self.close()
            self._on_lost()

    def _announcements(self) -> None:
        for _ in range(WAITING_EVENTS // 2):
            found = None if self.closed else self._events.receive()
            if found is None:
                self._on_pause()
                return
            topic, announced = found
            if not isinstance(announced.event, Subscribed):
                self._on_event(topic, announced)
            elif (future := self._welcomes.get(topic)) is not None and not future.done():
                future.set_result(None)
        # so long a queue may have been full: what was dropped at its end shows in no gap
        self._on_pause()
        self._on_backlog()
        self._loop.call_soon(self._announcements)
