"""A `Script` in the wire formats of Anthropic's Messages and OpenAI's Chat Completions, event by event."""

import json
import time
from collections.abc import Iterator
from typing import Any

from support.model_script import Call, Calls, Cut, Fail, Gate, Pause, Raw, Say, Script, Silence, Stamp, Think

Wait = Gate | Pause | Cut | Silence
Piece = bytes | Wait

ANTHROPIC_STOP = {"stop": "end_turn", "length": "max_tokens", "toolUse": "tool_use", "refused": "refusal"}
OPENAI_STOP = {"stop": "stop", "length": "length", "toolUse": "tool_calls", "refused": "content_filter"}


def pieces(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def arguments(call: Call) -> str:
    return call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments)


def stamped() -> Say:
    return Say(f"@{time.monotonic_ns()}@ word ")


class Wire:
    """Shared by all formats: numbers the calls and writes an event's lines."""

    content_type = "text/event-stream"

    def __init__(self, script: Script, model: str) -> None:
        self.script = script
        self.model = model
        self.count = 0

    def call_id(self, call: Call) -> str:
        self.count += 1
        return call.id or f"call_{self.count}"

    def error_body(self) -> bytes:
        raise NotImplementedError

    def stream(self) -> Iterator[Piece]:
        raise NotImplementedError

    def event(self, data: "dict[str, Any] | str", name: str = "") -> bytes:
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        head = f"event: {name}{self.script.newline}" if name else ""
        return f"{head}data: {text}{self.script.newline * 2}".encode()


class Anthropic(Wire):
    """`message_start`, then blocks, then `message_delta` and `message_stop`."""

    def __init__(self, script: Script, model: str) -> None:
        super().__init__(script, model)
        self.index = -1
        self.open = ""

    def typed(self, kind: str, **data: Any) -> bytes:
        return self.event({"type": kind, **data}, kind)

    def error_body(self) -> bytes:
        kind = self.script.error_type or "api_error"
        return json.dumps({"type": "error", "error": {"type": kind, "message": self.script.error}}).encode()

    def stream(self) -> Iterator[Piece]:
        usage = self.script.usage
        counted = {"input_tokens": usage.input, "output_tokens": 1} if usage else {}
        if usage:
            counted |= {
                "cache_read_input_tokens": usage.cache_read,
                "cache_creation_input_tokens": usage.cache_write,
            }
        message = {"id": "msg_1", "type": "message", "role": "assistant", "model": self.model, "content": []}
        yield self.typed("message_start", message={**message, "stop_reason": None, "usage": counted})
        for step in self.script.steps:
            yield from self.step(step)
        yield from self.close()
        delta = {"stop_reason": ANTHROPIC_STOP[self.script.reason], "stop_sequence": None}
        yield self.typed("message_delta", delta=delta, usage={"output_tokens": usage.output} if usage else {})
        yield self.typed("message_stop")

    def step(self, step: Any) -> Iterator[Piece]:
        match step:
            case Say(text):
                yield from self.begin("text", {"type": "text", "text": ""})
                yield self.delta({"type": "text_delta", "text": text})
            case Stamp():
                yield from self.step(stamped())
            case Think():
                yield from self.think(step)
            case Call():
                yield from self.call(step, 5)
            case Calls():
                for call in step.calls:
                    yield from self.call(call, step.piece)
            case Fail(message, kind):
                yield self.typed("error", error={"type": kind, "message": message})
            case Raw(data):
                yield data
            case _:
                yield step

    def begin(self, kind: str, block: dict[str, Any]) -> Iterator[Piece]:
        if self.open == kind == "text":
            return
        yield from self.close()
        self.index += 1
        self.open = kind
        yield self.typed("content_block_start", index=self.index, content_block=block)

    def delta(self, delta: dict[str, Any]) -> bytes:
        return self.typed("content_block_delta", index=self.index, delta=delta)

    def close(self) -> Iterator[Piece]:
        if self.open:
            self.open = ""
            yield self.typed("content_block_stop", index=self.index)

    def think(self, step: Think) -> Iterator[Piece]:
        if step.redacted:
            yield from self.begin("redacted", {"type": "redacted_thinking", "data": step.signature})
            return
        yield from self.begin("thinking", {"type": "thinking", "thinking": "", "signature": ""})
        yield self.delta({"type": "thinking_delta", "thinking": step.text})
        if step.signature:
            yield self.delta({"type": "signature_delta", "signature": step.signature})
            yield from self.close()

    def call(self, call: Call, size: int) -> Iterator[Piece]:
        block = {"type": "tool_use", "id": self.call_id(call), "name": call.name, "input": {}}
        yield from self.begin("tool_use", block)
        for piece in ["", *pieces(arguments(call), size)]:
            yield self.delta({"type": "input_json_delta", "partial_json": piece})
        yield from self.close()


