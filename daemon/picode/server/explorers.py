"""One explorer for each Zellij session that was seen: what it may do, and when it looks again."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING

from picode import tasks
from picode.errors import PicodeError
from picode.paths import Paths
from picode.protocol.events import InputInserted, Noticed
from picode.protocol.requests import Open, Send
from picode.protocol.terminal import Fetch
from picode.protocol.values import ConversationInfo, Place, Status
from picode.server.bus import Bus
from picode.server.conversations import Conversations
from picode.server.fetch import fetch
from picode.server.referred import Referred
from picode.server.terminals import Terminals
from picode.server.touched import Touched
from picode.server.watches import Watches

if TYPE_CHECKING:
    from picode.server.explorer import Explorer

MOST = 64
MOST_CONVERSATIONS = 500
log = logging.getLogger(__name__)


class Explorers:
    """`sign_of_life(place)` for whatever comes from inside Zellij."""

    def __init__(
        self, paths: Paths, conversations: Conversations, terminals: Terminals, bus: Bus, watches: Watches
    ) -> None:
        self._paths, self._conversations, self._terminals, self._bus = paths, conversations, terminals, bus
        self._watches = watches
        self.somebody: Callable[[str], None] = lambda session: None
        """Called when it seems that a terminal is attached to this session."""
        self.send: Callable[[Send], object] = lambda request: None
        """Takes what is sent from here as if a shell's key had sent it: shown first where that is wanted, and kept."""
        self._places: dict[str, Place] = {}
        self._explorers: dict[str, Explorer] = {}
        self._touched, self._referred = Touched(), Referred()

    def sign_of_life(self, place: Place, *, shell: bool = False) -> None:
        """A client of this session is here; with a new shell, the session may be a resurrected one."""
        session = place.zellij_session
        if not session or not place.zellij_env:
            return
        self._places[session] = place
        try:
            self._explorer(session, place.zellij_env, Path(place.cwd)).start()
        except (PicodeError, OSError) as error:
            log.warning("no explorer for %s: %s", session, error)
        if shell:
            tasks.spawn(self._resume(session, place.zellij_env), f"resume the assistant of {session}")

    def changed(self, session: str) -> None:
        """Status or commands have changed."""
        if session in self._explorers:
            self._explorers[session].changed()

    def environment(self, session: str) -> dict[str, str]:
        """What a call of Zellij needs to find this session; empty for one that was not seen."""
        place = self._places.get(session)
        return dict(place.zellij_env) if place is not None else {}

    def look_around(self, session: str) -> None:
        """Nobody is attached: the plugin's instances should know, so that they tell of who comes back."""
        if session in self._explorers:
            self._explorers[session].look_around()

    async def close(self) -> None:
        explorers = list(self._explorers.values())
        self._explorers.clear()
        await asyncio.gather(*(one.close() for one in explorers), return_exceptions=True)

    def _explorer(self, session: str, env: Mapping[str, str], cwd: Path) -> "Explorer":
        if session not in self._explorers:
            from picode.server.explorer import Explorer
            from picode.server.explorer_callbacks import Callbacks

            async def insert(text: str) -> None:
                self._bus.emit(self._conversation(session), InputInserted(text))

            async def resume(conversation: str) -> None:
                self._conversations.open(Open(0, self._places[session], "named", conversation))

            async def send_command(terminal: str, number: int) -> None:
                await self._send(session, terminal, Fetch(number=number))

            async def send_pane(pane: str) -> None:
                await self._send_pane(session, env, pane)

            if len(self._explorers) >= MOST:
                oldest = next(iter(self._explorers))
                tasks.spawn(self._explorers.pop(oldest).close(), f"close the explorer of {oldest}")
            callbacks = Callbacks(
                insert=insert,
                send_command=send_command,
                send_pane=send_pane,
                status=lambda: self._status(session),
                commands=lambda: self._terminals.notes(session),
                resume=resume,
                conversations=lambda: self._listed(session),
                current=lambda: self._current(session),
                touched=lambda project: self._changed_in(session, project),
                referred=lambda project: self._referred_in(session, project),
                paused=lambda: self._paused(session),
                seen=lambda: self.somebody(session),
            )
            self._explorers[session] = Explorer(session, env, cwd, callbacks, self._watches.seat)
        return self._explorers[session]

    def _status(self, session: str) -> Status:
        conversation = self._conversations.of(self._places[session])
        return conversation.status if conversation is not None else Status()

    async def _listed(self, session: str) -> Sequence[ConversationInfo]:
        living, cwd = self._conversations, self._places[session].cwd
        found = await asyncio.to_thread(living.store.list, cwd, MOST_CONVERSATIONS)
        for info in found:
            info.state = living.state_of(info.id)
        return [info for info in found if info.messages or info.first]

    def _current(self, session: str) -> str:
        conversation = self._conversations.of(self._places[session])
        return conversation.id if conversation is not None else ""

    def _changed_in(self, session: str, project: Path) -> Set[str]:
        conversation = self._conversations.of(self._places[session])
        return self._touched.below(project, conversation.session) if conversation is not None else frozenset()

    def _referred_in(self, session: str, project: Path) -> Mapping[str, tuple[int, int]]:
        conversation = self._conversations.of(self._places[session])
        return self._referred.below(project, conversation.session) if conversation is not None else {}

    def _paused(self, session: str) -> tuple[int, int]:
        terminals = self._terminals.all(session)
        return sum(bool(getattr(one, "paused", False)) for one in terminals), len(terminals)

    def _conversation(self, session: str) -> str:
        return self._conversations.make_for(self._places[session]).id

    async def _send(self, session: str, terminal: str, request: Fetch) -> None:
        """Send a command's output; what goes wrong is told in the assistant's pane, where somebody looks."""
        try:
            record = await fetch(self._paths, terminal, request)
            self.send(Send(0, self._places[session], "", command=record))
        except PicodeError as error:
            self._tell(session, error)

    async def _send_pane(self, session: str, env: Mapping[str, str], pane: str) -> None:
        """Send what the command in a pane has printed; from the screen where no recorder has it as text."""
        from picode.server.pane_text import is_covered, of_pane, on_screen

        try:
            info = self._terminals.in_pane(session, pane)
            if info is None:
                record = await of_pane(session, env, pane)
            else:
                record = await fetch(self._paths, info.socket, Fetch(back=1, running=True))
                if is_covered(record):
                    record = await on_screen(session, env, record, pane)
            self.send(Send(0, self._places[session], "", command=record))
        except PicodeError as error:
            self._tell(session, error)

    def _tell(self, session: str, error: PicodeError) -> None:
        self._bus.emit(self._conversation(session), Noticed("error", str(error)))

    async def _resume(self, session: str, env: Mapping[str, str]) -> None:
        from picode.server.resurrected import resume_assistant

        try:
            await resume_assistant(session, env)
        except (PicodeError, OSError, ValueError) as error:
            log.info("the assistant of %s was not started again: %s", session, error)
