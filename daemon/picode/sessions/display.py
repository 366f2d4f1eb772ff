"""What a pane gets to see of a conversation."""

from typing import Any

import msgspec

from picode.protocol.values import Entry, Receipt
from picode.sessions.entries import fields
from picode.sessions.file import RECEIPT, SessionFile
from picode.sessions.typed import message_in

SHOWN = ("message", "custom_message", "branch_summary", "compaction")


def path_entries(session: SessionFile, tail: int = 200) -> tuple[list[Entry], int]:
    """The last `tail` messages of the active path with their receipts, and how many come before them."""
    entries: list[Entry] = []
    receipts: dict[str, Receipt] = {}
    path = session.path_to_leaf()
    while path and len(entries) < tail:
        position = path.pop()
        kind = session.tree.kinds[position]
        if kind == "custom":
            receipts.update(_receipt(session.line(position)))
        elif kind in SHOWN and (message := message_in(session.line(position))) is not None:
            id_ = session.tree.ids[position]
            entries.append(Entry(id=id_, message=message, receipt=receipts.get(id_)))
    entries.reverse()
    return entries, sum(session.tree.kinds[position] in SHOWN for position in path)


def _receipt(line: bytes) -> dict[str, Receipt]:
    raw: dict[str, Any] = fields(line) or {}
    data = raw.get("data")
    if raw.get("customType") != RECEIPT or not isinstance(data, dict) or not isinstance(data.get("for"), str):
        return {}
    try:
        return {data["for"]: msgspec.convert(data, Receipt)}
    except msgspec.MsgspecError:
        return {}


class _Cost(msgspec.Struct):
    total: float = 0


class _Usage(msgspec.Struct, rename="camel"):
    total_tokens: int = 0
    cost: _Cost = msgspec.field(default_factory=_Cost)


class _Message(msgspec.Struct):
    role: str = ""
    usage: _Usage | None = None


class _Line(msgspec.Struct):
    message: _Message


_decoder = msgspec.json.Decoder(_Line)


def spent(session: SessionFile) -> tuple[float, int]:
    """US dollars of all answers in the file, and the tokens of the last one on the active path (0: none since
    the last compaction)."""
    usages = {
        position: usage
        for position, kind in enumerate(session.tree.kinds)
        if kind == "message" and (usage := _usage(session.line(position))) is not None
    }
    tokens = 0
    for position in reversed(session.path_to_leaf()):
        if session.tree.kinds[position] == "compaction":
            break
        if position in usages and (tokens := usages[position].total_tokens):
            break
    return sum(usage.cost.total for usage in usages.values()), tokens


def _usage(line: bytes) -> _Usage | None:
    if b'"usage"' not in line:
        return None
    try:
        found = _decoder.decode(line).message
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    return found.usage if found.role == "assistant" else None
