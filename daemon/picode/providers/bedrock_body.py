"""A `ModelRequest` as the body of Bedrock's `ConverseStream`."""

from typing import Any

from picode.messages import Assistant, Image, ModelRequest, Text, Thinking, ToolCall, ToolResult, UserContent
from picode.providers.catalog import UNKNOWN, ModelData
from picode.providers.transcript import Turn, call_id, foreign, in_turn

API = "bedrock-converse-stream"
Block = dict[str, Any]
FORMATS = {"image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif", "image/webp": "webp"}


def body(request: ModelRequest, data: ModelData) -> Block:
    """What is posted to `/model/MODEL/converse-stream`."""
    limit = request.max_tokens if data is UNKNOWN else min(request.max_tokens, data.max_tokens)
    whole: Block = {"messages": _messages(request), "inferenceConfig": {"maxTokens": limit}}
    if request.system.strip():
        whole["system"] = [{"text": request.system}]
    if request.tools:
        whole["toolConfig"] = {
            "tools": [_tool(tool.name, tool.description, tool.parameters) for tool in request.tools]
        }
    elif used := _used(whole["messages"]):
        # a conversation with calls in it is refused without the tools that were called
        anything = {"type": "object", "properties": {}}
        whole["toolConfig"] = {"tools": [_tool(name, "Not available any more.", anything) for name in used]}
    return whole


def _tool(name: str, description: str, parameters: Block) -> Block:
    return {
        "toolSpec": {"name": name, "description": description or name, "inputSchema": {"json": parameters}}
    }


def _used(told: list[Block]) -> list[str]:
    names = [block["toolUse"]["name"] for one in told for block in one["content"] if "toolUse" in block]
    return list(dict.fromkeys(names))


def _messages(request: ModelRequest) -> list[Block]:
    return in_turn(request.messages, lambda turn: _blocks(turn, request.model))


def _blocks(turn: Turn, model: str) -> list[Block]:
    if isinstance(turn, ToolResult):
        result = {
            "toolUseId": call_id(turn.tool_call_id),
            "content": _content(turn.content) or [{"text": "(no output)"}],
            "status": "error" if turn.is_error else "success",
        }
        return [{"toolResult": result}]
    if isinstance(turn, Assistant):
        other = foreign(turn, API, model)
        return [made for block in turn.content if (made := _said(block, other)) is not None]
    return _content(turn.content)


def _content(content: list[UserContent]) -> list[Block]:
    made: list[Block] = []
    for block in content:
        if isinstance(block, Image):
            picture = {"format": FORMATS.get(block.mime_type, "png"), "source": {"bytes": block.data}}
            made.append({"image": picture})
        elif block.text.strip():
            made.append({"text": block.text})
    return made


def _said(block: Text | Thinking | ToolCall, other: bool) -> Block | None:
    match block:
        case Text(text):
            return {"text": text} if text.strip() else None
        case ToolCall():
            return {"toolUse": {"toolUseId": call_id(block.id), "name": block.name, "input": block.arguments}}
    if other:
        return {"text": block.thinking} if block.thinking.strip() else None
    if not block.thinking_signature:
        return None
    if block.redacted:
        return {"reasoningContent": {"redactedContent": block.thinking_signature}}
    signed = {"text": block.thinking, "signature": block.thinking_signature}
    return {"reasoningContent": {"reasoningText": signed}}
