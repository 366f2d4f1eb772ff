"""A `ModelRequest` as the body of Anthropic's Messages API, with the marks of its prompt cache."""

from typing import Any

from picode.messages import Assistant, Image, ModelRequest, Text, Thinking, ToolCall, ToolResult, UserContent
from picode.providers.catalog import UNKNOWN, ModelData
from picode.providers.transcript import Turn, call_id, foreign, in_turn

API = "anthropic-messages"
CACHED = {"type": "ephemeral"}
BUDGETS = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16384, "xhigh": 32768}
EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "max"}
# an answer needs room behind the thinking
ROOM = 1024
LEAST_BUDGET = 1024

Block = dict[str, Any]


def body(request: ModelRequest, data: ModelData) -> dict[str, Any]:
    """What is posted to `/v1/messages`."""
    whole: dict[str, Any] = {
        "model": request.model,
        "max_tokens": request.max_tokens if data is UNKNOWN else min(request.max_tokens, data.max_tokens),
        "stream": True,
        "messages": _messages(request),
    }
    if request.system.strip():
        whole["system"] = [{"type": "text", "text": request.system, "cache_control": CACHED}]
    if request.tools:
        whole["tools"] = [
            {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}
            for tool in request.tools
        ]
        if "system" not in whole:
            whole["tools"][-1]["cache_control"] = CACHED
    if not _unthought(whole["messages"]):
        whole |= _thinking(request.thinking, data, whole["max_tokens"])
    return whole


def _unthought(told: list[Block]) -> bool:
    """Whether results go back for calls that were made without thinking: the API takes no thinking then."""
    said: list[Block] = next(
        (message["content"] for message in reversed(told) if message["role"] == "assistant"), []
    )
    answered = told and told[-1]["content"][0]["type"] == "tool_result"
    return bool(answered and said and not said[0]["type"].endswith("thinking"))


def _thinking(level: str, data: ModelData, max_tokens: int) -> dict[str, Any]:
    if level == "off" or data.thinking == "none":
        return {}
    if data.thinking == "adaptive":
        return {
            "thinking": {"type": "adaptive", "display": "summarized"},
            "output_config": {"effort": EFFORTS.get(level, "medium")},
        }
    budget = min(BUDGETS.get(level, 8192), max_tokens - ROOM)
    return {"thinking": {"type": "enabled", "budget_tokens": budget}} if budget >= LEAST_BUDGET else {}


def _messages(request: ModelRequest) -> list[Block]:
    told = in_turn(request.messages, lambda turn: _blocks(turn, request.model))
    _mark(told)
    return told


def _mark(told: list[Block]) -> None:
    """Cache up to the last two messages of the user: one is written now, the other was written the last time."""
    for message in [message for message in told if message["role"] == "user"][-2:]:
        message["content"][-1]["cache_control"] = CACHED


def _blocks(turn: Turn, model: str) -> list[Block]:
    if isinstance(turn, ToolResult):
        result: Block = {
            "type": "tool_result",
            "tool_use_id": call_id(turn.tool_call_id),
            "content": _content(turn.content) or [{"type": "text", "text": "(no output)"}],
        }
        return [result | ({"is_error": True} if turn.is_error else {})]
    if isinstance(turn, Assistant):
        other = foreign(turn, API, model)
        return [made for block in turn.content if (made := _said(block, other)) is not None]
    return _content(turn.content)


def _content(content: list[UserContent]) -> list[Block]:
    made: list[Block] = []
    for block in content:
        if isinstance(block, Image):
            source = {"type": "base64", "media_type": block.mime_type, "data": block.data}
            made.append({"type": "image", "source": source})
        elif block.text.strip():
            made.append({"type": "text", "text": block.text})
    return made


def _said(block: Text | Thinking | ToolCall, other: bool) -> Block | None:
    match block:
        case Text(text):
            return {"type": "text", "text": text} if text.strip() else None
        case ToolCall():
            return {"type": "tool_use", "id": call_id(block.id), "name": block.name, "input": block.arguments}
    if other:
        # another model's thoughts are worth reading, but not as this one's own
        return {"type": "text", "text": block.thinking} if block.thinking.strip() else None
    if not block.thinking_signature:
        return None
    if block.redacted:
        return {"type": "redacted_thinking", "data": block.thinking_signature}
    return {"type": "thinking", "thinking": block.thinking, "signature": block.thinking_signature}
