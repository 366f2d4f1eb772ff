"""What a pane gets to see of a conversation."""

from typing import Any

import msgspec

from picode.messages import Custom
from picode.protocol.routing import FAILOVER
from picode.protocol.values import Entry, Receipt
from picode.sessions.entries import fields
from picode.sessions.file import RECEIPT, SessionFile
from picode.sessions.typed import message_in

RECENT = 1000
"""Entries among which an answer with a count of tokens is looked for; some programs never count them."""
SHOWN = frozenset(("message", "custom_message", "branch_summary", "compaction"))


def path_entries(session: SessionFile, tail: int = 200) -> tuple[list[Entry], int]:
    """The last `tail` messages of the active path with their receipts, and how many come before them."""
    entries: list[Entry] = []
    receipts: dict[str, Receipt] = {}
    path = session.path_to_leaf()
    while path and len(entries) < tail:
        position = path.pop()
        kind = session.tree.kinds[position]
        if kind == "custom":
            line = session.line(position)
            receipts.update(_receipt(line))
            if (note := _note(line)) is not None:
                entries.append(Entry(id=session.tree.ids[position], message=note))
        elif kind in SHOWN and (message := message_in(session.line(position))) is not None:
            id_ = session.tree.ids[position]
            entries.append(Entry(id=id_, message=message, receipt=receipts.get(id_)))
    entries.reverse()
    kinds = map(session.tree.kinds.__getitem__, path)
    return entries, sum(map(SHOWN.__contains__, kinds))


def entry_at(session: SessionFile, id_: str) -> Entry | None:
    """One message, wherever in the tree it is; None: there is none such."""
    position = session.tree.by_id.get(id_, -1)
    if position < 0 or session.tree.kinds[position] not in SHOWN:
        return None
    message = message_in(session.line(position))
    return Entry(id=id_, message=message) if message is not None else None


def _receipt(line: bytes) -> dict[str, Receipt]:
    raw: dict[str, Any] = fields(line) or {}
    data = raw.get("data")
    if raw.get("customType") != RECEIPT or not isinstance(data, dict) or not isinstance(data.get("for"), str):
        return {}
    try:
        return {data["for"]: msgspec.convert(data, Receipt)}
    except msgspec.MsgspecError:
        return {}


def _note(line: bytes) -> Custom | None:
    """That another model answered from here on: for people, not for models."""
    raw = fields(line) or {} if FAILOVER.encode() in line else {}
    data = raw.get("data")
    if (
        raw.get("customType") != FAILOVER
        or not isinstance(data, dict)
        or not isinstance(data.get("text"), str)
    ):
        return None
    return Custom(FAILOVER, data["text"])


class _Cost(msgspec.Struct):
    total: float = 0


class _Usage(msgspec.Struct, rename="camel"):
    total_tokens: int = 0
    cost: _Cost = msgspec.field(default_factory=_Cost)


class _Message(msgspec.Struct):
    role: str = ""
    usage: _Usage | None = None


class _Details(msgspec.Struct):
    usage: _Usage | None = None


class _Line(msgspec.Struct):
    message: _Message = msgspec.field(default_factory=_Message)
    details: _Details = msgspec.field(default_factory=_Details)


_decoder = msgspec.json.Decoder(_Line)
PAID = frozenset(("message", "compaction", "branch_summary"))
"""Entries that a model wrote."""


def spent(session: SessionFile) -> tuple[float, int]:
    """US dollars of all answers and summaries in the file, and the tokens of the last answer on the active path
    (0: none since the last compaction)."""
    kinds = session.tree.kinds
    first, cost = session.known_cost
    for position in range(first, len(kinds)):
        if kinds[position] in PAID:
            cost += cost_of(session.line(position))
    for position in session.path_to_leaf()[: -RECENT - 1 : -1]:
        if kinds[position] == "compaction":
            break
        usage = _usage(session.line(position)) if kinds[position] == "message" else None
        if usage is not None and usage.total_tokens:
            return cost, usage.total_tokens
    return cost, 0


def cost_of(line: bytes) -> float:
    """US dollars of the answer or the summary in an entry's line."""
    found = _line(line)
    usage = None if found is None else found.message.usage or found.details.usage
    return usage.cost.total if usage is not None else 0


def _usage(line: bytes) -> _Usage | None:
    found = _line(line)
    return found.message.usage if found is not None and found.message.role == "assistant" else None


def _line(line: bytes) -> _Line | None:
    if b'"usage"' not in line:
        return None
    try:
        return _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