class OpenAI(Wire):
    """Chunks with one choice, then one with the reason, one with the usage, and `[DONE]`."""

    tools = 0

    def chunk(self, delta: dict[str, Any], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return self.event({**self.head(), "choices": [choice]})

    def head(self) -> dict[str, Any]:
        return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": self.model}

    def error_body(self) -> bytes:
        kind = self.script.error_type or "server_error"
        error = {"message": self.script.error, "type": kind, "code": kind, "param": None}
        return json.dumps({"error": error}).encode()

    def stream(self) -> Iterator[Piece]:
        yield self.chunk({"role": "assistant", "content": ""})
        for step in self.script.steps:
            yield from self.step(step)
        yield self.chunk({}, OPENAI_STOP[self.script.reason])
        if usage := self.script.usage:
            prompt = usage.input + usage.cache_read + usage.cache_write
            counted = {
                "prompt_tokens": prompt,
                "completion_tokens": usage.output,
                "total_tokens": prompt + usage.output,
                "prompt_tokens_details": {"cached_tokens": usage.cache_read},
            }
            yield self.event({**self.head(), "choices": [], "usage": counted})
        yield self.event("[DONE]")

    def step(self, step: Any) -> Iterator[Piece]:
        match step:
            case Say(text):
                yield self.chunk({"content": text})
            case Stamp():
                yield from self.step(stamped())
            case Think(text):
                yield self.chunk({"reasoning_content": text})
            case Call():
                yield from self.calls(Calls(step))
            case Calls():
                yield from self.calls(step)
            case Fail(message, kind):
                yield self.event({"error": {"message": message, "type": kind, "code": kind}})
            case Raw(data):
                yield data
            case _:
                yield step

    def calls(self, step: Calls) -> Iterator[Piece]:
        first = self.tools
        waiting: list[list[str]] = []
        for index, call in enumerate(step.calls, first):
            function = {"name": call.name, "arguments": ""}
            begun = {"index": index, "id": self.call_id(call), "type": "function", "function": function}
            yield self.chunk({"tool_calls": [begun]})
            waiting.append(pieces(arguments(call), step.piece))
        self.tools += len(waiting)
        for turn in range(max(map(len, waiting), default=0)):
            for index, parts in enumerate(waiting, first):
                if turn < len(parts):
                    part = {"index": index, "function": {"arguments": parts[turn]}}
                    yield self.chunk({"tool_calls": [part]})


def wire(path: str, script: Script, model: str) -> Wire:
    """The format that this path speaks."""
    from support.model_wire_bedrock import Chunked, Converse
    from support.model_wire_google import Google
    from support.model_wire_ollama import Ollama
    from support.model_wire_responses import Responses

    if path.endswith("/converse-stream"):
        return Converse(script, model)
    if path.endswith("/invoke-with-response-stream"):
        return Chunked(script, model)
    if path.endswith("/responses"):
        return Responses(script, model)
    if path.endswith("/api/chat"):
        return Ollama(script, model)
    if path.endswith(":streamGenerateContent"):
        return Google(script, path.rpartition("/")[2].partition(":")[0])
    return (Anthropic if path.endswith(("/messages", ":streamRawPredict")) else OpenAI)(script, model)
