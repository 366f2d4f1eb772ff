"""A `Script` as Gemini streams it: server-sent chunks with whole parts, and no last event."""

import json
from collections.abc import Iterator
from typing import Any

from support.model_script import Call, Calls, Fail, Raw, Say, Stamp, Think
from support.model_wire import Piece, Wire, stamped

STOP = {"stop": "STOP", "length": "MAX_TOKENS", "toolUse": "STOP", "refused": "SAFETY"}
BY_STATUS = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
}  # fmt: skip
BY_TYPE = {"overloaded_error": 503, "rate_limit_error": 429, "api_error": 500, "authentication_error": 401}


def parsed(call: Call) -> Any:
    """The arguments as a value; what is no JSON stays a text."""
    if not isinstance(call.arguments, str):
        return call.arguments
    try:
        return json.loads(call.arguments)
    except ValueError:
        return call.arguments


class Google(Wire):
    """Each chunk is a whole answer with what is new; the last one has the reason and the usage."""

    def error(self, code: int, message: str) -> dict[str, Any]:
        return {"error": {"code": code, "message": message, "status": BY_STATUS.get(code, "UNKNOWN")}}

    def error_body(self) -> bytes:
        return json.dumps(self.error(self.script.status, self.script.error)).encode()

    def stream(self) -> Iterator[Piece]:
        for step in self.script.steps:
            yield from self.step(step)
        counted: dict[str, Any] = {}
        if usage := self.script.usage:
            prompt = usage.input + usage.cache_read
            counted = {
                "promptTokenCount": prompt,
                "candidatesTokenCount": usage.output - usage.output // 4,
                "thoughtsTokenCount": usage.output // 4,
                "totalTokenCount": prompt + usage.output,
            }
            counted |= {"cachedContentTokenCount": usage.cache_read} if usage.cache_read else {}
        yield self.parts({"text": ""}, reason=STOP[self.script.reason], counted=counted)

    def parts(
        self, *parts: dict[str, Any], reason: str = "", counted: "dict[str, Any] | None" = None
    ) -> bytes:
        candidate: dict[str, Any] = {"content": {"role": "model", "parts": list(parts)}, "index": 0}
        if reason:
            candidate["finishReason"] = reason
        chunk: dict[str, Any] = {"candidates": [candidate], "modelVersion": self.model, "responseId": "r1"}
        return self.event(chunk | ({"usageMetadata": counted} if counted else {}))

    def step(self, step: Any) -> Iterator[Piece]:
        match step:
            case Say(text, signature):
                yield self.parts({"text": text} | signed(signature))
            case Stamp():
                yield from self.step(stamped())
            case Think(text, signature):
                yield self.parts({"text": text, "thought": True} | signed(signature))
            case Call():
                yield self.parts(self.call(step))
            case Calls():
                yield self.parts(*(self.call(call) for call in step.calls))
            case Fail(message, kind):
                yield self.event(self.error(BY_TYPE.get(kind, 500), message))
            case Raw(data):
                yield data
            case _:
                yield step

    def call(self, call: Call) -> dict[str, Any]:
        made: dict[str, Any] = {"name": call.name, "args": parsed(call)}
        if call.id:
            made["id"] = call.id
        return {"functionCall": made} | signed(call.signature)


def signed(signature: str) -> dict[str, str]:
    return {"thoughtSignature": signature} if signature else {}
