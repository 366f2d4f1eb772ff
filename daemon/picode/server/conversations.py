"""The living conversations, and which of them belongs to a place.

Inside Zellij each session has one current conversation; outside, the project names it: the one that was opened or
asked last there, else the one whose file was written last.
"""

import asyncio
import logging
import os
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from picode import tasks
from picode.errors import BadData, Missing, PicodeError, TryLater, UsageError
from picode.paths import project_name
from picode.protocol.events import AnyEvent, CurrentChanged
from picode.protocol.replies import Snapshot
from picode.protocol.requests import Open
from picode.protocol.values import Place, State
from picode.server.bus import Bus
from picode.sessions.branching import copied
from picode.sessions.display import path_entries
from picode.sessions.file import SessionFile
from picode.sessions.store import Store
from picode.sessions.stores import Stores
from picode.sessions.workspaces import Workspaces

if TYPE_CHECKING:
    from picode.agents.conversation import Conversation
    from picode.agents.extending.joined import Joined

MOST_AT_REST = 32
"""Living conversations; above that, the one that rests longest gives up its file."""
MOST_EMPTY = 64
"""Above that, one in which nothing was said yet may go, too."""
LONGEST_TAIL = 5000
ENDED_WITHIN = 6.0
"""Seconds that the end of one turn may take."""
log = logging.getLogger(__name__)

Make = Callable[[SessionFile, str, Callable[[AnyEvent], None]], "Conversation"]
"""A session file, a model's name (empty: what the conversation had, else the default), and where events go."""


