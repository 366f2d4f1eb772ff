"""The chunks of a Chat Completions stream as our events: pure, but for the `ModelFailed` that they may say."""

from typing import Any
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
from picode.providers.base import ModelFailed
from picode.providers.catalog import Catalog
from picode.providers.failures import Asked

STOPS: dict[str, StopReason] = {
    "stop": "stop", "eos": "stop", "end_turn": "stop", "length": "length", "max_tokens": "length",
    "model_length": "length", "tool_calls": "toolUse", "function_call": "toolUse",
}  # fmt: skip


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: Any = None


class _Call(msgspec.Struct):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Words(msgspec.Struct):
    text: str = ""


class _Piece(msgspec.Struct):
    """Mistral's thinking models say text and thoughts in a list."""

    type: str = ""
    text: str = ""
    thinking: list[_Words] | None = None


class _Delta(msgspec.Struct):
    content: str | list[_Piece] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Cached(msgspec.Struct):
    cached_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Cached | None = None
    prompt_cache_hit_tokens: int | None = None
    total_tokens: int | None = None
    cost: float | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    error: Any = None


_decode = msgspec.json.Decoder(_Chunk).decode


class Answer:
    """The state of one answer. `reason` is the server's finish_reason; `ended` says that `[DONE]` came."""

    def __init__(self, asked: Asked, catalog: Catalog) -> None:
        self.asked = asked
        self.catalog = catalog
        self.reason = ""
        self.ended = False
        self.thought = ""
        self.refusal = ""
        self.calls = 0
        self.by_id: dict[str, int] = {}
        self.by_index: dict[int, int] = {}

    def take(self, data: bytes) -> list[StreamEvent]:
        """One event's data."""
        if data == b"[DONE]":
            self.ended = True
            return []
        try:
            chunk = _decode(data)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise failures.nonsense(self.asked, str(error)) from error
        if chunk.error:
            raise _failed(self.asked, chunk.error)
        made: list[StreamEvent] = []
        for choice in chunk.choices or ():
            if choice.delta is not None:
                made += self._delta(choice.delta)
            if choice.finish_reason:
                self.reason = choice.finish_reason
        if chunk.usage is not None:
            made.append(self._count(chunk.usage))
        return made

    def finish(self) -> list[StreamEvent]:
        """The end of the stream: `Stopped`, or a failure when the answer was not whole."""
        if not self.reason and not self.ended:
            raise failures.cut(self.asked)
        if self.reason == "content_filter" or self.refusal:
            raise failures.refused(self.asked, self.refusal)
        if self.reason == "error":
            raise failures.of_event(self.asked, "server_error", "")
        reason = STOPS.get(self.reason, "stop")
        # some servers say "stop" behind tool calls
        if self.calls and reason == "stop":
            reason = "toolUse"
        return [*self._thinking_ends(), Stopped(reason)]

    def _delta(self, delta: _Delta) -> list[StreamEvent]:
        made: list[StreamEvent] = []
        if thought := delta.reasoning_content or delta.reasoning:
            self.thought = "reasoning_content" if delta.reasoning_content else "reasoning"
            made.append(ThinkingDelta(thought))
        if delta.content:
            made += self._content(delta.content)
        if delta.refusal:
            self.refusal += delta.refusal
        for call in delta.tool_calls or ():
            made += self._thinking_ends()
            made += self._call(call)
        return made

    def _content(self, content: "str | list[_Piece]") -> list[StreamEvent]:
        made: list[StreamEvent] = []
        for piece in [_Piece("text", content)] if isinstance(content, str) else content:
            if thought := "".join(words.text for words in piece.thinking or ()):
                self.thought = "reasoning_content"
                made.append(ThinkingDelta(thought))
            if piece.text:
                made += self._thinking_ends()
                made.append(TextDelta(piece.text))
        return made

    def _thinking_ends(self) -> list[StreamEvent]:
        """A thought's signature is the name of the field it came in: so it can go back."""
        if not self.thought:
            return []
        field, self.thought = self.thought, ""
        return [ThinkingDelta("", signature=field)]

    def _call(self, call: _Call) -> list[StreamEvent]:
        function = call.function or _Function()
        made: list[StreamEvent] = []
        number = self._which(call, function.name or "")
        if number is None:
            number = self.calls
            self.calls += 1
            # a session pairs calls and results by id, and not every server gives one
            id_ = call.id or f"call_{uuid4().hex[:16]}"
            self.by_id[id_] = number
            made.append(ToolCallBegun(number, id_, function.name or ""))
        if call.index is not None:
            self.by_index[call.index] = number
        arguments = function.arguments
        if arguments:
            text = arguments if isinstance(arguments, str) else msgspec.json.encode(arguments).decode()
            made.append(ToolCallDelta(number, text))
        return made

    def _which(self, call: _Call, name: str) -> int | None:
        """The call that a piece belongs to, None for a new one. A new id is a new call: some servers leave the
        index out, or give every call the index 0."""
        if call.id:
            if call.id in self.by_id:
                return self.by_id[call.id]
            return None if name else self.by_index.get(call.index or 0)
        if call.index is not None:
            return self.by_index.get(call.index)
        return None if name or not self.calls else self.calls - 1

    def _count(self, seen: _Usage) -> UsageSeen:
        details = seen.prompt_tokens_details
        cached = (details.cached_tokens if details else None) or seen.prompt_cache_hit_tokens or 0
        prompt, output = seen.prompt_tokens or 0, seen.completion_tokens or 0
        # some servers count thoughts in the total only, and let them be paid for
        output = max(output, (seen.total_tokens or 0) - prompt)
        usage = Usage(input=max(0, prompt - cached), output=output, cache_read=cached)
        usage.total_tokens = usage.input + usage.output + usage.cache_read
        usage.cost = self.catalog.cost("openai", self.asked.model, usage)
        if seen.cost is not None and not usage.cost.total:
            # the server knows what it takes, where no list does
            usage.cost.total = seen.cost
        return UsageSeen(usage)


def _failed(asked: Asked, error: Any) -> ModelFailed:
    if not isinstance(error, dict):
        return failures.of_event(asked, "", str(error))
    kinds = " ".join(str(error[name]) for name in ("type", "code") if error.get(name))
    return failures.of_event(asked, kinds, str(error.get("message") or ""))
