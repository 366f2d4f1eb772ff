"""The events of a Responses stream as our events: pure, but for the `ModelFailed` that they may say."""

from typing import Any

import msgspec

from picode.messages import (
    Stopped,
    StreamEvent,
    TextDelta,
    ThinkingDelta,
    ToolCallBegun,
    ToolCallDelta,
    Usage,
    UsageSeen,
)
from picode.providers import failures
from picode.providers.catalog import Catalog
from picode.providers.failures import Asked


class _Part(msgspec.Struct):
    type: str = ""
    text: str = ""
    refusal: str = ""


class _Item(msgspec.Struct):
    type: str = ""
    id: str | None = None
    call_id: str = ""
    name: str = ""
    arguments: str = ""
    content: list[_Part] | None = None
    summary: list[dict[str, Any]] | None = None
    encrypted_content: str | None = None


class _Cached(msgspec.Struct):
    cached_tokens: int | None = None


class _Usage(msgspec.Struct):
    input_tokens: int = 0
    output_tokens: int = 0
    input_tokens_details: _Cached | None = None


class _Error(msgspec.Struct):
    type: str | None = None
    code: str | int | None = None
    message: str | None = None


class _Incomplete(msgspec.Struct):
    reason: str = ""


class _Response(msgspec.Struct):
    error: _Error | None = None
    incomplete_details: _Incomplete | None = None
    usage: _Usage | None = None


class _Event(msgspec.Struct):
    type: str = ""
    output_index: int = 0
    summary_index: int = 0
    delta: str | None = None
    arguments: str | None = None
    item: _Item | None = None
    response: _Response | None = None
    error: _Error | None = None
    code: str | int | None = None
    message: str | None = None


class _Kind(msgspec.Struct):
    type: str = ""


KNOWN = frozenset({
    "response.output_item.added", "response.output_item.done", "response.output_text.delta",
    "response.refusal.delta", "response.reasoning_summary_part.added", "response.reasoning_summary_text.delta",
    "response.reasoning_text.delta", "response.function_call_arguments.delta",
    "response.function_call_arguments.done", "response.completed", "response.incomplete", "response.failed",
    "error",
})  # fmt: skip
_decode = msgspec.json.Decoder(_Event).decode


def _read(data: bytes) -> _Event:
    """The event; one of a kind that is not known may have fields of any shape."""
    try:
        return _decode(data)
    except msgspec.ValidationError:
        kind = msgspec.json.decode(data, type=_Kind).type
        if kind in KNOWN:
            raise
        return _Event(kind)


class Answer:
    """The state of one answer. `reason`: `completed`, or why it is incomplete."""

    def __init__(self, asked: Asked, catalog: Catalog) -> None:
        self.asked = asked
        self.catalog = catalog
        self.reason = ""
        self.refusal = ""
        self.ended = False
        # characters of text or arguments that came, by the place of their item
        self.came: dict[int, int] = {}
        self.calls: set[int] = set()

    def take(self, data: bytes) -> list[StreamEvent]:
        """One event's data; unknown kinds of events and items are passed over."""
        if data == b"[DONE]":
            self.ended = True
            return []
        try:
            event = _read(data)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise failures.nonsense(self.asked, str(error)) from error
        return self._piece(event) or self._whole(event)

    def _piece(self, event: _Event) -> list[StreamEvent]:
        piece = event.delta or ""
        match event.type:
            case "response.output_text.delta":
                return self._text(event.output_index, piece)
            case "response.function_call_arguments.delta":
                return self._arguments(event.output_index, piece)
            case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                return [ThinkingDelta(piece)] if piece else []
            case "response.reasoning_summary_part.added" if event.summary_index:
                return [ThinkingDelta("\n\n")]
            case "response.refusal.delta":
                self.refusal += piece
        return []

    def _whole(self, event: _Event) -> list[StreamEvent]:
        match event.type:
            case "response.output_item.added" if event.item is not None:
                return self._begun(event.output_index, event.item)
            case "response.output_item.done" if event.item is not None:
                return self._done(event.output_index, event.item)
            case "response.completed" | "response.incomplete" | "response.failed" | "response.cancelled":
                return self._end(event.type, event.response or _Response())
            case "error":
                raise self._failed(event.error or _Error(None, event.code, event.message))
        return []

    def finish(self) -> list[StreamEvent]:
        """The end of the stream: `Stopped`, or a failure when the answer was not whole."""
        if not self.reason:
            raise failures.cut(self.asked)
        if self.refusal or self.reason == "content_filter":
            raise failures.refused(self.asked, self.refusal)
        if self.reason != "completed":
            return [Stopped("length")]
        return [Stopped("toolUse" if self.calls else "stop")]

    def _text(self, index: int, text: str) -> list[StreamEvent]:
        self.came[index] = self.came.get(index, 0) + len(text)
        return [TextDelta(text)] if text else []

    def _arguments(self, index: int, text: str) -> list[StreamEvent]:
        self.came[index] = self.came.get(index, 0) + len(text)
        return [ToolCallDelta(index, text)] if text else []

    def _begun(self, index: int, item: _Item) -> list[StreamEvent]:
        if item.type != "function_call" or index in self.calls:
            return []
        self.calls.add(index)
        begun = ToolCallBegun(index, item.call_id or item.id or f"call_{index}", item.name)
        return [begun, *self._arguments(index, item.arguments)]

    def _done(self, index: int, item: _Item) -> list[StreamEvent]:
        """The whole item: some servers send no pieces before it."""
        match item.type:
            case "reasoning" if item.encrypted_content:
                return [ThinkingDelta("", signature=_kept(item))]
            case "function_call" if index not in self.calls:
                return self._begun(index, item)
            case "function_call" if not self.came.get(index):
                return self._arguments(index, item.arguments)
            case "message" if not self.came.get(index):
                self.refusal = self.refusal or "".join(part.refusal for part in item.content or ())
                return self._text(index, "".join(part.text for part in item.content or ()))
        return []

    def _end(self, kind: str, response: _Response) -> list[StreamEvent]:
        if kind in ("response.failed", "response.cancelled"):
            raise self._failed(response.error or _Error("server_error"))
        self.ended = True
        why = response.incomplete_details
        self.reason = "completed" if kind == "response.completed" else (why and why.reason) or "incomplete"
        return [self._count(response.usage)] if response.usage is not None else []

    def _count(self, seen: _Usage) -> UsageSeen:
        details = seen.input_tokens_details
        cached = (details.cached_tokens if details else None) or 0
        usage = Usage(input=max(0, seen.input_tokens - cached), output=seen.output_tokens, cache_read=cached)
        usage.total_tokens = usage.input + usage.output + usage.cache_read
        usage.cost = self.catalog.cost("openai", self.asked.model, usage)
        return UsageSeen(usage)

    def _failed(self, error: _Error) -> Exception:
        kinds = " ".join(str(kind) for kind in (error.type, error.code) if kind)
        return failures.of_event(self.asked, kinds, error.message or "")


def _kept(item: _Item) -> str:
    """The item as it has to go back: pi keeps it in the same place."""
    kept = {"type": "reasoning", "id": item.id, "summary": item.summary or []}
    return msgspec.json.encode(kept | {"encrypted_content": item.encrypted_content}).decode()
