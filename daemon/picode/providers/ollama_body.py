"""A `ModelRequest` as the body of Ollama's `/api/chat`."""

import re
from typing import Any

from picode.messages import Assistant, Image, ModelRequest, Text, Thinking, ToolCall, ToolResult, User
from picode.providers.catalog import UNKNOWN, ModelData
from picode.providers.transcript import call_id, foreign, turns

API = "ollama-chat"
Part = dict[str, Any]
LEVELS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "high"}
# these take a level; the others think or do not
LEVELLED = re.compile(r"gpt-oss")


def body(request: ModelRequest, data: ModelData, think: bool = True) -> Part:
    """What is posted to `/api/chat`; `think`: whether the model may be asked to."""
    options: Part = {"num_predict": request.max_tokens}
    if data is not UNKNOWN:
        options = {"num_predict": min(request.max_tokens, data.max_tokens), "num_ctx": data.context_window}
    whole: Part = {
        "model": request.model,
        "messages": _messages(request),
        "stream": True,
        "options": options,
        "think": think and _think(request),
    }
    if request.tools:
        whole["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool.parameters,
                },
            }
            for tool in request.tools
        ]
    return whole


def _think(request: ModelRequest) -> "bool | str":
    if request.thinking == "off":
        return False
    return LEVELS.get(request.thinking, "medium") if LEVELLED.search(request.model) else True


def _messages(request: ModelRequest) -> list[Part]:
    told: list[Part] = [{"role": "system", "content": request.system}] if request.system.strip() else []
    pictures: list[str] = []
    for turn in [*turns(request.messages), None]:
        if isinstance(turn, ToolResult):
            told.append(_result(turn))
            pictures += [block.data for block in turn.content if isinstance(block, Image)]
            continue
        if pictures:
            told.append({"role": "user", "content": "What the tool showed:", "images": pictures})
            pictures = []
        if isinstance(turn, User):
            told += _asked(turn)
        elif isinstance(turn, Assistant):
            told += _said(turn, request.model)
    return told


def _asked(turn: User) -> list[Part]:
    text = "\n".join(block.text for block in turn.content if isinstance(block, Text))
    images = [block.data for block in turn.content if isinstance(block, Image)]
    if not text.strip() and not images:
        return []
    return [{"role": "user", "content": text} | ({"images": images} if images else {})]


def _result(turn: ToolResult) -> Part:
    text = "\n".join(block.text for block in turn.content if isinstance(block, Text))
    if not text:
        text = "(an image follows)" if turn.content else "(no output)"
    # older servers know a result by the tool's name, newer ones by the call's id
    named = {"tool_name": turn.tool_name, "tool_call_id": call_id(turn.tool_call_id)}
    return {"role": "tool", "content": text, **named}


def _said(turn: Assistant, model: str) -> list[Part]:
    text = "".join(block.text for block in turn.content if isinstance(block, Text))
    thought = "\n".join(block.thinking for block in turn.content if isinstance(block, Thinking))
    calls = [
        {"id": call_id(block.id), "function": {"name": block.name, "arguments": block.arguments}}
        for block in turn.content
        if isinstance(block, ToolCall)
    ]
    if not text.strip() and not calls:
        return []
    message: Part = {"role": "assistant", "content": text}
    if calls:
        message["tool_calls"] = calls
    if thought and not foreign(turn, API, model):
        message["thinking"] = thought
    return [message]
