"""A tool that an extension registered, as any other tool: it is planned, asked about unless it only reads, and run."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

from picode import tasks
from picode.agents.extending.loaded import LoadedTool
from picode.agents.extending.process import Gone, HandlerFailed
from picode.messages import Image, Text, ToolSpec, UserContent
from picode.tools.base import Arguments, Outcome, Place, Plan, Running, ToolFailed

Execute = Callable[[str, str, Arguments, Callable[[Any], None]], Coroutine[Any, Any, Any]]
"""The tool's name, the call's id, its arguments, and who gets what there is so far; gives what the tool returned."""
SHOWN = ("command", "path", "query", "url", "name", "text")


class ExtensionTool:
    """`path`: the extension's file."""

    def __init__(self, loaded: LoadedTool, path: str, execute: Execute) -> None:
        self.spec = ToolSpec(loaded.name, loaded.description, loaded.parameters)
        self.reads = loaded.read_only
        self.path = path
        self._execute = execute

    def plan(self, arguments: Arguments, place: Place) -> Plan:
        async def run(running: Running) -> Outcome:
            work = self._execute(self.spec.name, running.call_id, arguments, _Shown(running.printed))
            return await _until(running.stop, work)

        told = next((str(arguments[key]) for key in SHOWN if arguments.get(key)), "")
        detail = json.dumps(arguments, ensure_ascii=False, indent=2) if arguments else ""
        return Plan(f"{self.spec.name} {told}".rstrip(), run, detail)


class _Shown:
    """An extension tells the whole of what there is so far; what is new of it is shown."""

    def __init__(self, printed: Callable[[str], None]) -> None:
        self._printed, self._told = printed, ""

    def __call__(self, partial: Any) -> None:
        text = text_of(partial).rstrip("\n") + "\n"
        self._printed(text.removeprefix(self._told))
        self._told = text


async def _until(stop: asyncio.Event, work: "Coroutine[Any, Any, Any]") -> Outcome:
    """What comes of it, unless `stop` is set before. Raises ToolFailed."""
    running = tasks.spawn(_caught(work), "extension's tool")
    stopping = tasks.spawn(stop.wait(), "extension's tool's end")
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        found = running.result() if running.done() else ToolFailed("Operation aborted")
    finally:
        await tasks.stop(running, stopping)
    if isinstance(found, ToolFailed):
        raise found
    return outcome(found)


async def _caught(work: "Coroutine[Any, Any, Any]") -> Any:
    """A failure as a value: an extension's error is no surprise, and needs no traceback in the log."""
    try:
        return await work
    except HandlerFailed as error:
        return ToolFailed(error.error.partition(": ")[2] or error.error)
    except Gone:
        return ToolFailed("The extension's process ended while the tool ran.")


def outcome(value: Any) -> Outcome:
    """A text, or pi's `{content, details}`. Raises ToolFailed for what says that it is an error."""
    if not isinstance(value, dict):
        return Outcome([Text(text=text_of(value))])
    details = value.get("details")
    details = details if isinstance(details, dict) else {} if details is None else {"value": details}
    if value.get("isError") is True:
        raise ToolFailed(text_of(value), details)
    return Outcome(content_of(value.get("content")), details)


def content_of(found: Any) -> list[UserContent]:
    """Texts and images; what is neither is left out."""
    if isinstance(found, str):
        return [Text(text=found)]
    out: list[UserContent] = []
    for block in found if isinstance(found, list) else []:
        match block:
            case {"type": "text", "text": str(text)}:
                out.append(Text(text=text))
            case {"type": "image", "data": str(data), "mimeType": str(kind)}:
                out.append(Image(data=data, mime_type=kind))
    return out


def text_of(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and "content" in value:
        return "\n".join(part.text for part in content_of(value["content"]) if isinstance(part, Text))
    return "" if value is None else json.dumps(value, ensure_ascii=False)
