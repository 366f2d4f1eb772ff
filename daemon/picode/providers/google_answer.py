"""The chunks of a `streamGenerateContent` stream as our events: pure, but for the `ModelFailed` that they may say."""

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
from picode.providers.google_body import OWN_ID

STOPS: dict[str, StopReason] = {"STOP": "stop", "MAX_TOKENS": "length", "FINISH_REASON_UNSPECIFIED": "stop"}
# the model's answer was none, though nobody declined: another try may go well
FAILED = (
    "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE",
    "MALFORMED_RESPONSE", "OTHER",
)  # fmt: skip


class _Call(msgspec.Struct):
    name: str = ""
    id: str = ""
    args: msgspec.Raw = msgspec.Raw(b"{}")


class _Part(msgspec.Struct, rename="camel"):
    text: str | None = None
    thought: bool = False
    thought_signature: str | None = None
    function_call: _Call | None = None


class _Content(msgspec.Struct):
    parts: list[_Part] | None = None


class _Candidate(msgspec.Struct, rename="camel"):
    content: _Content | None = None
    finish_reason: str | None = None
    finish_message: str | None = None


class _Usage(msgspec.Struct, rename="camel"):
    prompt_token_count: int = 0
    tool_use_prompt_token_count: int = 0
    cached_content_token_count: int = 0
    candidates_token_count: int = 0
    thoughts_token_count: int = 0


class _Feedback(msgspec.Struct, rename="camel"):
    block_reason: str | None = None
    block_reason_message: str | None = None


class _Error(msgspec.Struct):
    code: int = 0
    message: str = ""
    status: str = ""


class _Chunk(msgspec.Struct, rename="camel"):
    candidates: list[_Candidate] | None = None
    usage_metadata: _Usage | None = None
    prompt_feedback: _Feedback | None = None
    error: _Error | None = None


_decode = msgspec.json.Decoder(_Chunk).decode


class Answer:
    """The state of one answer. The API has no last event: `reason` says that the answer is whole."""

    def __init__(self, asked: Asked, catalog: Catalog) -> None:
        self.asked = asked
        self.catalog = catalog
        self.reason = ""
        self.explained = ""
        self.ended = False
        self.calls = 0

    def take(self, data: bytes) -> list[StreamEvent]:
        """One event's data."""
        try:
            chunk = _decode(data)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise failures.nonsense(self.asked, str(error)) from error
        if chunk.error is not None:
            said = chunk.error
            raise failures.of_event(self.asked, said.status, said.message, said.code)
        blocked = chunk.prompt_feedback
        if blocked is not None and blocked.block_reason:
            raise failures.refused(self.asked, blocked.block_reason_message or blocked.block_reason)
        made: list[StreamEvent] = []
        for candidate in (chunk.candidates or ())[:1]:
            for part in (candidate.content and candidate.content.parts) or ():
                made += self._part(part)
            self.reason = candidate.finish_reason or self.reason
            self.explained = candidate.finish_message or self.explained
        if chunk.usage_metadata is not None:
            made.append(self._count(chunk.usage_metadata))
        return made

    def finish(self) -> list[StreamEvent]:
        """The end of the stream: `Stopped`, or a failure when the answer was not whole."""
        if not self.reason:
            raise failures.cut(self.asked)
        if self.reason in FAILED:
            raise failures.of_event(self.asked, "server_error", self.explained or self.reason)
        stopped = STOPS.get(self.reason)
        if stopped is None:
            # SAFETY, RECITATION, PROHIBITED_CONTENT, SPII, and what will be added to them
            raise failures.refused(self.asked, self.explained or self.reason)
        return [Stopped("toolUse" if self.calls and stopped == "stop" else stopped)]

    def _part(self, part: _Part) -> list[StreamEvent]:
        signature = part.thought_signature or None
        if part.function_call is not None:
            return self._call(part.function_call, signature)
        if not part.text and not signature:
            return []
        if part.thought:
            return [ThinkingDelta(part.text or "", signature)]
        return [TextDelta(part.text or "", signature)]

    def _call(self, call: _Call, signature: str | None) -> list[StreamEvent]:
        number = self.calls
        self.calls += 1
        # a session pairs calls and results by id, and not every model gives one
        begun = ToolCallBegun(number, call.id or f"{OWN_ID}{uuid4().hex[:16]}", call.name, signature)
        return [begun, ToolCallDelta(number, bytes(call.args).decode("utf-8", "replace"))]

    def _count(self, seen: _Usage) -> UsageSeen:
        cached = seen.cached_content_token_count
        usage = Usage(
            input=max(0, seen.prompt_token_count + seen.tool_use_prompt_token_count - cached),
            output=seen.candidates_token_count + seen.thoughts_token_count,
            cache_read=cached,
        )
        usage.total_tokens = usage.input + usage.output + usage.cache_read
        usage.cost = self.catalog.cost("google", self.asked.model, usage)
        return UsageSeen(usage)
