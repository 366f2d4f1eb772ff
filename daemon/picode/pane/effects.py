"""What the pane asks of the daemon, done one after the other; every outcome comes back as an input.

Events go right from the socket to the pane, which draws when there are no more for now: a pane that falls behind draws
less often, and nothing piles up.
"""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from msgspec import structs

from picode.client.environment import DEMO, has_key, unheard
from picode.client.stream import Stream, connect
from picode.errors import Missing, PicodeError
from picode.pane.state import (
    Again,
    Back,
    Brought,
    Failed,
    Input,
    LookUp,
    Lost,
    Open,
    Opened,
    Replied,
    Submitted,
    Tell,
)
from picode.pane.theme import NOTHING, Given
from picode.paths import Paths
from picode.protocol import requests
from picode.protocol.events import Announced, Returned
from picode.protocol.replies import Attended, Files, Models, Prompts, SlashCommands, Snapshot
from picode.protocol.values import Place
from picode.tasks import spawn, stop

Choice = Literal["current", "new", "latest", "named", "exact", "fork"]
STARTING = 60.0
"""Seconds that extensions may take to begin."""
WAITING = 1000
"""Requests that may wait while the daemon is away."""


@dataclass(frozen=True)
class Start:
    """Which conversation a pane begins with."""

    place: Place
    choice: Choice = "current"
    name: str = ""
    model: str = ""
    history: int = 20
    scoped: tuple[str, ...] = ()
    """The models that the key for the next one goes through; none: all."""
    like: requests.Open | None = None
    """What each conversation that is opened here has besides: where it is, what is wished of it."""
    key: str = field(default="", repr=False)
    """For the provider of their model."""
    typed: tuple[Submitted, ...] = ()
    """What is said at once, as if it had been typed."""
    themes: Given = NOTHING
    thoughts: bool = False
    """All of what a model thinks is shown."""
    double_escape: Literal["tree", "fork", "none"] = "none"


