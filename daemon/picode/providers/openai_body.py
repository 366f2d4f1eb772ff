"""A `ModelRequest` as the body of OpenAI's Chat Completions."""

import hashlib
import json
import re
from typing import Any

from picode.messages import Assistant, Image, ModelRequest, Text, Thinking, ToolCall, ToolResult, User
from picode.providers.catalog import UNKNOWN, ModelData
from picode.providers.openai_effort import effort
from picode.providers.quirks import Quirks
from picode.providers.transcript import call_id, foreign, turns

API = "openai-completions"
Block = dict[str, Any]
# the fields in which servers send thoughts
THOUGHTS = ("reasoning_content", "reasoning")
SPOKEN = "I have read the results."


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
    return whole | _thinking(request.thinking, data, quirks)


def _thinking(level: str, data: ModelData, quirks: Quirks) -> Block:
    """How hard to think, where the model does and the server takes it."""
    if data.thinking != "effort":
        return {}
    asked: Block = json.loads(quirks.thinking_off if level == "off" else quirks.thinking_on)
    if quirks.effort and (wanted := effort(level, data)):
        field, _, within = quirks.effort.partition(".")
        asked[field] = {within: wanted} if within else wanted
    return asked


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
    return _spoken(told + _shown(pictures)) if quirks.speaks_after_tools else told + _shown(pictures)


def _spoken(told: list[Block]) -> list[Block]:
    """The same, with a word of the assistant wherever the user would follow a tool."""
    made: list[Block] = []
    for message in told:
        if made and made[-1]["role"] == "tool" and message["role"] == "user":
            made.append({"role": "assistant", "content": SPOKEN})
        made.append(message)
    return made


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
    thoughts = [block for block in turn.content if isinstance(block, Thinking) and block.thinking]
    calls = [_call(block, quirks) for block in turn.content if isinstance(block, ToolCall)]
    if not text.strip() and not calls:
        return []
    message: Block = {"role": "assistant", "content": text or None}
    if calls:
        message["tool_calls"] = calls
    if thoughts and quirks.thinking_back and calls and not foreign(turn, API, model):
        # a thought's signature is the name of the field it came in
        field = thoughts[-1].thinking_signature or ""
        message[field if field in THOUGHTS else THOUGHTS[0]] = "\n".join(one.thinking for one in thoughts)
    return [message]


def _call(call: ToolCall, quirks: Quirks) -> Block:
    arguments = json.dumps(call.arguments, ensure_ascii=False)
    function = {"name": call.name, "arguments": arguments}
    return {"id": _id(call.id, quirks), "type": "function", "function": function}


def _id(id_: str, quirks: Quirks) -> str:
    if not quirks.call_ids or re.fullmatch(quirks.call_ids, id_):
        return call_id(id_)
    return hashlib.sha256(id_.encode("utf-8", "replace")).hexdigest()[:9]
