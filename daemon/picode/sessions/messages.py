"""What a model gets to see of a conversation."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from picode.messages import Assistant, Message, Text, ToolCall, ToolResult
from picode.sessions.entries import fields
from picode.sessions.file import SessionFile
from picode.sessions.tree import NO_PARENT
from picode.sessions.typed import lenient, message_in

INTERRUPTED = "This tool call was interrupted: it may have run in part, and its result is not known."


@dataclass
class Context:
    session: SessionFile
    leaf: str | None
    model: str
    """`provider/model` of the last choice or answer; empty: none yet."""
    thinking: str
    """Empty: nobody chose one."""

    @cached_property
    def messages(self) -> list[Message]:
        """Read when they are asked for: a long conversation has many."""
        return _messages(self.session, self.session.tree.path(self.leaf))


def context_of(session: SessionFile) -> Context:
    """The active path as messages, compaction applied; not paired yet."""
    return Context(session, session.leaf, *_chosen(session, session.path_to_leaf()))


def _messages(session: SessionFile, path: list[int]) -> list[Message]:
    return [message for _, message in _said(session, path)]


def entries_of(session: SessionFile) -> list[tuple[str, Message]]:
    """What the active path says to a model, each with its entry's id; the last compaction's summary comes first."""
    return list(_said(session, session.path_to_leaf()))


def branch_of(session: SessionFile, positions: list[int]) -> list[Message]:
    """What these entries say: a branch that is left behind."""
    return [message for _, message in _said(session, positions)]


def _said(session: SessionFile, path: list[int]) -> Iterator[tuple[str, Message]]:
    kept = _kept(session, path)
    edits = _edits(session, path)
    for position in kept:
        id_ = session.tree.ids[position]
        line = session.line(position)
        found = _edited(line, edits[id_]) if id_ in edits else message_in(line)
        if found is not None:
            yield id_, found


def _kept(session: SessionFile, path: list[int]) -> list[int]:
    """What is left of the path after its last compaction, which comes first."""
    compaction = session.tree.of_kind("compaction", path)
    if compaction == NO_PARENT:
        return path
    first = (session.read(compaction) or {}).get("firstKeptEntryId")
    at = path.index(compaction)
    ids = [session.tree.ids[position] for position in path[:at]]
    before = path[ids.index(first) : at] if first in ids else []
    # an earlier compaction among what is kept says nothing: its summary went into the last one's
    before = [position for position in before if session.tree.kinds[position] != "compaction"]
    return [compaction, *before, *path[at + 1 :]]


def _edits(session: SessionFile, path: list[int]) -> dict[str, Any]:
    """Replacements for entries' contents, by entry id; later versions of the format have them, the last one counts."""
    found: dict[str, Any] = {}
    for position in path:
        if session.tree.kinds[position] == "context_edit":
            raw = session.read(position) or {}
            if isinstance(raw.get("targetId"), str):
                found[raw["targetId"]] = raw.get("replacement")
    return found


def _edited(line: bytes, replacement: Any) -> Message | None:
    raw = fields(line)
    if not isinstance(replacement, dict) or raw is None or not isinstance(raw.get("message"), dict):
        return None
    return lenient(raw["message"] | {"content": replacement.get("content")})


def _chosen(session: SessionFile, path: list[int]) -> tuple[str, str]:
    """Model and thinking level at the end of the path."""
    model, thinking = "", ""
    kinds = session.tree.kinds
    leveled = session.tree.has("thinking_level_change")
    for position in reversed(path):
        if not model and kinds[position] in ("model_change", "message"):
            model = _model(session, position)
        if not thinking and kinds[position] == "thinking_level_change":
            level = (session.read(position) or {}).get("thinkingLevel")
            thinking = level if isinstance(level, str) else ""
        if model and (thinking or not leveled):
            break
    return model, thinking or ("off" if leveled else "")


def _model(session: SessionFile, position: int) -> str:
    line = session.line(position)
    if session.tree.kinds[position] == "model_change":
        raw = fields(line) or {}
        return f"{raw.get('provider')}/{raw.get('modelId')}" if raw.get("modelId") else ""
    if b'"assistant"' not in line:
        return ""
    message = message_in(line)
    return f"{message.provider}/{message.model}" if isinstance(message, Assistant) and message.model else ""


def paired(messages: list[Message]) -> list[Message]:
    """Each tool call followed by exactly one result: a missing one becomes an error, one without a call is left out."""
    results: dict[str, list[int]] = defaultdict(list)
    calls: dict[str, list[int]] = defaultdict(list)
    for at, message in enumerate(messages):
        if isinstance(message, ToolResult):
            results[message.tool_call_id].append(at)
        for call in _calls(message):
            calls[call.id].append(at)
    found: list[Message] = []
    for at, message in enumerate(messages):
        if isinstance(message, ToolResult):
            continue
        found.append(message)
        for call in _calls(message):
            result = _first_between(results[call.id], at, _first_between(calls[call.id], at, len(messages)))
            there = messages[result] if result is not None else None
            assert isinstance(message, Assistant)
            found.append(there if there is not None else _interrupted(call, message.timestamp))
    return found


def _calls(message: Message) -> list[ToolCall]:
    """An answer's calls, each id once."""
    if not isinstance(message, Assistant):
        return []
    return list({block.id: block for block in message.content if isinstance(block, ToolCall)}.values())


def _first_between(places: list[int], after: int, before: int | None) -> int | None:
    at = bisect_right(places, after)
    if at == len(places) or (before is not None and places[at] >= before):
        return None
    return places[at]


def _interrupted(call: ToolCall, timestamp: int) -> ToolResult:
    return ToolResult(
        tool_call_id=call.id,
        tool_name=call.name,
        content=[Text(text=INTERRUPTED)],
        is_error=True,
        timestamp=timestamp,
    )
