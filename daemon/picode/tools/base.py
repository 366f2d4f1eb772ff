"""What a tool is: what a model can do, one file per tool.

Adding one takes a file here and a line in `registry.py`. A tool plans first (nothing is changed while it plans),
so that a person can be shown what would happen; the plan's `run` then does it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from picode.messages import Text, ToolSpec, UserContent

Arguments = dict[str, Any]


class ToolFailed(Exception):
    """The call failed; `text` tells the model why."""

    def __init__(self, text: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.details = details or {}


@dataclass
class Outcome:
    """What a call came to; `details` are for front ends and never reach the model."""

    content: list[UserContent]
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where a call works. `cache`: the directory for output that is too long; `conversation`: whose call it is."""

    cwd: Path
    cache: Path
    conversation: str = ""


@dataclass
class Running:
    """A call's ties while it runs: `printed` takes output as it comes, `stop` is set when it is to end."""

    printed: Callable[[str], None] = lambda text: None
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    call_id: str = ""


@dataclass
class Plan:
    """A call that was looked at and may be run. `detail` is the whole command, or a unified diff."""

    title: str
    run: Callable[[Running], Awaitable[Outcome]]
    detail: str = ""
    kind: Literal["command", "diff", "text"] = "text"
    changes: str = ""
    """The file that would change, as an absolute path; empty: none that is known."""
    command: str = ""
    """The command line that bash would run: what was granted for it counts."""
    exactly: str = ""
    """What “always” grants, letter for letter, where neither a file nor a command line says it."""


class Tool(Protocol):
    # what a model sees of it: name, description, a JSON Schema of its arguments
    spec: ToolSpec
    # it only reads: it needs no permission and runs beside others
    reads: bool

    # look at valid arguments and say what would happen; may block for a disk, so it runs in a thread.
    # Raises ToolFailed, OSError
    def plan(self, arguments: Arguments, place: Place) -> Plan: ...


def said(text: str, **details: Any) -> Outcome:
    """An outcome of one text; details that are None are left out."""
    return Outcome([Text(text=text)], {name: value for name, value in details.items() if value is not None})


def parameters(required: tuple[str, ...], **properties: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a tool's arguments."""
    return {"type": "object", "properties": properties, "required": list(required)}


def parameter(type_: str, description: str, **more: Any) -> dict[str, Any]:
    return {"type": type_, "description": description, **more}
