"""Files of versions 1 and 2 as version 3, in memory: one converter per step, never edited.

1 -> 2    entries get ids and follow each other; a compaction names its first kept entry, not its index
2 -> 3    the role `hookMessage` is called `custom`
"""

from typing import Any

from picode.sessions.entries import fields, new_id
from picode.sessions.stringify import stringify


def upgraded(content: bytes, version: int) -> bytes:
    """The whole file as version 3; lines that cannot be read are kept as they are."""
    lines: list[bytes | dict[str, Any]] = []
    for line in content.split(b"\n"):
        raw = fields(line) if line.strip() else None
        if raw is not None:
            lines.append(raw)
        elif line.strip():
            lines.append(line)
    entries = [line for line in lines if isinstance(line, dict)]
    if version < 2:
        _one_to_two(entries)
    _two_to_three(entries)
    return b"".join((stringify(line) if isinstance(line, dict) else line) + b"\n" for line in lines)


def _one_to_two(entries: list[dict[str, Any]]) -> None:
    taken: set[str] = set()
    before: str | None = None
    for entry in entries:
        if entry.get("type") == "session":
            entry["version"] = 2
            continue
        entry["id"], entry["parentId"] = new_id(taken), before
        before = entry["id"]
        taken.add(entry["id"])
    for entry in entries:
        index = entry.get("firstKeptEntryIndex")
        if entry.get("type") == "compaction" and isinstance(index, int):
            if 0 <= index < len(entries) and entries[index].get("type") != "session":
                entry["firstKeptEntryId"] = entries[index]["id"]
            del entry["firstKeptEntryIndex"]


def _two_to_three(entries: list[dict[str, Any]]) -> None:
    for entry in entries:
        if entry.get("type") == "session":
            entry["version"] = 3
        message = entry.get("message")
        if isinstance(message, dict) and message.get("role") == "hookMessage":
            message["role"] = "custom"
