"""A `ModelRequest` as the body of OpenAI's Chat Completions."""

import hashlib
import json
import re
from typing import Any

from picode.messages import Assistant, Image, ModelRequest, Text, Thinking, ToolCall, ToolResult, User
from picode.providers.catalog import UNKNOWN, ModelData
from picode.providers.quirks import Quirks
from picode.providers.transcript import call_id, foreign, turns

API = "openai-completions"
Block = dict[str, Any]
EFFORTS = {"minimal": "minimal", "low": "low", "medium": "medium", "high": "high", "xhigh": "xhigh"}


def body(request: ModelRequest, data: ModelData, quirks: Quirks) -> Block:
    """What is posted to `/chat/completions`."""
    limit = request.max_tokens if data is UNKNOWN else min(request.max_tokens, data.max_tokens)
    whole: Block = {
        "model": request.model,
        "messages": _messages(request, quirks),
        "stream": True,
        quirks.max_tokens: limit,
    }
    if quirks.usage_option:
        whole["stream_options"] = {"include_usage": True}
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
    if quirks.effort and data.thinking == "effort" and request.thinking != "off":
        whole[quirks.effort] = EFFORTS.get(request.thinking, "medium")
    return whole


def _messages(request: ModelRequest, quirks: Quirks) -> list[Block]:
    told: list[Block] = []
    if request.system.strip():
        told.append({"role": "system", "content": request.system})
    pictures: list[Block] = []
    for turn in turns(request.messages):
        if not isinstance(turn, ToolResult):
            # results of one answer stand side by side; what they show follows them
            told += _shown(pictures)
            pictures = []
        match turn:
            case User():
                if content := _content(turn):
                    told.append({"role": "user", "content": content})
            case ToolResult():
                told.append(_result(turn, quirks))
                pictures += [_picture(block) for block in turn.content if isinstance(block, Image)]
            case Assistant():
                told += _assistant(turn, request.model, quirks)
    return told + _shown(pictures)


def _shown(pictures: list[Block]) -> list[Block]:
    if not pictures:
        return []
    return [{"role": "user", "content": [{"type": "text", "text": "What the tool showed:"}, *pictures]}]


def _content(turn: User) -> "str | list[Block]":
    """A plain string where there is only text: every server takes that."""
    if not any(isinstance(block, Image) for block in turn.content):
        return "\n".join(block.text for block in turn.content if isinstance(block, Text))
    return [
        _picture(block) if isinstance(block, Image) else {"type": "text", "text": block.text}
        for block in turn.content
    ]


def _picture(image: Image) -> Block:
    return {"type": "image_url", "image_url": {"url": f"data:{image.mime_type};base64,{image.data}"}}


def _result(turn: ToolResult, quirks: Quirks) -> Block:
    text = "\n".join(block.text for block in turn.content if isinstance(block, Text))
    if not text:
        text = "(an image follows)" if turn.content else "(no output)"
    return {"role": "tool", "tool_call_id": _id(turn.tool_call_id, quirks), "content": text}


def _assistant(turn: Assistant, model: str, quirks: Quirks) -> list[Block]:
    text = "".join(block.text for block in turn.content if isinstance(block, Text))
    thought = "\n".join(block.thinking for block in turn.content if isinstance(block, Thinking))
    calls = [_call(block, quirks) for block in turn.content if isinstance(block, ToolCall)]
    if not text.strip() and not calls:
        return []
    message: Block = {"role": "assistant", "content": text or None}
    if calls:
        message["tool_calls"] = calls
    if thought and quirks.thinking_back and calls and not foreign(turn, API, model):
        message["reasoning_content"] = thought
    return [message]


def _call(call: ToolCall, quirks: Quirks) -> Block:
    arguments = json.dumps(call.arguments, ensure_ascii=False)
    function = {"name": call.name, "arguments": arguments}
    return {"id": _id(call.id, quirks), "type": "function", "function": function}


def _id(id_: str, quirks: Quirks) -> str:
    if not quirks.call_ids or re.fullmatch(quirks.call_ids, id_):
        return call_id(id_)
    return hashlib.sha256(id_.encode("utf-8", "replace")).hexdigest()[:9]