class Conversations:
    """`changed(conversation)` is called after each of its events, for those who show its status."""

    def __init__(self, stores: Stores, workspaces: Workspaces, bus: Bus, boot: str, make: Make) -> None:
        self.stores, self.store = stores, stores.main
        self._workspaces, self._bus, self._boot, self._make = workspaces, bus, boot, make
        self._living: OrderedDict[str, Conversation] = OrderedDict()
        self._of_project: dict[str, str] = {}
        self._current: dict[str, str] = {}
        self._closing: dict[str, asyncio.Task[None]] = {}
        self.changed: Callable[[str, AnyEvent], None] = lambda conversation, event: None

    def __len__(self) -> int:
        return len(self._living)

    @property
    def busy(self) -> int:
        """How many are at work."""
        return sum(one.busy for one in self._living.values())

    def state_of(self, id_: str) -> State:
        """What the conversation is doing; one that does not live is idle."""
        return self._living[id_].status.state if id_ in self._living else "idle"

    def open(self, request: Open) -> "Conversation":
        """The conversation that the request means; it is the place's own from now on."""
        place = request.place
        _check(place)
        store = self.stores.of(request.directory)
        match request.choice:
            case "new":
                found = self._new(request, store)
            case "latest":
                found = self._latest(place, store) or self._new(request, store)
            case "named":
                found = self.get(_named(request))
            case "exact":
                found = self._exact(request, store)
            case "fork":
                found = self._copy(request, store)
            case _:
                found = self.of(place) or self._new(request, store)
        if request.wishes is not None:
            found.wish(request.wishes)
        if not found.session.ephemeral:
            self._choose(place, found)
        return found

    def get(self, name: str) -> "Conversation":
        """By id, the beginning of one, or its file; opened when it does not live. Raises Missing, UsageError."""
        if name in self._living:
            self._living.move_to_end(name)
            return self._living[name]
        return self._live(self.stores.find(name))

    def joined(self, name: str) -> "Joined | None":
        """The extensions of the conversation with this id, where it lives and has some."""
        return self._living[name].joined if name in self._living else None

    def of(self, place: Place) -> "Conversation | None":
        """The conversation of this place, when it has one."""
        _check(place)
        return self._of(place, "" if place.zellij_session else project_name(place.cwd))

    def _of(self, place: Place, project: str) -> "Conversation | None":
        if place.zellij_session:
            return self._known(self._workspaces.current(place.zellij_session))
        return self._known(self._of_project.get(project, "")) or self._latest(place, self.store)

    def make_for(self, place: Place) -> "Conversation":
        """The conversation of this place, made when it has none."""
        _check(place)
        project = "" if place.zellij_session else project_name(place.cwd)
        found = self._of(place, project) or self._new(Open(0, place), self.store)
        self._choose(place, found, project)
        return found

    def workspaces_of(self, conversation: str) -> list[str]:
        """Sessions of Zellij in which this conversation is the current one (of those seen in this life)."""
        return [name for name, id_ in self._current.items() if id_ == conversation]

    def current_of(self, session: str) -> str:
        """The conversation of this session of Zellij, if it was seen in this life; else an empty string."""
        return self._current.get(session, "")

    def snapshot(self, conversation: "Conversation", tail: int) -> Snapshot:
        """As it is now; every event up to `seq` is in it."""
        session = conversation.session
        entries, earlier = path_entries(session, max(0, min(tail, LONGEST_TAIL)))
        return Snapshot(
            id=0,
            conversation=conversation.id,
            path=str(session.path),
            cwd=session.cwd,
            seq=self._bus.seq(conversation.id),
            boot=self._boot,
            status=conversation.status,
            name=session.name,
            entries=entries,
            earlier=earlier,
            draft=conversation.draft,
            running=conversation.running,
            notices=[*session.notices, *self._workspaces.notices],
        )

    async def let_go(self, path: Path) -> str:
        """Close the conversation in this file, if it lives; its id. Raises TryLater while it is at work."""
        living = {os.path.realpath(one.session.path): one for one in self._living.values()}
        conversation = living.get(os.path.realpath(path))
        if conversation is None:
            return ""
        if conversation.busy:
            raise TryLater("The conversation is at work.", "Wait for the turn to end, or cancel it.")
        del self._living[conversation.id]
        await _end(conversation)
        return conversation.id

    async def close(self) -> None:
        """End every turn in order, keep what there is, close every file."""
        living = list(self._living.values())
        self._living.clear()
        await asyncio.gather(*map(_end, living), *self._closing.values())
        self.stores.close()

    def _new(self, request: Open, store: Store, id_: str = "") -> "Conversation":
        made = store.new(request.place.cwd, ephemeral=request.ephemeral, parent=request.parent, id_=id_)
        return self._live(made, request.model)

    def _exact(self, request: Open, store: Store) -> "Conversation":
        id_ = _named(request)
        if id_ in self._living:
            return self.get(id_)
        there = store.named(id_)
        return self._live(store.open(there[0])) if there else self._new(request, store, id_)

    def _copy(self, request: Open, store: Store) -> "Conversation":
        source = SessionFile.look(self.stores.path_of(_named(request)))
        try:
            cwd = os.path.realpath(request.place.cwd)
            made = copied(source, store.folder(cwd), cwd)
        finally:
            source.close()
        store.adopt(made)
        return self._live(made, request.model)

    def _latest(self, place: Place, store: Store) -> "Conversation | None":
        session = store.latest(place.cwd)
        return self._living.get(session.id) or self._live(session) if session is not None else None

    def _known(self, id_: str) -> "Conversation | None":
        """The one with this id, unless its file is gone or broken: then the place begins anew."""
        if not id_:
            return None
        try:
            return self.get(id_)
        except Missing:
            return None
        except PicodeError as error:
            log.warning("conversation %s cannot be opened: %s", id_, error)
            return None

    def _live(self, session: SessionFile, model: str = "") -> "Conversation":
        if session.id in self._living:
            return self._living[session.id]
        if session.id in self._closing:
            raise TryLater("This conversation is just being closed.", "Try again in a moment.")

        def emit(event: AnyEvent) -> None:
            self._bus.emit(session.id, event)
            self.changed(session.id, event)

        conversation = self._living[session.id] = self._make(session, model, emit)
        self._let_one_go()
        return conversation

    def _choose(self, place: Place, conversation: "Conversation", project: str = "") -> None:
        name = place.zellij_session
        if not name:
            self._of_project[project or project_name(place.cwd)] = conversation.id
        elif self._workspaces.current(name) != conversation.id:
            try:
                self._workspaces.choose(name, conversation.id)
            except PicodeError as error:
                log.warning("%s", error)  # it counts in this life of the daemon
            self._bus.announce(f"workspace/{name}", CurrentChanged(conversation.id))
        if name:
            self._current[name] = conversation.id

    def _let_one_go(self) -> None:
        """Above the bound, close one that rests and was not used longest."""
        if len(self._living) <= MOST_AT_REST:
            return
        # one without a message is only here, so it stays as long as there are not too many of them
        crowded = len(self._living) > MOST_EMPTY
        for id_, conversation in list(self._living.items())[:-1]:
            if not conversation.busy and (conversation.session.on_disk or crowded):
                del self._living[id_]
                task = self._closing[id_] = tasks.spawn(_end(conversation), f"close conversation {id_}")
                task.add_done_callback(lambda _, id_=id_: self._closing.pop(id_, None))  # type: ignore[misc]
                return


async def _end(conversation: "Conversation") -> None:
    try:
        async with asyncio.timeout(ENDED_WITHIN):
            await conversation.close()
    except Exception:
        log.exception("conversation %s did not end in order", conversation.id)


def _named(request: Open) -> str:
    if not request.name:
        raise UsageError("Which conversation?", "`picode sessions` lists them.")
    return request.name


def _check(place: Place) -> None:
    if not place.cwd.startswith("/") or "\0" in place.cwd:
        raise BadData(f"The directory {place.cwd[:200]!r} is not an absolute path.")
