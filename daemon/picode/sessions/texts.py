"""What of a session's lines can be searched: the words of each message, without their control characters."""

import re

from picode.messages import (
    Assistant,
    BashExecution,
    BranchSummary,
    CompactionSummary,
    Message,
    Text,
    ToolCall,
    plain_text,
)
from picode.sessions.entries import fields
from picode.sessions.typed import message_in

LONGEST = 16_000
"""Characters of one message; of a longer one the middle cannot be found."""
LONGEST_ARGUMENT = 2_000
SAYING = ("message", "custom_message", "branch_summary", "compaction", "session_info")
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]+")


def text_of(kind: str, line: bytes) -> tuple[str, str, int] | None:
    """Who says it, what, and when (milliseconds since 1970); None where nothing is said."""
    if kind not in SAYING:
        return None
    if kind == "session_info":
        name = (fields(line) or {}).get("name")
        return ("name", _bounded(name), 0) if isinstance(name, str) and name else None
    message = message_in(line)
    if message is None:
        return None
    text = _bounded(said(message))
    return (role_of(message), text, message.timestamp) if text else None


def role_of(message: Message) -> str:
    """pi's word for who says it."""
    tag = type(message).__struct_config__.tag
    return tag if isinstance(tag, str) else ""


def said(message: Message) -> str:
    """All words of a message."""
    match message:
        case Assistant():
            return "\n".join(
                block.text if isinstance(block, Text) else _call(block)
                for block in message.content
                if isinstance(block, Text | ToolCall)
            )
        case BashExecution():
            return f"{message.command}\n{message.output}"
        case BranchSummary() | CompactionSummary():
            return message.summary
        case _:
            return plain_text(message.content)


def _call(call: ToolCall) -> str:
    words = (value[:LONGEST_ARGUMENT] for value in call.arguments.values() if isinstance(value, str))
    return " ".join((call.name, *words))


def _bounded(text: str) -> str:
    if len(text) > LONGEST:
        text = f"{text[: LONGEST * 3 // 4]}\n…\n{text[-LONGEST // 4 :]}"
    return CONTROLS.sub(" ", text).strip()
