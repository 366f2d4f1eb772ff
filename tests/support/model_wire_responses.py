"""A `Script` as OpenAI's Responses API streams it: items that are added, grow and are done, and a last event."""

import json
from collections.abc import Iterator
from typing import Any

from support.model_script import Call, Calls, Fail, Raw, Say, Stamp, Think
from support.model_wire import Piece, Wire, arguments, pieces, stamped

INCOMPLETE = {"length": "max_output_tokens", "refused": "content_filter"}


class Responses(Wire):
    """`response.created`, then items, then `response.completed`."""

    index = -1
    open = ""
    text = ""
    number = 0

    def typed(self, kind: str, **data: Any) -> bytes:
        self.number += 1
        return self.event({"type": kind, "sequence_number": self.number, **data}, kind)

    def error_body(self) -> bytes:
        kind = self.script.error_type or "server_error"
        error = {"message": self.script.error, "type": kind, "code": kind, "param": None}
        return json.dumps({"error": error}).encode()

    def response(self, status: str, **data: Any) -> dict[str, Any]:
        return {"id": "resp_1", "object": "response", "model": self.model, "status": status, **data}

    def stream(self) -> Iterator[Piece]:
        yield self.typed("response.created", response=self.response("in_progress", usage=None))
        for step in self.script.steps:
            yield from self.step(step)
        yield from self.close()
        counted = None
        if usage := self.script.usage:
            prompt = usage.input + usage.cache_read
            counted = {
                "input_tokens": prompt,
                "input_tokens_details": {"cached_tokens": usage.cache_read},
                "output_tokens": usage.output,
                "output_tokens_details": {"reasoning_tokens": usage.output // 4},
                "total_tokens": prompt + usage.output,
            }
        why = INCOMPLETE.get(self.script.reason)
        status = "incomplete" if why else "completed"
        details = {"reason": why} if why else None
        whole = self.response(status, usage=counted, incomplete_details=details, error=None)
        yield self.typed(f"response.{status}", response=whole)

    def step(self, step: Any) -> Iterator[Piece]:
        match step:
            case Say(text):
                yield from self.begin_text()
                self.text += text
                yield self.typed(
                    "response.output_text.delta", output_index=self.index, content_index=0, delta=text
                )
            case Stamp():
                yield from self.step(stamped())
            case Think(text, signature):
                yield from self.think(text, signature)
            case Call():
                yield from self.calls(Calls(step))
            case Calls():
                yield from self.calls(step)
            case Fail(message, kind):
                error = {"code": kind, "message": message}
                yield self.typed("response.failed", response=self.response("failed", error=error))
            case Raw(data):
                yield data
            case _:
                yield step

    def begin_text(self) -> Iterator[Piece]:
        if self.open:
            return
        self.index += 1
        self.open, self.text = "message", ""
        item = {"type": "message", "id": f"msg_{self.index}", "role": "assistant", "content": []}
        yield self.typed("response.output_item.added", output_index=self.index, item=item)
        part = {"type": "output_text", "text": "", "annotations": []}
        yield self.typed("response.content_part.added", output_index=self.index, content_index=0, part=part)

    def close(self) -> Iterator[Piece]:
        if self.open:
            self.open = ""
            part = {"type": "output_text", "text": self.text, "annotations": []}
            item = {"type": "message", "id": f"msg_{self.index}", "role": "assistant", "content": [part]}
            yield self.typed("response.output_item.done", output_index=self.index, item=item)

    def think(self, text: str, signature: str) -> Iterator[Piece]:
        yield from self.close()
        self.index += 1
        item: dict[str, Any] = {"type": "reasoning", "id": f"rs_{self.index}", "summary": []}
        yield self.typed("response.output_item.added", output_index=self.index, item=item)
        place = {"output_index": self.index, "summary_index": 0}
        part = {"type": "summary_text", "text": ""}
        yield self.typed("response.reasoning_summary_part.added", **place, part=part)
        yield self.typed("response.reasoning_summary_text.delta", **place, delta=text)
        item |= {"summary": [{"type": "summary_text", "text": text}], "encrypted_content": signature or None}
        yield self.typed("response.output_item.done", output_index=self.index, item=item)

    def calls(self, step: Calls) -> Iterator[Piece]:
        yield from self.close()
        waiting: list[tuple[int, dict[str, Any], list[str]]] = []
        for call in step.calls:
            self.index += 1
            item = {
                "type": "function_call", "id": f"fc_{self.index}", "call_id": self.call_id(call),
                "name": call.name, "arguments": "",
            }  # fmt: skip
            yield self.typed("response.output_item.added", output_index=self.index, item=item)
            whole = {**item, "arguments": arguments(call)}
            waiting.append((self.index, whole, pieces(arguments(call), step.piece)))
        for turn in range(max(len(parts) for _, _, parts in waiting)):
            for index, _, parts in waiting:
                if turn < len(parts):
                    yield self.typed(
                        "response.function_call_arguments.delta", output_index=index, delta=parts[turn]
                    )
        for index, whole, _ in waiting:
            yield self.typed("response.output_item.done", output_index=index, item=whole)
