"""Makers for tests of a living conversation: everything that it announces, and a provider that a test holds in hand."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any, TypeVar

from picode.agents.conversation import Conversation
from picode.config.schema import Settings
from picode.credentials import Credentials
from picode.messages import ModelRequest, Stopped, StreamEvent, TextDelta, ToolCallBegun, ToolCallDelta
from picode.protocol import events
from picode.providers.registry import Providers
from picode.sessions.file import SessionFile
from picode.tools.toolbox import Toolbox

BOUND = 60.0 if "CI" in os.environ else 30.0
"""Seconds that a test waits for anything here."""
E = TypeVar("E")


class Scripted:
    """A provider in this process: each call plays the next list; an `asyncio.Event` in it is waited for, an exception
    raised. `requests` are what it was asked."""

    name = "demo"
    api = "demo"

    def __init__(self, *answers: list[Any]) -> None:
        self.answers = list(answers)
        self.requests: list[ModelRequest] = []
        self.closed = 0

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        self.requests.append(request)
        try:
            for piece in self.answers.pop(0):
                if isinstance(piece, asyncio.Event):
                    await piece.wait()
                elif isinstance(piece, Exception):
                    raise piece
                else:
                    yield piece
        finally:
            self.closed += 1

    def ready(self) -> tuple[bool, str]:
        return True, "the test"

    async def close(self) -> None:
        pass


def says(text: str) -> list[Any]:
    return [TextDelta(text), Stopped("stop")]


def calls(*wanted: tuple[str, str, str]) -> list[Any]:
    """Id, tool, and arguments as JSON, of each call."""
    out: list[Any] = []
    for index, (id_, tool, json) in enumerate(wanted):
        out += [ToolCallBegun(index, id_, tool), ToolCallDelta(index, json)]
    return [*out, Stopped("toolUse")]


class Heard:
    """Everything that was announced."""

    def __init__(self) -> None:
        self.events: list[events.AnyEvent] = []
        self._changed = asyncio.Event()
        self.on: Callable[[events.AnyEvent], None] = lambda event: None

    def __call__(self, event: events.AnyEvent) -> None:
        self.events.append(event)
        self._changed.set()
        self.on(event)

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    async def until(self, kind: type[E], count: int = 1) -> E:
        """The `count`th event of this kind, as soon as it is there."""
        async with asyncio.timeout(BOUND):
            while len(self.of(kind)) < count:
                self._changed.clear()
                await self._changed.wait()
        return self.of(kind)[count - 1]

    def text(self) -> str:
        return "".join(event.text for event in self.of(events.TextAdded))


def conversation(
    home: Path, heard: Heard, provider: Scripted | None = None, settings: Settings | None = None, *,
    environ: dict[str, str] | None = None, model: str = "demo/demo", session: SessionFile | None = None,
    extend: Callable[[Conversation], Any] = lambda made: None, choose: Any = None,
) -> Conversation:  # fmt: skip
    """In `home/project`; with `provider` in the demo's place."""
    settings = settings or Settings()
    project = home / "project"
    project.mkdir(exist_ok=True)
    providers = Providers(
        settings.models, Credentials(home / "credentials", environ or {}), environ or {}, demo_pace=0
    )
    if provider is not None:
        providers._made["demo"] = provider
    return Conversation(
        session or SessionFile.create(home / "sessions", str(project)), model=model, providers=providers,
        tools=Toolbox(settings, cache=home / "cache", state=home / "state"), emit=heard, config=home / "config",
        settings=settings, shell="/bin/zsh", extend=extend, choose=choose,
    )  # fmt: skip
