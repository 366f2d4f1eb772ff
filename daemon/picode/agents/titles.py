"""A conversation's name, given by the fast model after its first answer, where `sessions.titles` asks for it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from picode import tasks
from picode.agents.summary import spoken
from picode.config.schema import Settings
from picode.errors import PicodeError
from picode.messages import Assistant, Message, User
from picode.protocol.events import AnyEvent, NameChanged
from picode.sessions.branching import set_name
from picode.sessions.file import SessionFile

MATERIAL = 4000
"""Characters of the beginning that a name is made from."""
LONGEST = 400
"""Tokens: the name itself has ten, the rest is for a model that thinks."""
log = logging.getLogger(__name__)


class Titles:
    """`write(told, longest, purpose)` asks the model; once in a conversation's life."""

    def __init__(
        self,
        session: SessionFile,
        write: Callable[[str, int, str], Awaitable[str]],
        emit: Callable[[AnyEvent], None],
    ) -> None:
        self._session, self._write, self._emit = session, write, emit
        self._task: asyncio.Task[None] | None = None

    def after(self, settings: Settings, messages: Callable[[], list[Message]]) -> None:
        """A turn ended well."""
        if not settings.sessions.titles or self._task is not None or self._session.ephemeral:
            return
        if not self._session.name and (told := beginning(messages())):
            self._task = tasks.spawn(self._give(told), f"title of {self._session.id}")

    async def close(self) -> None:
        await tasks.stop(self._task)

    async def _give(self, told: str) -> None:
        try:
            name = tidy(await self._write(told, LONGEST, "title"))
            if name and not self._session.name and not self._session.closed:
                self._emit(NameChanged(set_name(self._session, name)))
        except PicodeError as error:
            log.warning("no title for %s: %s", self._session.id, error)


def beginning(messages: list[Message]) -> str:
    """The first question and what was said then; empty while nothing was."""
    first = [spoken(one) for one in messages[:4] if isinstance(one, User | Assistant)]
    if not any(isinstance(one, Assistant) for one in messages):
        return ""
    return f"<conversation>\n{chr(10).join(first)[:MATERIAL]}\n</conversation>\n\nWhat is its name?"


def tidy(answer: str) -> str:
    """One line, without what models like to put around a name."""
    line = next((line.strip() for line in answer.splitlines() if line.strip()), "")
    line = "".join(char for char in line if char.isprintable())
    return line.removeprefix("#").strip().strip("\"'*`“”„«»").rstrip(".").strip()
