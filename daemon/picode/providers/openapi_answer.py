"""A chat's answer in one piece, and in the old form with `functions`, as the chunks that `openai_answer` reads."""

from typing import Any, ClassVar, Literal

import msgspec

from picode.messages import StreamEvent
from picode.providers import failures
from picode.providers.catalog import Catalog
from picode.providers.failures import Asked
from picode.providers.openai_answer import Answer
from picode.providers.sse import LONGEST, TooLong

Block = dict[str, Any]


class Whole:
    """A framing: the whole body is one event."""

    KINDS: ClassVar[tuple[str, ...]] = ("application/json", "text/json", "text/plain", "")

    def __init__(self) -> None:
        self._body = bytearray()

    def feed(self, piece: bytes) -> list[tuple[str, bytes]]:
        """The body, as soon as it is a whole value."""
        self._body += piece
        if len(self._body) > LONGEST:
            raise TooLong(f"an answer of more than {LONGEST} bytes")
        # JSON that ends with a brace may be whole; other pieces are not looked at
        if not piece.rstrip().endswith(b"}"):
            return []
        try:
            msgspec.json.decode(self._body, type=msgspec.Raw)
        except msgspec.DecodeError:
            return []
        whole, self._body = bytes(self._body), bytearray()
        return [("", whole)]


class Described(Answer):
    """`answers`: where the document says that the message is."""

    def __init__(self, asked: Asked, catalog: Catalog, answers: Literal["choices", "message"]) -> None:
        super().__init__(asked, catalog)
        self._answers = answers

    def take(self, data: bytes) -> list[StreamEvent]:
        if data == b"[DONE]":
            return super().take(data)
        try:
            told = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise failures.nonsense(self.asked, str(error)) from error
        if not isinstance(told, dict):
            raise failures.nonsense(self.asked, "it is no JSON object")
        return super().take(msgspec.json.encode(self._chunk(told)))

    def _chunk(self, told: Block) -> Block:
        if told.get("error"):
            return {"error": told["error"]}
        choices = told.get("choices")
        if self._answers == "message" and not choices and isinstance(told.get("message"), dict):
            reason = told.get("finish_reason") or told.get("done_reason") or "stop"
            choices = [{"message": told["message"], "finish_reason": str(reason).lower()}]
        if not isinstance(choices, list) or not all(isinstance(one, dict) for one in choices):
            raise failures.nonsense(self.asked, f"it has no {self._answers}")
        usage = told.get("usage")
        return {"choices": [_choice(one) for one in choices[:1]], "usage": usage if _counts(usage) else None}


def _counts(usage: object) -> bool:
    return isinstance(usage, dict) and isinstance(usage.get("prompt_tokens"), int)


def _choice(one: Block) -> Block:
    """A choice with a whole message, or with a delta, as one with a delta; a `function_call` as a tool's."""
    message = one.get("message")
    whole = isinstance(message, dict)
    said = dict(message) if isinstance(message, dict) else dict(one.get("delta") or {})
    called = said.pop("function_call", None)
    if isinstance(called, dict):
        said["tool_calls"] = [{"index": 0, "function": called}]
    reason = one.get("finish_reason")
    # a whole message is whole, whatever it calls its end
    return {"delta": said, "finish_reason": reason or ("stop" if whole else None)}
