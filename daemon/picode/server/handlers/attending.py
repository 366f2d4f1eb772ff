"""Panes that people see, and the signs that somebody is there."""

from collections.abc import Callable
from typing import Any

from picode.protocol import requests as r
from picode.protocol.replies import AnyReply, Attended
from picode.server.dispatch import Handler
from picode.server.state import Daemon


class Attending:
    """Handler of `Attend`; `by_a_person` wraps the handlers of what only people do."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    async def attend(self, request: r.Attend) -> Attended:
        conversation = self._daemon.conversations.get(request.conversation).id
        found = await self._daemon.returns.attend(conversation, request.place, request.pid)
        return Attended(id=0, digest=found)

    def by_a_person(self, handler: Callable[[Any], AnyReply]) -> Handler:
        def handle(request: Any) -> AnyReply:
            reply = handler(request)
            named = getattr(reply, "conversation", "") or getattr(request, "conversation", "")
            if named:
                self._daemon.returns.sign(named)
            return reply

        return handle
