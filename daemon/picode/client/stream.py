"""Ask the daemon and follow its events, in asyncio: for the pane, print mode and other long-lived clients.

    async with await connect(paths.resolve(), "chat", on_snapshot=show) as stream:
        opened = await stream.ask_for(Snapshot, Open(id=0, place=place))
        show(await stream.follow(opened.conversation))
        async for announced in stream.events(): ...

`listen` takes the events by calls instead, without a task's turn for each.

`follow` subscribes, waits until that is active, and only then looks: no event is lost between. Numbers are checked;
a gap is filled by a replay. Where that cannot be (the events are no longer kept, or the daemon is another one),
`on_snapshot` gets the conversation as it is now, in its place among the events. A daemon that dies is started again;
one that was ended on purpose comes back with the next request.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from types import TracebackType
from typing import Self, TypeVar

from picode.client import start
from picode.client.link import hello
from picode.client.track import Track
from picode.client.wire import ACTIVE_WITHIN, GONE, Wire
from picode.errors import BadData, Missing, PicodeError, Unavailable
from picode.paths import Paths
from picode.protocol.events import Announced, DaemonStopping
from picode.protocol.replies import AnyReply, Replayed, Snapshot, Welcome
from picode.protocol.requests import AnyRequest, Look, Replay
from picode.tasks import spawn, stop

R = TypeVar("R")
EVERYBODY = "daemon"
MOST_UNREAD = 20_000
"""Events that the program may leave unread; then they are dropped, and a snapshot takes their place."""
AGAIN_AFTER = (0.05, 0.3, 1.0, 2.0, 5.0)
"""Seconds between tries to reach a daemon that ended; the last one stays."""


class Stream:
    """Made by `connect`. `events` has one reader; requests may come from anywhere in the same loop."""

    def __init__(self, paths: Paths, client: str, *, start: bool, tail: int) -> None:
        self._paths, self._client, self._start, self._tail = paths, client, start, tail
        self.on_snapshot: Callable[[Snapshot], None] = lambda snapshot: None
        self.on_link: Callable[[bool], None] = lambda up: None
        self._wire: Wire | None = None
        self._topics: set[str] = set()
        self._tracks: dict[str, Track] = {}
        self._unread: asyncio.Queue[Announced | Snapshot | None] = asyncio.Queue()
        self._mending: dict[str, asyncio.Task[None]] = {}
        self._returning: asyncio.Task[None] | None = None
        self._asking: asyncio.Task[None] | None = None
        self._on_event: Callable[[Announced], None] | None = None
        self._on_pause: Callable[[], None] = lambda: None
        self._held: list[Announced | Snapshot] | None = None
        self._failure: PicodeError = GONE
        self._on_purpose = self._closed = False
        self._up = True
        self.welcome: Welcome

    async def ask(self, request: AnyRequest, timeout: float = 10.0) -> AnyReply:
        """The reply; a refusal is raised as its error. A daemon that ended is started again first."""
        return await (await self._connected()).ask(request, timeout)

    async def ask_for(self, kind: type[R], request: AnyRequest, timeout: float = 10.0) -> R:
        """The same, for a reply whose type is known."""
        reply = await self.ask(request, timeout)
        if not isinstance(reply, kind):
            raise BadData(f"The daemon answered with {type(reply).__name__}, not with {kind.__name__}.")
        return reply

    async def follow(self, conversation: str) -> Snapshot:
        """This conversation as it is now; everything that comes after it will be among the events."""
        track = self._tracks[conversation] = Track()
        await self.watch(conversation)
        request = Look(id=0, conversation=conversation, tail=self._tail)
        reply = await self.ask_for(Snapshot, request)
        # whoever listens has the snapshot first
        self._held = self._held or []
        asyncio.get_running_loop().call_soon(self._hand_on)
        for ready in track.renewed(reply.seq):
            self._put(ready)
        return reply

    async def leave(self, conversation: str) -> None:
        """No more events of it."""
        self._tracks.pop(conversation, None)
        self._topics.discard(conversation)
        if self._wire is not None:
            self._wire.drop(conversation)

    async def watch(self, *topics: str) -> None:
        """The events of these topics (`workspace/<name>`: not numbered) from now on."""
        wire = await self._connected()
        self._topics.update(topics)
        await wire.subscribe(*topics)

    def listen(self, on_event: Callable[[Announced], None], on_pause: Callable[[], None]) -> None:
        """From now on each event goes to `on_event` at once, in order; `on_pause()` when no more are there for now.

        `events` then gives nothing, and ends with `close`."""
        while not self._unread.empty():
            self._give(self._unread.get_nowait(), on_event)
        self._on_event, self._on_pause = on_event, on_pause

    async def events(self) -> AsyncIterator[Announced]:
        """Every event in order, until `close`."""
        while (item := await self._unread.get()) is not None:
            if isinstance(item, Snapshot):
                self.on_snapshot(item)
            else:
                yield item

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        await stop(self._returning, *self._mending.values())
        if self._wire is not None:
            self._wire.close(Unavailable("The connection was closed."))
        self._unread.put_nowait(None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # the connection

    async def reach(self) -> None:
        """Connect, say hello and subscribe: the first time, and after each end of a daemon."""
        if self._start:
            await asyncio.to_thread(start.ensure_daemon, self._paths)
        elif not start.answers(self._paths):
            raise Unavailable("The daemon does not run.", "`picode daemon start` starts it.")
        for track in self._tracks.values():
            track.unknown()
        wire = Wire(self._paths, self._take, self._paused, self._catch_up, self._lost)
        try:
            welcome = await wire.ask(hello(self._client), ACTIVE_WITHIN)
            assert isinstance(welcome, Welcome)
            await wire.subscribe(EVERYBODY, *self._topics)
        except BaseException:
            wire.close()
            raise
        self._wire, self.welcome, self._on_purpose = wire, welcome, False

    async def _connected(self) -> Wire:
        """The living connection; somebody asks, so a daemon that was ended is started again."""
        if self._closed:
            raise Unavailable("The connection was closed.")
        if self._wire is None or not self._wire.alive:
            if self._asking is None or self._asking.done():
                await stop(self._returning)
                self._asking = self._returning = spawn(self._return(once=True), "start the daemon again")
            await asyncio.wait([self._asking], timeout=start.READY_WITHIN + ACTIVE_WITHIN)
        if self._wire is None or self._wire.closed:
            self._lost()
            raise self._failure
        return self._wire

    async def _return(self, *, once: bool = False) -> None:
        attempt = 0
        while True:
            try:
                # who ended the daemon on purpose does not want it back at once
                if once or not self._on_purpose or start.answers(self._paths):
                    await self.reach()
                    break
            except PicodeError as error:
                self._failure = error
                if once:
                    return
            await asyncio.sleep(AGAIN_AFTER[min(attempt, len(AGAIN_AFTER) - 1)])
            attempt += 1
        self._up = True
        self.on_link(True)
        for conversation in self._tracks:
            self._mend(conversation, self._renew(conversation))

    def _lost(self) -> None:
        if self._up:
            self._up = False
            self.on_link(False)
        if not self._closed and (self._returning is None or self._returning.done()):
            self._returning = spawn(self._return(), "come back to the daemon")

    # events

    def _take(self, topic: str, announced: Announced) -> None:
        if topic == EVERYBODY:
            self._on_purpose = self._on_purpose or isinstance(announced.event, DaemonStopping)
            self._put(announced)
        elif (track := self._tracks.get(topic)) is not None:
            for ready in track.take(announced):
                self._put(ready)
            if track.behind:
                self._mend(topic, self._replay(topic, track))
        elif topic in self._topics:
            self._put(announced)

    def _give(self, item: Announced | Snapshot | None, on_event: Callable[[Announced], None]) -> None:
        if isinstance(item, Snapshot):
            self.on_snapshot(item)
        elif item is not None:
            on_event(item)

    def _paused(self) -> None:
        self._on_pause()

    def _hand_on(self) -> None:
        held, self._held = self._held, None
        for item in held or ():
            self._put(item)
        self._on_pause()

    def _put(self, item: Announced | Snapshot) -> None:
        if self._held is not None:
            self._held.append(item)
            return
        if self._on_event is not None:
            self._give(item, self._on_event)
            return
        self._unread.put_nowait(item)
        if self._unread.qsize() > MOST_UNREAD:
            while not self._unread.empty():
                self._unread.get_nowait()
            for conversation in self._tracks:
                self._mend(conversation, self._renew(conversation))

    def _catch_up(self) -> None:
        for conversation, track in self._tracks.items():
            self._mend(conversation, self._replay(conversation, track))

    def _mend(self, conversation: str, work: Coroutine[None, None, None]) -> None:
        """One piece of mending at a time for each conversation."""
        if conversation in self._mending or self._closed:
            work.close()
            return
        task = self._mending[conversation] = spawn(work, f"mend {conversation}")
        task.add_done_callback(lambda _: self._mending.pop(conversation, None))

    async def _replay(self, conversation: str, track: Track) -> None:
        """Fill the gap, or begin anew from a snapshot."""
        if self._wire is None:
            return
        try:
            reply = await self._wire.ask(Replay(id=0, conversation=conversation, after=track.last), 10)
        except (Missing, BadData):
            await self._renew(conversation)
            return
        except PicodeError:
            return  # the connection is lost: coming back renews everything
        if isinstance(reply, Replayed) and self._tracks.get(conversation) is track:
            for ready in track.filled(reply.events):
                self._put(ready)
            self._on_pause()

    async def _renew(self, conversation: str) -> None:
        """The conversation as it is now, in its place among the events."""
        track = self._tracks.get(conversation)
        if self._wire is None or track is None:
            return
        try:
            reply = await self._wire.ask(Look(id=0, conversation=conversation, tail=self._tail), 10)
        except PicodeError:
            return  # one that had no message yet has gone with its daemon; the next request tells
        if isinstance(reply, Snapshot) and self._tracks.get(conversation) is track:
            self._put(reply)
            for ready in track.renewed(reply.seq):
                self._put(ready)
            self._on_pause()


async def connect(
    paths: Paths,
    client: str = "chat",
    *,
    start: bool = True,
    on_snapshot: Callable[[Snapshot], None] | None = None,
    on_link: Callable[[bool], None] | None = None,
    tail: int = 200,
) -> Stream:
    """Connect, with `start` also to a daemon that must be started first.

    `on_snapshot(snapshot)` when a conversation must be shown anew, `on_link(up)` when the daemon is gone or back.
    Raises Unavailable, WrongProtocol, and what keeps a daemon from starting.
    """
    stream = Stream(paths, client, start=start, tail=tail)
    stream.on_snapshot = on_snapshot or stream.on_snapshot
    stream.on_link = on_link or stream.on_link
    await stream.reach()
    return stream
