"""The lines of a session file: from bytes to values without ever failing, and from values to bytes as pi writes them.

    {"type":"message","id":"ea8e0c03","parentId":"9ac1150d","timestamp":"2026-11-20T21:42:15.510Z","message":{…}}

Entry types, fields, roles and blocks that are not known here stay in the file and are no error.
"""

import json
import os
from collections.abc import Container
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from picode.messages import BranchSummary, CompactionSummary, Custom, Message, ToolResult
from picode.sessions.stringify import stringify

# these two put what they say before `id`, all others after it
SAYS_FIRST = ("custom", "custom_message")


class Head(msgspec.Struct, rename="camel", gc=False):
    """What every line has; the rest of it is skipped, which makes reading a long file quick."""

    type: str = ""
    id: str | None = None
    parent_id: str | None = None


_head = msgspec.json.Decoder(Head)
_any = msgspec.json.Decoder()


def head(line: bytes) -> Head | None:
    """The head of an entry; None for a line that is none."""
    try:
        return _head.decode(line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raw = fields(line)
    if raw is None:
        return None
    kind, id_, parent = raw.get("type"), raw.get("id"), raw.get("parentId")
    return Head(
        type=kind if isinstance(kind, str) else "",
        id=id_ if isinstance(id_, str) else None,
        parent_id=parent if isinstance(parent, str) else None,
    )


def fields(line: bytes) -> dict[str, Any] | None:
    """Everything in a line; None when it is no JSON object. Lone surrogates become U+FFFD."""
    found: Any
    try:
        found = _any.decode(line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        try:
            found = _without_surrogates(json.loads(line))
        except (ValueError, RecursionError):
            return None
    return found if isinstance(found, dict) else None


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value


def header_line(id_: str, cwd: str, now: int, parent: str = "") -> bytes:
    """`parent`: the file that the conversation was made of."""
    raw = {"type": "session", "version": 3, "id": id_, "timestamp": iso(now), "cwd": cwd}
    return _line(raw | ({"parentSession": parent} if parent else {}))


def entry_line(kind: str, id_: str, parent: str | None, now: int, said: dict[str, Any]) -> bytes:
    """One line with its line feed; `said` are the fields that only this kind has, in their order."""
    place = {"id": id_, "parentId": parent, "timestamp": iso(now)}
    if kind in SAYS_FIRST:
        return _line({"type": kind, **said, **place})
    return _line({"type": kind, **place, **said})


def _line(raw: dict[str, Any]) -> bytes:
    return stringify(raw) + b"\n"


def said(message: Message) -> tuple[str, dict[str, Any]]:
    """The kind of entry that holds `message`, and its fields."""
    if isinstance(message, CompactionSummary):
        raise TypeError("A compaction is an entry of its own: append('compaction', …).")
    raw: dict[str, Any] = msgspec.to_builtins(message)
    if isinstance(message, Custom):
        kept = {"customType": message.custom_type, "content": raw["content"], "display": message.display}
        return "custom_message", kept | ({"details": message.details} if message.details is not None else {})
    if isinstance(message, BranchSummary):
        return "branch_summary", {"fromId": message.from_id, "summary": message.summary}
    return "message", {"message": _as_pi_writes(message, raw)}


def _as_pi_writes(message: Message, raw: dict[str, Any]) -> dict[str, Any]:
    """pi's own order, and those fields that it writes though they say nothing."""
    if isinstance(message, ToolResult):
        kept = {key: raw[key] for key in ("role", "toolCallId", "toolName", "content")}
        if message.details or message.is_error:
            kept["details"] = message.details
        return {**kept, "isError": message.is_error, "timestamp": message.timestamp}
    if raw["role"] == "bashExecution":
        order = ("role", "command", "output", "exitCode", "cancelled", "truncated", "fullOutputPath")
        always = {"cancelled": False, "truncated": False, **raw}
        kept = {key: always[key] for key in order if key in always}
        kept["timestamp"] = raw.get("timestamp", 0)
        return kept | ({"excludeFromContext": True} if raw.get("excludeFromContext") else {})
    return raw


def iso(now: int) -> str:
    """Milliseconds since 1970 as `2026-11-20T21:42:15.497Z`."""
    return f"{_second(now // 1000)}.{now % 1000:03d}Z"


@lru_cache(maxsize=16)
def _second(now: int) -> str:
    return f"{datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%S}"


def milliseconds(timestamp: Any) -> int:
    """What `iso` made, or 0."""
    try:
        return round(datetime.fromisoformat(timestamp).timestamp() * 1000)
    except (TypeError, ValueError, OverflowError):
        return 0


def new_id(taken: Container[str]) -> str:
    """8 hex digits that are not taken."""
    while (found := os.urandom(4).hex()) in taken:
        pass
    return found
