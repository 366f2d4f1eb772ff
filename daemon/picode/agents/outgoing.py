"""The one place that every request to a model passes: secrets are taken out of all text in it, wherever it came from.

Questions, commands and tool results were cleaned before they were written to the session file. What was not is
cleaned here: instructions, what a file held before `shell.redact` was on, sessions of other programs.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from picode.context.redact import Clean
from picode.messages import (
    Assistant,
    AssistantContent,
    BashExecution,
    BranchSummary,
    CompactionSummary,
    Custom,
    Image,
    Message,
    ModelRequest,
    Text,
    ToolCall,
    ToolResult,
    User,
    UserContent,
)

AT_ONCE = 32 * 1024
"""Characters that are read without a thread: 10 ms."""


class Outgoing:
    """`tell` gets the kinds of secrets that were taken out of a text for the first time."""

    def __init__(self, clean: Clean, tell: Callable[[list[str]], None]) -> None:
        self._clean, self._tell = clean, tell
        self._known: dict[str, str] = {}
        """Of the last request: each text, and what is sent of it."""

    async def cleaned(self, request: ModelRequest) -> ModelRequest:
        """The same request without secrets."""
        texts = texts_of(request)
        fresh = [text for text in texts if text not in self._known]
        if sum(map(len, fresh)) > AT_ONCE:
            found = await asyncio.to_thread(self._all, fresh)
        else:
            found = self._all(fresh)
        known = {**self._known, **{text: clean for text, (clean, _) in found.items()}}
        self._known = {text: known[text] for text in texts}
        # a model's own words are no news to it
        kinds = [kind for text in texts_of(request, own=False) for kind in found.pop(text, ("", []))[1]]
        if kinds:
            self._tell(kinds)
        if all(text == clean for text, clean in self._known.items()):
            return request
        return changed(request, self._known.__getitem__)

    def _all(self, texts: list[str]) -> dict[str, tuple[str, list[str]]]:
        return {text: self._clean(text) for text in texts}


def texts_of(request: ModelRequest, own: bool = True) -> list[str]:
    """Every text of the request; `own`: what the model said itself too. What it thought is signed, and stays."""
    texts: list[str] = []

    def seen(text: str) -> str:
        texts.append(text)
        return text

    messages = [one for one in request.messages if own or not isinstance(one, Assistant)]
    changed(replace(request, messages=messages), seen)
    return texts


def changed(request: ModelRequest, text: Callable[[str], str]) -> ModelRequest:
    """The request with `text(…)` in place of each text."""
    messages = [_message(message, text) for message in request.messages]
    return replace(request, system=text(request.system), messages=messages)


def _message(message: Message, text: Callable[[str], str]) -> Message:  # noqa: PLR0911
    match message:
        case User():
            return replace(message, content=_content(message.content, text))
        case ToolResult():
            return replace(message, content=_content(message.content, text))
        case Custom(content=str(said)):
            return replace(message, content=text(said))
        case Custom(content=list(parts)):
            return replace(message, content=_content(parts, text))
        case Assistant():
            return replace(message, content=[_block(block, text) for block in message.content])
        case BashExecution():
            return replace(message, command=text(message.command), output=text(message.output))
        case BranchSummary() | CompactionSummary():
            return replace(message, summary=text(message.summary))
    return message


def _content(parts: str | list[UserContent], text: Callable[[str], str]) -> Any:
    if isinstance(parts, str):
        return text(parts)
    return [part if isinstance(part, Image) else replace(part, text=text(part.text)) for part in parts]


def _block(block: AssistantContent, text: Callable[[str], str]) -> AssistantContent:
    match block:
        case Text():
            return replace(block, text=text(block.text))
        case ToolCall():
            return replace(block, arguments=_value(block.arguments, text))
    return block


def _value(value: Any, text: Callable[[str], str]) -> Any:
    match value:
        case str():
            return text(value)
        case dict():
            return {name: _value(part, text) for name, part in value.items()}
        case list():
            return [_value(part, text) for part in value]
    return value
