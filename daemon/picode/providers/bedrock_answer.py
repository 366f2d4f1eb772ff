"""The events of a `ConverseStream` as our events: pure, but for the `ModelFailed` that they may say."""

import msgspec

from picode.messages import (
    Stopped,
    StopReason,
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

STOPS: dict[str, StopReason] = {
    "end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length", "tool_use": "toolUse",
    "model_context_window_exceeded": "length",
}  # fmt: skip
REFUSED = ("guardrail_intervened", "content_filtered")
FAILED = ("malformed_model_output", "malformed_tool_use")


class _ToolStart(msgspec.Struct, rename="camel"):
    tool_use_id: str = ""
    name: str = ""


class _Start(msgspec.Struct, rename="camel"):
    tool_use: _ToolStart | None = None


class _Begun(msgspec.Struct, rename="camel"):
    start: _Start | None = None
    content_block_index: int = 0


class _Input(msgspec.Struct):
    input: str = ""


class _Reasoning(msgspec.Struct, rename="camel"):
    text: str = ""
    signature: str = ""
    redacted_content: str = ""


class _Delta(msgspec.Struct, rename="camel"):
    text: str | None = None
    tool_use: _Input | None = None
    reasoning_content: _Reasoning | None = None


class _More(msgspec.Struct, rename="camel"):
    delta: _Delta | None = None
    content_block_index: int = 0


class _Stop(msgspec.Struct, rename="camel"):
    stop_reason: str = ""


class _Usage(msgspec.Struct, rename="camel"):
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_write_input_tokens: int = 0


class _Metadata(msgspec.Struct):
    usage: _Usage | None = None


class _Error(msgspec.Struct):
    type: str = ""
    message: str = ""


class _Event(msgspec.Struct, rename="camel"):
    content_block_start: _Begun | None = None
    content_block_delta: _More | None = None
    message_stop: _Stop | None = None
    metadata: _Metadata | None = None
    error: _Error | None = None


_decode = msgspec.json.Decoder(_Event).decode


class Answer:
    """The state of one answer. `metadata` is the last event, and the reason comes before it."""

    def __init__(self, asked: Asked, catalog: Catalog) -> None:
        self.asked = asked
        self.catalog = catalog
        self.reason = ""
        self.ended = False

    def take(self, data: bytes) -> list[StreamEvent]:
        """One event's data; kinds that are not known are passed over."""
        try:
            event = _decode(data)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise failures.nonsense(self.asked, str(error)) from error
        if event.error is not None:
            raise failures.of_event(self.asked, event.error.type, event.error.message)
        if event.content_block_delta is not None and event.content_block_delta.delta is not None:
            return _more(event.content_block_delta.content_block_index, event.content_block_delta.delta)
        if event.content_block_start is not None:
            begun = event.content_block_start
            tool = begun.start and begun.start.tool_use
            return [ToolCallBegun(begun.content_block_index, tool.tool_use_id, tool.name)] if tool else []
        if event.message_stop is not None:
            self.reason = event.message_stop.stop_reason
        if event.metadata is not None:
            self.ended = bool(self.reason)
            return self._count(event.metadata.usage)
        return []

    def finish(self) -> list[StreamEvent]:
        """The end of the stream: `Stopped`, or a failure when the answer was not whole."""
        if not self.reason:
            raise failures.cut(self.asked)
        if self.reason in REFUSED:
            raise failures.refused(self.asked, "")
        if self.reason in FAILED:
            raise failures.of_event(self.asked, "server_error", self.reason.replace("_", " "))
        return [Stopped(STOPS.get(self.reason, "stop"))]

    def _count(self, seen: _Usage | None) -> list[StreamEvent]:
        if seen is None:
            return []
        usage = Usage(
            input=seen.input_tokens, output=seen.output_tokens, cache_read=seen.cache_read_input_tokens,
            cache_write=seen.cache_write_input_tokens,
        )  # fmt: skip
        usage.total_tokens = usage.input + usage.output + usage.cache_read + usage.cache_write
        usage.cost = self.catalog.cost("bedrock", self.asked.model, usage)
        return [UsageSeen(usage)]


def _more(index: int, delta: _Delta) -> list[StreamEvent]:
    if delta.text:
        return [TextDelta(delta.text)]
    if delta.tool_use is not None and delta.tool_use.input:
        return [ToolCallDelta(index, delta.tool_use.input)]
    if (thought := delta.reasoning_content) is not None:
        if thought.redacted_content:
            return [ThinkingDelta("", signature=thought.redacted_content, redacted=True)]
        if thought.text or thought.signature:
            return [ThinkingDelta(thought.text, signature=thought.signature or None)]
    return []
