"""A `Script` as Ollama's `/api/chat` streams it: a JSON object a line, the last one `done`."""

import json
from collections.abc import Iterator
from typing import Any

from support.model_script import Call, Calls, Fail, Raw, Say, Stamp, Think
from support.model_wire import Piece, Wire, stamped
from support.model_wire_google import parsed


class Ollama(Wire):
    """Calls come whole; ids only where the script gives them, as from newer servers."""

    content_type = "application/x-ndjson"

    def line(self, message: "dict[str, Any] | None", **data: Any) -> bytes:
        whole = {"model": self.model, "created_at": "2026-01-01T00:00:00Z", "done": False, **data}
        if message is not None:
            whole["message"] = {"role": "assistant", "content": "", **message}
        return (json.dumps(whole, ensure_ascii=False) + self.script.newline).encode()

    def error_body(self) -> bytes:
        return json.dumps({"error": self.script.error}).encode()

    def stream(self) -> Iterator[Piece]:
        for step in self.script.steps:
            yield from self.step(step)
        counted: dict[str, int] = {}
        if usage := self.script.usage:
            counted = {"prompt_eval_count": usage.input, "eval_count": usage.output, "total_duration": 5}
        reason = "length" if self.script.reason == "length" else "stop"
        yield self.line({}, done=True, done_reason=reason, **counted)

    def step(self, step: Any) -> Iterator[Piece]:
        match step:
            case Say(text):
                yield self.line({"content": text})
            case Stamp():
                yield from self.step(stamped())
            case Think(text):
                yield self.line({"thinking": text})
            case Call():
                yield self.line({"tool_calls": [self.call(step)]})
            case Calls():
                yield self.line({"tool_calls": [self.call(call) for call in step.calls]})
            case Fail(message):
                yield (json.dumps({"error": message}) + self.script.newline).encode()
            case Raw(data):
                yield data
            case _:
                yield step

    def call(self, call: Call) -> dict[str, Any]:
        made: dict[str, Any] = {"function": {"name": call.name, "arguments": parsed(call)}}
        return made | ({"id": call.id} if call.id else {})
