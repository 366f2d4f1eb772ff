"""Anthropic's Messages API."""

from collections.abc import AsyncGenerator, Callable

import msgspec

from picode.credentials import Found
from picode.messages import (
    ModelRequest,
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
from picode.providers.anthropic_body import API, body
from picode.providers.catalog import Catalog
from picode.providers.exchange import exchange
from picode.providers.failures import Asked
from picode.providers.http import Http

BASE = "https://api.anthropic.com"
NO_KEY = "no key: set ANTHROPIC_API_KEY or run `picode auth add anthropic`"
VERSION = "2023-06-01"
STOPS: dict[str, StopReason] = {
    "end_turn": "stop", "stop_sequence": "stop", "pause_turn": "stop",
    "max_tokens": "length", "model_context_window_exceeded": "length", "tool_use": "toolUse",
}  # fmt: skip


class _Usage(msgspec.Struct):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None


class _Block(msgspec.Struct):
    type: str = ""
    id: str = ""
    name: str = ""
    text: str = ""
    thinking: str = ""
    data: str = ""


class _Delta(msgspec.Struct):
    type: str = ""
    text: str = ""
    thinking: str = ""
    signature: str = ""
    partial_json: str = ""
    stop_reason: str | None = None


class _Message(msgspec.Struct):
    usage: _Usage | None = None


class _Error(msgspec.Struct):
    type: str = ""
    message: str = ""


class _Event(msgspec.Struct):
    type: str = ""
    index: int = 0
    message: _Message | None = None
    content_block: _Block | None = None
    delta: _Delta | None = None
    usage: _Usage | None = None
    error: _Error | None = None


class _Kind(msgspec.Struct):
    type: str = ""


KNOWN = {
    "message_start",
    "content_block_start",
    "content_block_delta",
    "message_delta",
    "message_stop",
    "error",
}
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
    """The state of one answer: turns the API's events into ours. Pure, but for the `ModelFailed` it may raise."""

    def __init__(self, asked: Asked, catalog: Catalog) -> None:
        self.asked = asked
        self.catalog = catalog
        self.usage = Usage()
        self.reason = ""
        self.ended = False

    def take(self, data: bytes) -> list[StreamEvent]:
        """One event's data; unknown kinds of events, blocks and deltas are passed over."""
        try:
            event = _read(data)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise failures.nonsense(self.asked, str(error)) from error
        match event.type:
            case "content_block_delta" if event.delta is not None:
                return _delta(event.index, event.delta)
            case "content_block_start" if event.content_block is not None:
                return _begun(event.index, event.content_block)
            case "message_start" if event.message is not None:
                return self._count(event.message.usage)
            case "message_delta":
                self.reason = (event.delta and event.delta.stop_reason) or self.reason
                return self._count(event.usage)
            case "message_stop":
                self.ended = True
            case "error":
                error_ = event.error or _Error()
                raise failures.of_event(self.asked, error_.type, error_.message)
        return []

    def _count(self, seen: _Usage | None) -> list[StreamEvent]:
        """Later figures replace earlier ones; what is left out stays."""
        if seen is None:
            return []
        old = self.usage
        usage = Usage(
            input=old.input if seen.input_tokens is None else seen.input_tokens,
            output=old.output if seen.output_tokens is None else seen.output_tokens,
            cache_read=old.cache_read
            if seen.cache_read_input_tokens is None
            else seen.cache_read_input_tokens,
            cache_write=(
                old.cache_write
                if seen.cache_creation_input_tokens is None
                else seen.cache_creation_input_tokens
            ),
        )
        usage.total_tokens = usage.input + usage.output + usage.cache_read + usage.cache_write
        usage.cost = self.catalog.cost("anthropic", self.asked.model, usage)
        self.usage = usage
        return [UsageSeen(usage)]

    def finish(self) -> list[StreamEvent]:
        """The end of the stream: `Stopped`, or a failure when the answer was not whole."""
        if not self.ended:
            raise failures.cut(self.asked)
        if self.reason in ("refusal", "sensitive"):
            raise failures.refused(self.asked, "")
        return [Stopped(STOPS.get(self.reason, "stop"))]


def _delta(index: int, delta: _Delta) -> list[StreamEvent]:
    match delta.type:
        case "text_delta":
            return [TextDelta(delta.text)] if delta.text else []
        case "input_json_delta":
            return [ToolCallDelta(index, delta.partial_json)] if delta.partial_json else []
        case "thinking_delta":
            return [ThinkingDelta(delta.thinking)] if delta.thinking else []
        case "signature_delta":
            return [ThinkingDelta("", signature=delta.signature)]
    return []


def _begun(index: int, block: _Block) -> list[StreamEvent]:
    match block.type:
        case "tool_use":
            return [ToolCallBegun(index, block.id, block.name)]
        case "redacted_thinking":
            return [ThinkingDelta("", signature=block.data, redacted=True)]
        case "text":
            return [TextDelta(block.text)] if block.text else []
        case "thinking":
            return [ThinkingDelta(block.thinking)] if block.thinking else []
    return []


class Anthropic:
    """`base`: ANTHROPIC_BASE_URL, without `/v1`. The key is looked for at each call, so a new one counts at once."""

    name = "anthropic"
    api = API

    def __init__(
        self, http: Http, find_key: Callable[[], Found | None], catalog: Catalog, base: str = ""
    ) -> None:
        self.http = http
        self.find_key = find_key
        self.catalog = catalog
        self.base = (base.strip().rstrip("/") or BASE).removesuffix("/v1")

    def asked(self, model: str, key: str) -> Asked:
        return Asked(
            provider=self.name, label="Anthropic", url=f"{self.base}/v1/messages", model=model,
            variable="ANTHROPIC_API_KEY", base_variable="ANTHROPIC_BASE_URL", secrets=(key,),
            known=tuple(self.catalog.of(self.name).models),
        )  # fmt: skip

    def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        found = self.find_key()
        asked = self.asked(request.model, found.secret.reveal() if found else "")
        if found is None:
            raise failures.no_key(asked)
        headers = {
            **found.headers("x-api-key"),
            **({"anthropic-beta": "oauth-2025-04-20"} if found.bearer else {}),
            "anthropic-version": VERSION,
            "content-type": "application/json",
            "accept": "text/event-stream",
        }
        data = self.catalog.find(self.name, request.model)
        posted = msgspec.json.encode(body(request, data))
        return exchange(self.http, asked, headers, posted, Answer(asked, self.catalog))

    def ready(self) -> tuple[bool, str]:
        found = self.find_key()
        return found is not None, found.origin if found else NO_KEY

    async def close(self) -> None:
        """The connections are shared; whoever made `http` closes it."""
