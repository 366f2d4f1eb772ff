"""From what a session file holds to `picode.messages`, leniently: other programs and other versions write it too."""

from typing import Any, get_args

import msgspec

from picode import messages
from picode.messages import Message
from picode.sessions.entries import fields, milliseconds

BLOCKS = {
    "user": ("text", "image"),
    "assistant": ("text", "thinking", "toolCall"),
    "toolResult": ("text", "image"),
    "custom": ("text", "image"),
}
LISTS = ("user", "assistant", "toolResult")
NEEDED: dict[str, dict[str, Any]] = {
    "user": {"content": [], "timestamp": 0},
    "assistant": {
        "content": [], "api": "", "provider": "", "model": "", "usage": {}, "stopReason": "stop", "timestamp": 0,
    },
    "toolResult": {"toolCallId": "", "toolName": "", "content": []},
    "bashExecution": {"command": "", "output": ""},
    "custom": {"customType": "", "content": ""},
    "branchSummary": {"summary": "", "fromId": ""},
    "compactionSummary": {"summary": "", "tokensBefore": 0},
}  # fmt: skip
REASONS = get_args(messages.StopReason)


class _Line(msgspec.Struct):
    message: Message


_quick = msgspec.json.Decoder(_Line)


def message_in(line: bytes) -> Message | None:
    """The message that an entry's line stands for in a conversation; None for entries that say nothing."""
    if line.startswith(b'{"type":"message"'):
        try:
            return _quick.decode(line).message
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            pass  # another program's dialect: field by field
    raw = fields(line)
    return None if raw is None else message_of(raw)


def message_of(entry: dict[str, Any]) -> Message | None:
    """The same for an entry that was read already."""
    kind, when = entry.get("type"), milliseconds(entry.get("timestamp"))
    if kind == "message" and isinstance(entry.get("message"), dict):
        return lenient(entry["message"])
    if kind == "custom_message":
        return lenient({**entry, "role": "custom", "timestamp": when})
    if kind == "branch_summary" and entry.get("summary"):
        return lenient({**entry, "role": "branchSummary", "timestamp": when})
    if kind == "compaction":
        return lenient({**entry, "role": "compactionSummary", "timestamp": when})
    return None


def lenient(raw: dict[str, Any]) -> Message | None:
    """A message out of `raw`: what is missing gets its default, blocks that are not known are left out."""
    role = raw.get("role")
    if not isinstance(role, str) or role not in NEEDED:
        return None
    kept = {key: value for key, value in raw.items() if value is not None}
    kept = NEEDED[role] | kept
    if role in BLOCKS:
        kept["content"] = _content(role, kept["content"])
    if role == "assistant" and kept["stopReason"] not in REASONS:
        kept["stopReason"] = "stop"
    for name in ("details", "usage"):
        if name in kept and not isinstance(kept[name], dict):
            del kept[name]
    try:
        found: Message = msgspec.convert(kept, Message, strict=False)
        return found
    except msgspec.MsgspecError:
        return _barely(role, kept)


def _content(role: str, content: Any) -> Any:
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if role in LISTS else content
    if not isinstance(content, list):
        return []
    blocks = (
        _block(block) for block in content if isinstance(block, dict) and block.get("type") in BLOCKS[role]
    )
    return [block for block in blocks if block is not None]


def _block(block: dict[str, Any]) -> dict[str, Any] | None:
    if block["type"] == "toolCall" and not isinstance(block.get("arguments"), dict):
        block = {**block, "arguments": {}}
    needed = {
        "text": ("text",),
        "thinking": ("thinking",),
        "image": ("data", "mimeType"),
        "toolCall": ("id", "name"),
    }
    if not all(isinstance(block.get(name), str) for name in needed[block["type"]]):
        return None
    return {key: value for key, value in block.items() if value is not None}


def _barely(role: str, kept: dict[str, Any]) -> Message | None:
    """Only what is needed, when some other field has an impossible value."""
    try:
        needed = {"role": role} | {name: kept[name] for name in NEEDED[role]}
        found: Message = msgspec.convert(needed, Message, strict=False)
        return found
    except msgspec.MsgspecError:
        return None
