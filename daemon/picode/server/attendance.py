"""Who is there to be asked: panes that a person can see, and terminals that are attached to a Zellij session.

A pane outside Zellij is seen as long as its process lives. One inside lives on when everybody has detached, so there
Zellij is asked, at the moment when it matters and never in between.
"""

import asyncio
import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from picode.errors import PicodeError
from picode.protocol.values import Place
from picode.terminal import zellij

MOST_PANES = 256
MOST_KNOWN = 1024
TRIES = 3
AGAIN_AFTER = 0.3
"""Seconds; that nobody is attached is believed when Zellij says so three times: its list is empty now and then."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seen:
    """A pane that shows a conversation."""

    conversation: str
    session: str


class Attendance:
    """`sessions(conversation)`: the Zellij sessions that it belongs to, each with what a call of Zellij needs."""

    def __init__(self, sessions: Callable[[str], Mapping[str, Mapping[str, str]]]) -> None:
        self._sessions = sessions
        self._panes: OrderedDict[int, Seen] = OrderedDict()
        self._envs: dict[str, dict[str, str]] = {}
        self._known: OrderedDict[str, None] = OrderedDict()

    def attend(self, conversation: str, place: Place, pid: int) -> None:
        """The pane in process `pid` shows this conversation now."""
        self._panes[pid] = Seen(conversation, place.zellij_session)
        self._panes.move_to_end(pid)
        if place.zellij_session:
            self._envs[place.zellij_session] = dict(place.zellij_env)
        self._known[conversation] = None
        self._known.move_to_end(conversation)
        self._forget()

    def panes(self, conversation: str) -> list[Seen]:
        """The living ones that show it."""
        self._forget()
        return [pane for pane in self._panes.values() if pane.conversation == conversation]

    async def present(self, conversation: str) -> bool:
        """Whether somebody can see it. A conversation that never had a pane is a program's, which is there."""
        panes = self.panes(conversation)
        sessions = dict(self._sessions(conversation))
        for pane in panes:
            if not pane.session:
                return True
            sessions.setdefault(pane.session, self._envs.get(pane.session, {}))
        if not sessions:
            return conversation not in self._known
        found = await asyncio.gather(*(_attached(name, env) for name, env in sessions.items()))
        return any(found)

    def _forget(self) -> None:
        """Panes that have ended."""
        for pid in [pid for pid in self._panes if not _lives(pid)]:
            del self._panes[pid]
        while len(self._panes) > MOST_PANES:
            self._panes.popitem(last=False)
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        sessions = {pane.session for pane in self._panes.values()}
        self._envs = {name: env for name, env in self._envs.items() if name in sessions}


async def _attached(session: str, env: Mapping[str, str]) -> bool:
    for attempt in range(TRIES):
        if attempt:
            await asyncio.sleep(AGAIN_AFTER)
        try:
            if await zellij.count_clients(session, env):
                return True
        except PicodeError as error:
            log.info("nobody is known to be at %s: %s", session, error)
            return False
    return False


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
