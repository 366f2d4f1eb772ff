"""The lines of Ollama's `/api/chat` as our events: pure, but for the `ModelFailed` that they may say."""

from uuid import uuid4

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

STOPS: dict[str, StopReason] = {"length": "length"}


class _Function(msgspec.Struct):
    name: str = ""
    arguments: msgspec.Raw = msgspec.Raw(b"{}")


class _Call(msgspec.Struct):
    id: str | None = None
    function: _Function | None = None


class _Message(msgspec.Struct):
    content: str | None = None
    thinking: str | None = None
    tool_calls: list[_Call] | None = None


class _Line(msgspec.Struct):
    message: _Message | None = None
    done: bool = False
    done_reason: str | None = None
    prompt_eval_count: int | None = None
    eval_count: int | None = None
    error: str | None = None


_decode = msgspec.json.Decoder(_Line).decode


class Answer:
    """The state of one answer; the line that is `done` ends it."""

    def __init__(self, asked: Asked, catalog: Catalog) -> None:
        self.asked = asked
        self.catalog = catalog
        self.reason = ""
        self.ended = False
        self.calls = 0

    def take(self, data: bytes) -> list[StreamEvent]:
        """One line."""
        try:
            line = _decode(data)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise failures.nonsense(self.asked, str(error)) from error
        if line.error is not None:
            raise failures.of_event(self.asked, "", line.error)
        made = self._message(line.message) if line.message is not None else []
        if line.done:
            self.ended = True
            self.reason = line.done_reason or "stop"
            made.append(self._count(line))
        return made

    def finish(self) -> list[StreamEvent]:
        """The end of the stream: `Stopped`, or a failure when the answer was not whole."""
        if not self.ended:
            raise failures.cut(self.asked)
        reason = STOPS.get(self.reason, "stop")
        return [Stopped("toolUse" if self.calls and reason == "stop" else reason)]

    def _message(self, message: _Message) -> list[StreamEvent]:
        made: list[StreamEvent] = []
        if message.thinking:
            made.append(ThinkingDelta(message.thinking))
        if message.content:
            made.append(TextDelta(message.content))
        for call in message.tool_calls or ():
            function = call.function or _Function()
            # a session pairs calls and results by id, and older servers give none
            made.append(ToolCallBegun(self.calls, call.id or f"call_{uuid4().hex[:16]}", function.name))
            made.append(ToolCallDelta(self.calls, bytes(function.arguments).decode("utf-8", "replace")))
            self.calls += 1
        return made

    def _count(self, line: _Line) -> UsageSeen:
        usage = Usage(input=line.prompt_eval_count or 0, output=line.eval_count or 0)
        usage.total_tokens = usage.input + usage.output
        usage.cost = self.catalog.cost("ollama", self.asked.model, usage)
        return UsageSeen(usage)
