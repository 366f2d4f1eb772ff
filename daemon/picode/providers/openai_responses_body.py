"""A `ModelRequest` as the body of OpenAI's Responses API.

Nothing is kept at the server: what the model wants back goes along.
"""

import json
from typing import Any

import msgspec

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
from picode.providers.openai_effort import effort
from picode.providers.transcript import call_id, foreign, turns

API = "openai-responses"
Item = dict[str, Any]
# the API takes no smaller limit
LEAST_TOKENS = 16


def body(request: ModelRequest, data: ModelData) -> Item:
    """What is posted to `/responses`."""
    limit = request.max_tokens if data is UNKNOWN else min(request.max_tokens, data.max_tokens)
    whole: Item = {
        "model": request.model,
        "input": _input(request),
        "stream": True,
        "store": False,
        "max_output_tokens": max(limit, LEAST_TOKENS),
    }
    if request.system.strip():
        whole["instructions"] = request.system
    if request.tools:
        whole["tools"] = [
            {
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.parameters,
                "strict": False,
            }
            for tool in request.tools
        ]
    if request.session_id:
        # conversations with the same key share a prompt cache
        whole["prompt_cache_key"] = request.session_id[:64]
    if data.thinking == "effort":
        whole["include"] = ["reasoning.encrypted_content"]
        if level := effort(request.thinking, data):
            whole["reasoning"] = (
                {"effort": level, "summary": "auto"} if level != "none" else {"effort": level}
            )
    return whole


def _input(request: ModelRequest) -> list[Item]:
    told: list[Item] = []
    for turn in turns(request.messages):
        match turn:
            case User():
                if content := [_content(block) for block in turn.content if _says(block)]:
                    told.append({"role": "user", "content": content})
            case ToolResult():
                output = {"type": "function_call_output", "call_id": _id(turn.tool_call_id)}
                told.append(output | {"output": _output(turn)})
            case Assistant():
                told += _said(turn, request.model)
    return told


def _says(block: UserContent) -> bool:
    return isinstance(block, Image) or bool(block.text.strip())


def _content(block: UserContent) -> Item:
    if isinstance(block, Image):
        url = f"data:{block.mime_type};base64,{block.data}"
        return {"type": "input_image", "image_url": url, "detail": "auto"}
    return {"type": "input_text", "text": block.text}


def _output(turn: ToolResult) -> "str | list[Item]":
    """A plain string where there is only text: every server takes that."""
    if any(isinstance(block, Image) for block in turn.content):
        return [_content(block) for block in turn.content if _says(block)]
    return "\n".join(block.text for block in turn.content if isinstance(block, Text)) or "(no output)"


def _said(turn: Assistant, model: str) -> list[Item]:
    other = foreign(turn, API, model)
    made = [item for block in turn.content if (item := _item(block, other)) is not None]
    while made and made[-1].get("type") == "reasoning":
        # a thought that led to nothing, because the answer was cut, is refused
        made.pop()
    return made


def _item(block: Text | Thinking | ToolCall, other: bool) -> Item | None:
    match block:
        case Text(text):
            return _message(text)
        case ToolCall():
            arguments = json.dumps(block.arguments, ensure_ascii=False)
            call = {"type": "function_call", "call_id": _id(block.id)}
            return call | {"name": block.name, "arguments": arguments}
    return _message(block.thinking) if other else _reasoning(block.thinking_signature or "")


def _message(text: str) -> Item | None:
    if not text.strip():
        return None
    return {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}


def _reasoning(signature: str) -> Item | None:
    """The item that was kept; without its sealed content it would be looked for at the server, where it is not."""
    try:
        item = msgspec.json.decode(signature)
    except (msgspec.MsgspecError, UnicodeError):
        return None
    return item if isinstance(item, dict) and item.get("encrypted_content") else None


def _id(id_: str) -> str:
    """pi writes `call_id|item_id`; the first half pairs a call with its result."""
    return call_id(id_.partition("|")[0], longest=64)
