"""A `Script` as Bedrock streams it: AWS's binary messages, around `ConverseStream`'s events or Anthropic's."""

import base64
import json
import zlib
from collections.abc import Iterator
from typing import Any

from support.model_script import Call, Calls, Fail, Raw, Say, Stamp, Think
from support.model_wire import Anthropic, Piece, Wire, arguments, pieces, stamped

TYPE = "application/vnd.amazon.eventstream"
STOP = {"stop": "end_turn", "length": "max_tokens", "toolUse": "tool_use", "refused": "guardrail_intervened"}
EXCEPTIONS = {
    "overloaded_error": "serviceUnavailableException", "rate_limit_error": "throttlingException",
    "api_error": "internalServerException",
}  # fmt: skip


def message(payload: bytes, **headers: str) -> bytes:
    """One message; underscores in the names of headers stand for dashes, and a colon is before each."""
    told = b""
    for name, value in headers.items():
        key, text = f":{name.replace('_', '-')}".encode(), value.encode()
        told += bytes([len(key)]) + key + b"\x07" + len(text).to_bytes(2, "big") + text
    begin = (16 + len(told) + len(payload)).to_bytes(4, "big") + len(told).to_bytes(4, "big")
    begin += zlib.crc32(begin).to_bytes(4, "big")
    whole = begin + told + payload
    return whole + zlib.crc32(whole).to_bytes(4, "big")


def event(kind: str, payload: bytes) -> bytes:
    return message(payload, event_type=kind, content_type="application/json", message_type="event")


def exception(kind: str, said: str) -> bytes:
    payload = json.dumps({"message": said}).encode()
    return message(payload, exception_type=kind, content_type="application/json", message_type="exception")


class Chunked(Anthropic):
    """Anthropic's events, each in a `chunk`."""

    content_type = TYPE

    def event(self, data: "dict[str, Any] | str", name: str = "") -> bytes:
        if name == "error" and isinstance(data, dict):
            said = data["error"]
            return exception(EXCEPTIONS.get(said["type"], "internalServerException"), said["message"])
        told = base64.b64encode(json.dumps(data, ensure_ascii=False).encode()).decode()
        return event("chunk", json.dumps({"bytes": told, "p": "abcdefgh"}).encode())

    def error_body(self) -> bytes:
        return json.dumps({"message": self.script.error}).encode()


class Converse(Wire):
    """Blocks with numbers, then the reason, then the usage."""

    content_type = TYPE

    def __init__(self, script: Any, model: str) -> None:
        super().__init__(script, model)
        self.block = 0
        self.open = ""

    def told(self, kind: str, **payload: Any) -> bytes:
        return event(kind, json.dumps({**payload, "p": "abc"}, ensure_ascii=False).encode())

    def error_body(self) -> bytes:
        return json.dumps({"message": self.script.error}).encode()

    def stream(self) -> Iterator[Piece]:
        yield self.told("messageStart", role="assistant")
        for step in self.script.steps:
            yield from self.step(step)
        yield from self.close()
        yield self.told("messageStop", stopReason=STOP[self.script.reason])
        if usage := self.script.usage:
            counted = {
                "inputTokens": usage.input, "outputTokens": usage.output, "totalTokens": usage.input + usage.output,
                "cacheReadInputTokens": usage.cache_read, "cacheWriteInputTokens": usage.cache_write,
            }  # fmt: skip
            yield self.told("metadata", usage=counted, metrics={"latencyMs": 1})

    def step(self, step: Any) -> Iterator[Piece]:
        match step:
            case Say(text):
                yield from self.begin("text")
                yield self.delta(text=text)
            case Stamp():
                yield from self.step(stamped())
            case Think():
                yield from self.think(step)
            case Call():
                yield from self.call(step, 5)
            case Calls():
                for call in step.calls:
                    yield from self.call(call, step.piece)
            case Fail(said, kind):
                yield exception(EXCEPTIONS.get(kind, "internalServerException"), said)
            case Raw(data):
                yield data
            case _:
                yield step

    def begin(self, kind: str) -> Iterator[Piece]:
        if self.open != kind:
            yield from self.close()
            self.open = kind

    def close(self) -> Iterator[Piece]:
        if self.open:
            yield self.told("contentBlockStop", contentBlockIndex=self.block)
            self.block += 1
            self.open = ""

    def delta(self, **delta: Any) -> bytes:
        return self.told("contentBlockDelta", delta=delta, contentBlockIndex=self.block)

    def think(self, step: Think) -> Iterator[Piece]:
        if step.redacted:
            yield from self.begin("redacted")
            yield self.delta(reasoningContent={"redactedContent": step.signature})
            return
        yield from self.begin("thinking")
        yield self.delta(reasoningContent={"text": step.text})
        if step.signature:
            yield self.delta(reasoningContent={"signature": step.signature})

    def call(self, call: Call, size: int) -> Iterator[Piece]:
        yield from self.begin(f"call {self.count}")
        start = {"toolUse": {"toolUseId": self.call_id(call), "name": call.name}}
        yield self.told("contentBlockStart", start=start, contentBlockIndex=self.block)
        for piece in pieces(arguments(call), size):
            yield self.delta(toolUse={"input": piece})
