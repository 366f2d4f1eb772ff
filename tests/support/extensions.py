"""Makers for tests of extensions: a conversation with real ones, in a process of their own."""

import os
import textwrap
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from picode.agents.conversation import Conversation
from picode.agents.extending.joined import Joined
from picode.config.schema import Settings
from picode.protocol import events
from picode.resources.extensions import Found
from support.conversation import Heard, Scripted, conversation


def written(home: Path, **sources: str) -> list[Path]:
    """`name=source`: files of Python extensions, in the order in which they are loaded."""
    folder = home / "extensions"
    folder.mkdir(exist_ok=True)
    out = []
    for name, source in sources.items():
        file = folder / (name if "." in name else f"{name}.py")
        file.write_text(textwrap.dedent(source))
        out.append(file)
    return out


class Talk:
    """A conversation with extensions, and all that it announces."""

    def __init__(self, made: Conversation, heard: Heard, provider: Scripted) -> None:
        self.conversation, self.heard, self.provider = made, heard, provider

    @property
    def joined(self) -> Joined:
        assert self.conversation.joined is not None
        return self.conversation.joined

    async def ask(self, text: str, **more: Any) -> None:
        """To the turn's end."""
        ended = len(self.heard.of(events.TurnEnded))
        self.conversation.ask(text, allow=["all"], **more)
        await self.heard.until(events.TurnEnded, ended + 1)

    def failures(self) -> list[events.ExtensionFailed]:
        return self.heard.of(events.ExtensionFailed)

    def notices(self) -> list[str]:
        return [one.text for one in self.heard.of(events.Noticed)]

    async def noticed(self, text: str) -> None:
        """Until an extension has said so."""
        count = 1
        while (await self.heard.until(events.Noticed, count)).text != text:
            count += 1


@asynccontextmanager
async def talking(
    home: Path, files: list[Path], *answers: list[Any], limit: float = 20.0, settings: Settings | None = None
) -> AsyncGenerator[Talk, None]:
    """`answers`: what the model says, call by call."""
    heard, provider = Heard(), Scripted(*answers)

    def extend(made: Conversation) -> Joined:
        return Joined(
            made, lambda: Found(list(files)), environ=os.environ, mark=f"{os.getpid()}.test.", limit=limit
        )

    made = conversation(home, heard, provider, settings, extend=extend)
    try:
        yield Talk(made, heard, provider)
    finally:
        await made.close()
