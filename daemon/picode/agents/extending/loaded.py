"""What an extension registered, as its process tells it."""

from typing import Any, Literal

from msgspec import Struct, field


class Said(Struct, rename="camel"):
    """A part of it; what is not known is passed over."""


class LoadedTool(Said):
    name: str
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=lambda: {"type": "object", "properties": {}})
    label: str = ""
    read_only: bool = False
    renders: bool = False
    """It says how its calls are called."""


class LoadedCommand(Said):
    name: str
    description: str = ""
    hint: str = ""


class LoadedShortcut(Said):
    key: str
    description: str = ""


class LoadedFlag(Said):
    name: str
    type: Literal["boolean", "string"] = "boolean"
    description: str = ""


class Loaded(Said):
    """One extension; `handlers`: how many there are for an event."""

    path: str
    handlers: dict[str, int] = field(default_factory=dict)
    tools: list[LoadedTool] = field(default_factory=list)
    commands: list[LoadedCommand] = field(default_factory=list)
    shortcuts: list[LoadedShortcut] = field(default_factory=list)
    flags: list[LoadedFlag] = field(default_factory=list)
    renderers: list[str] = field(default_factory=list)
    providers: dict[str, dict[str, Any] | None] = field(default_factory=dict)