class Daemon:
    """The pane's side of the connection: sends what the pane decided, and gives everything that comes to `put`.

    Events go to `take`, and `draw` follows when there are no more for now.
    """

    def __init__(
        self,
        paths: Paths,
        begin: Start,
        put: Callable[[Input], None],
        take: Callable[[Input], None] | None = None,
        draw: Callable[[], None] = lambda: None,
    ) -> None:
        self._paths, self._begin, self._put, self._take, self._draw = paths, begin, put, take or put, draw
        self._broken: asyncio.Future[None] | None = None
        self._stream: Stream | None = None
        self.conversation = ""
        self._todo: asyncio.Queue[Tell | Open | Again | None] = asyncio.Queue(WAITING)
        self._ready = asyncio.Event()
        self._beside: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Connect, open, and follow until cancelled. Raises what keeps it from the first connection."""
        self._broken = asyncio.get_running_loop().create_future()
        self._stream = await connect(
            self._paths, "chat", on_snapshot=self._anew, on_link=self._link, tail=max(self._begin.history, 50)
        )
        async with self._stream as stream:
            stream.listen(self._heard, self._draw)
            if session := self._begin.place.zellij_session:
                await stream.watch(f"workspace/{session}")
            await self._open(self._begin.choice, self._begin.name)
            if self._begin.model and self._begin.choice not in ("new", "current"):
                await stream.ask(requests.SetModel(0, self.conversation, self._begin.model))
            self._ready.set()
            for typed in self._begin.typed:
                self._put(typed)
            asking = spawn(self._work(), "pane requests")
            try:
                await self._broken
            finally:
                await stop(asking, *self._beside)

    def _heard(self, announced: Announced) -> None:
        try:
            self._take(announced.event)
        except Exception as error:
            # as it would come out of a task: the pane ends and tells
            if self._broken and not self._broken.done():
                self._broken.set_exception(error)

    def do(self, effect: Tell | Open | Again) -> None:
        """Put it at the end of what is to be asked; a full queue drops it, as nobody types a thousand lines ahead."""
        if not self._todo.full():
            self._todo.put_nowait(effect)

    def attend(self) -> None:
        """Somebody may be back, and is told what happened."""
        if not self._todo.full():
            self._todo.put_nowait(None)

    def look_up(self, effect: LookUp) -> None:
        """Ask beside what waits in the queue; the pane has a preview, a search and a summary under way at most."""
        task = spawn(self._look_beside(effect), "pane look-up")
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def _look_beside(self, effect: LookUp) -> None:
        await self._ready.wait()
        assert self._stream is not None
        try:
            reply = await self._stream.ask(effect.request, effect.seconds)
        except PicodeError as error:
            self._put(Failed(effect.request, error))
        else:
            self._put(Replied(effect.request, reply))

    async def _show_again(self) -> None:
        """The conversation anew: it is at another place, or the screen was cleared."""
        assert self._stream is not None
        if not self.conversation:
            return
        try:
            snapshot = await self._stream.follow(self.conversation)
        except PicodeError as error:
            self._put(Failed(requests.Look(0, self.conversation), error))
        else:
            self._put(Opened(snapshot, self._begin.history))

    async def files(self, query: str) -> list[str]:
        reply = await self._look_up(requests.GetFiles(0, self.conversation, query))
        return reply.paths if isinstance(reply, Files) else []

    async def prompts(self) -> list[str]:
        reply = await self._look_up(requests.GetPrompts(0))
        return reply.prompts if isinstance(reply, Prompts) else []

    async def _look_up(self, request: requests.AnyRequest, seconds: float = 10.0) -> object:
        """For what is only a help: nothing when it cannot be had."""
        await self._ready.wait()
        assert self._stream is not None
        try:
            return await self._stream.ask(request, seconds)
        except PicodeError:
            return None

    async def _work(self) -> None:
        while True:
            effect = await self._todo.get()
            if effect is None:
                await self._attend()
            elif isinstance(effect, Again):
                await self._show_again()
            elif isinstance(effect, Open):
                await self._switch(effect)
            else:
                await self._tell(effect)

    async def _switch(self, effect: Open) -> None:
        if effect.choice == "named" and effect.name == self.conversation:
            return  # the daemon told everybody in the workspace of what was opened here
        try:
            await self._open(effect.choice, effect.name)
        except PicodeError as error:
            self._put(Failed(requests.Open(0, self._begin.place), error))

    async def _tell(self, effect: Tell) -> None:
        assert self._stream is not None
        request = effect.request
        if getattr(request, "conversation", None) == "":
            # typed before the conversation was open
            request.conversation = self.conversation  # type: ignore[union-attr]
        if isinstance(request, requests.SetLayout):
            request.place = self._begin.place
        try:
            try:
                reply = await self._stream.ask(request)
            except Missing:
                if getattr(request, "conversation", None) != self.conversation:
                    raise
                # nothing was said in it yet, so it went with its daemon: take the one that is current now
                await self._open("current", "")
                request.conversation = self.conversation  # type: ignore[union-attr]
                reply = await self._stream.ask(request)
            self._put(Replied(request, reply, effect.why))
        except PicodeError as error:
            self._put(Failed(request, error, effect.text))

    async def _open(self, choice: Choice, name: str) -> None:
        assert self._stream is not None
        begin = self._begin
        like = begin.like or requests.Open(0, begin.place)
        ephemeral = like.ephemeral and choice == "new"
        asked = structs.replace(
            like,
            choice=choice,
            name=name,
            tail=1,
            model=begin.model,
            ephemeral=ephemeral,
            leaving=self.conversation if choice in ("new", "named") else "",
        )
        found = await self._stream.ask_for(Snapshot, asked)
        if begin.key:
            await self._stream.ask(requests.LendKey(0, found.conversation, begin.key))
        if self.conversation and self.conversation != found.conversation:
            await self._stream.leave(self.conversation)
        self.conversation = found.conversation
        snapshot = await self._stream.follow(found.conversation)
        snapshot.notices = snapshot.notices or found.notices
        if snapshot.status.model == DEMO and has_key():
            models = await self._stream.ask_for(Models, requests.GetModels(0))
            snapshot.notices = [*snapshot.notices, *filter(None, [unheard(models.models)])]
        self._put(Opened(snapshot, begin.history))
        self.attend()

    async def _attend(self) -> None:
        """Ask what a message may begin with. Say that a person can see it here; what happened while nobody could comes
        back, once."""
        brought = await self._look_up(requests.GetSlashCommands(0, self.conversation), STARTING)
        if isinstance(brought, SlashCommands):
            self._put(Brought(tuple(brought.commands), tuple(brought.shortcuts)))
        reply = await self._look_up(requests.Attend(0, self.conversation, self._begin.place, os.getpid()))
        if isinstance(reply, Attended) and reply.digest is not None:
            self._put(Returned(reply.digest))

    def _anew(self, snapshot: Snapshot) -> None:
        if snapshot.conversation == self.conversation:
            # perhaps it is another daemon
            self.attend()
            self._put(Opened(snapshot, self._begin.history, again=True))

    def _link(self, up: bool) -> None:
        self._put(Back() if up else Lost())
