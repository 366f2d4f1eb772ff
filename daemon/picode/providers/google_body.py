"""A `ModelRequest` as the body of Gemini's `streamGenerateContent`."""

from typing import Any

from picode.messages import (
    Assistant,
    Image,
    ModelRequest,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    User,
    UserContent,
)
from picode.providers.catalog import UNKNOWN, ModelData
from picode.providers.transcript import call_id, foreign, turns

API = "google-generative-ai"
Part = dict[str, Any]
BUDGETS = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 24576, "xhigh": 24576}
LEVELS = {"minimal": "minimal", "low": "low", "medium": "medium", "high": "high", "xhigh": "high"}
# ids that were made here because the model gave none; the model never sees them
OWN_ID = "gcall_"
# the API's own word for a call that another model made: newer models take no call without a signature
UNSIGNED = "skip_thought_signature_validator"


def body(request: ModelRequest, data: ModelData) -> Part:
    """What is posted to `models/MODEL:streamGenerateContent`."""
    limit = request.max_tokens if data is UNKNOWN else min(request.max_tokens, data.max_tokens)
    whole: Part = {
        "contents": _contents(request, data),
        "generationConfig": {"maxOutputTokens": limit, **_thinking(request.thinking, data)},
    }
    if request.system.strip():
        whole["systemInstruction"] = {"parts": [{"text": request.system}]}
    if request.tools:
        declared = [
            {"name": tool.name, "description": tool.description, "parametersJsonSchema": tool.parameters}
            for tool in request.tools
        ]
        whole["tools"] = [{"functionDeclarations": declared}]
    return whole


def _thinking(level: str, data: ModelData) -> Part:
    if data.thinking == "none" or (level == "off" and not data.least_thinking):
        return {}
    field, levels = ("thinkingLevel", LEVELS) if data.thinking == "effort" else ("thinkingBudget", BUDGETS)
    if level != "off":
        # a level that the model does not have would be refused: its least one is the lowest
        wanted: Any = levels.get(level, levels["medium"])
        if wanted == "minimal" and data.least_thinking:
            wanted = data.least_thinking
        return {"thinkingConfig": {field: wanted, "includeThoughts": True}}
    least = data.least_thinking
    return {"thinkingConfig": {field: int(least) if least.isdecimal() else least}}


def _contents(request: ModelRequest, data: ModelData) -> list[Part]:
    """The results of one answer are one content, and what they show follows in another."""
    told: list[Part] = []
    results: list[Part] = []
    pictures: list[Part] = []
    for turn in [*turns(request.messages), None]:
        if isinstance(turn, ToolResult):
            results.append(_result(turn))
            pictures += [_part(block) for block in turn.content if isinstance(block, Image)]
            continue
        if results:
            told.append({"role": "user", "parts": results})
        if pictures:
            told.append({"role": "user", "parts": [{"text": "What the tool showed:"}, *pictures]})
        results, pictures = [], []
        if isinstance(turn, Assistant):
            _add(told, "model", _said(turn, request.model, data))
        elif isinstance(turn, User):
            _add(told, "user", [_part(block) for block in turn.content if _says(block)])
    return told


def _add(told: list[Part], role: str, parts: list[Part]) -> None:
    if parts:
        told.append({"role": role, "parts": parts})


def _says(block: UserContent) -> bool:
    return isinstance(block, Image) or bool(block.text.strip())


def _part(block: UserContent) -> Part:
    if isinstance(block, Image):
        return {"inlineData": {"mimeType": block.mime_type, "data": block.data}}
    return {"text": block.text}


def _result(turn: ToolResult) -> Part:
    text = "\n".join(block.text for block in turn.content if isinstance(block, Text))
    if not text:
        text = "(an image follows)" if turn.content else "(no output)"
    response = {"error" if turn.is_error else "output": text}
    answered = {"name": turn.tool_name, "response": response, **_id(turn.tool_call_id)}
    return {"functionResponse": answered}


def _id(id_: str) -> Part:
    return {} if id_.startswith(OWN_ID) else {"id": call_id(id_)}


def _said(turn: Assistant, model: str, data: ModelData) -> list[Part]:
    other = foreign(turn, API, model)
    parts = [part for block in turn.content if (part := _block(block, other)) is not None]
    calls = [part for part in parts if "functionCall" in part]
    if calls and data.thinking == "effort" and not any("thoughtSignature" in part for part in calls):
        calls[0]["thoughtSignature"] = UNSIGNED
    return parts


def _block(block: Text | Thinking | ToolCall, other: bool) -> Part | None:
    match block:
        case Text(text, signature):
            if not text.strip() and (other or not signature):
                return None
            return {"text": text} | _signed(signature, other)
        case ToolCall():
            call = {"name": block.name, "args": block.arguments, **_id(block.id)}
            return {"functionCall": call} | _signed(block.thought_signature, other)
    if other:
        return {"text": block.thinking} if block.thinking.strip() else None
    if not block.thinking_signature:
        # a summary of thoughts is for the reader; what the model wants back is signed
        return None
    return {"text": block.thinking, "thought": True} | _signed(block.thinking_signature, other)


def _signed(signature: str | None, other: bool) -> Part:
    return {"thoughtSignature": signature} if signature and not other else {}
