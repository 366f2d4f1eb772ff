"""What pi's clients ask about a conversation, worked out from its entries as they stand in the file."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from picode.protocol.values import ModelInfo, Prices, SlashCommand, Status

Object = dict[str, Any]


def entries(lines: Iterable[bytes]) -> list[Object]:
    """Lines that are no objects are left out."""
    found = []
    for line in lines:
        try:
            entry = msgspec.json.decode(line)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            continue
        if isinstance(entry, dict):
            found.append(entry)
    return found


def path(entries: list[Object], leaf: str) -> list[Object]:
    """From the first entry to `leaf`; a circle or a missing parent ends the way."""
    by_id = {entry.get("id"): entry for entry in entries}
    found: list[Object] = []
    seen: set[str] = set()
    at: Any = leaf
    while isinstance(at, str) and at in by_id and at not in seen:
        seen.add(at)
        found.append(by_id[at])
        at = by_id[at].get("parentId")
    return found[::-1]


def messages(entries: list[Object], leaf: str) -> list[Object]:
    """What the model is told: the active path, its last compaction and the edits of later versions applied."""
    way = path(entries, leaf)
    edits = {
        entry.get("targetId"): entry.get("replacement")
        for entry in way
        if entry.get("type") == "context_edit"
    }
    at = next((at for at in range(len(way) - 1, -1, -1) if way[at].get("type") == "compaction"), None)
    if at is not None:
        ids = [entry.get("id") for entry in way[:at]]
        first = way[at].get("firstKeptEntryId")
        kept = way[ids.index(first) : at] if first in ids else []
        kept = [entry for entry in kept if entry.get("type") != "compaction"]
        way = [way[at], *kept, *way[at + 1 :]]
    told = (
        _edited(entry, edits[entry["id"]]) if entry.get("id") in edits else _message(entry) for entry in way
    )
    return [message for message in told if message is not None]


def _edited(entry: Object, replacement: Any) -> Object | None:
    message = spoken(entry)
    if message is None or not isinstance(replacement, dict):
        return None
    return message | {"content": replacement.get("content")}


def _message(entry: Object) -> Object | None:
    match entry.get("type"):
        case "message" if isinstance(entry.get("message"), dict):
            return dict(entry["message"])
        case "custom_message":
            return _some(entry, "custom", "customType", "content", "display", "details")
        case "branch_summary" if entry.get("summary"):
            return _some(entry, "branchSummary", "summary", "fromId")
        case "compaction":
            return _some(entry, "compactionSummary", "summary", "tokensBefore")
    return None


def _some(entry: Object, role: str, *names: str) -> Object:
    return (
        {"role": role} | {name: entry[name] for name in names if name in entry} | {"timestamp": _time(entry)}
    )


def _time(entry: Object) -> int:
    """Milliseconds since 1970, as messages have it."""
    try:
        return round(datetime.fromisoformat(str(entry.get("timestamp"))).timestamp() * 1000)
    except ValueError:
        return 0


def spoken(entry: Object) -> Object | None:
    """The message of a `message` entry."""
    message = entry.get("message")
    return message if entry.get("type") == "message" and isinstance(message, dict) else None


def text(message: Object) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else []
    return "\n".join(
        str(block.get("text", ""))
        for block in blocks
        if isinstance(block, dict) and block.get("type") == "text"
    )


def last_text(entries: list[Object], leaf: str) -> str | None:
    """Of the last answer that said something."""
    for entry in reversed(path(entries, leaf)):
        message = spoken(entry)
        if message is not None and message.get("role") == "assistant" and (said := text(message)).strip():
            return said
    return None


def fork_messages(entries: list[Object], leaf: str) -> list[Object]:
    """What a fork may begin at: the user's messages of the active path."""
    return [
        {"entryId": entry["id"], "text": text(message)}
        for entry in path(entries, leaf)
        if (message := spoken(entry)) is not None and message.get("role") == "user" and text(message)
    ]


def tree(entries: list[Object]) -> list[Object]:
    """Every entry with those that follow it; one whose parent is not there stands at the top."""
    labels: dict[str, Object] = {}
    for entry in entries:
        if entry.get("type") == "label" and isinstance(entry.get("targetId"), str):
            labels[entry["targetId"]] = entry
    nodes: dict[str, Object] = {}
    top: list[Object] = []
    for entry in entries:
        id_ = entry.get("id")
        if not isinstance(id_, str) or id_ in nodes:
            continue
        node: Object = {"entry": entry, "children": []}
        if labels.get(id_, {}).get("label"):
            node |= {"label": labels[id_]["label"], "labelTimestamp": labels[id_].get("timestamp")}
        # a parent comes before its children in a file, so that no circle can be made
        parent = nodes.get(entry["parentId"]) if isinstance(entry.get("parentId"), str) else None
        (top if parent is None else parent["children"]).append(node)
        nodes[id_] = node
    return top


def stats(entries: list[Object], leaf: str, status: Status) -> Object:
    """Counts of the active path; tokens and cost of the whole file."""
    said = [message for entry in path(entries, leaf) if (message := spoken(entry)) is not None]
    roles = [message.get("role") for message in said]
    calls = sum(
        isinstance(block, dict) and block.get("type") == "toolCall"
        for message in said
        if message.get("role") == "assistant" and isinstance(message.get("content"), list)
        for block in message["content"]
    )
    return {
        "userMessages": roles.count("user"),
        "assistantMessages": roles.count("assistant"),
        "toolCalls": calls,
        "toolResults": roles.count("toolResult"),
        "totalMessages": len(said),
        "tokens": _tokens(entries),
        "cost": status.cost,
    } | _context(path(entries, leaf), status)


def _context(way: list[Object], status: Status) -> Object:
    """Nothing where the window is not known; what is used is not known between a summary and the next answer."""
    window, used = status.context_window, status.context_used
    if not window:
        return {}
    last = [
        entry for entry in way if entry.get("type") == "compaction" or (spoken(entry) or {}).get("usage")
    ][-1:]
    if last and last[0].get("type") == "compaction":
        return {"contextUsage": {"tokens": None, "contextWindow": window, "percent": None}}
    return {"contextUsage": {"tokens": used, "contextWindow": window, "percent": 100 * used / window}}


def summary_usage(entry: Object) -> Object | None:
    """What a summary took: where pi's later versions write it, and where it stands here."""
    details = entry.get("details")
    usage = entry.get("usage") or (details.get("usage") if isinstance(details, dict) else None)
    return usage if isinstance(usage, dict) else None


def _tokens(entries: list[Object]) -> Object:
    names = ("input", "output", "cacheRead", "cacheWrite")
    sums = dict.fromkeys(names, 0)
    for entry in entries:
        usage = (spoken(entry) or {}).get("usage") or summary_usage(entry)
        for name in names:
            count = usage.get(name) if isinstance(usage, dict) else 0
            sums[name] += count if isinstance(count, int) else 0
    return sums | {"total": sum(sums.values())}


def model(info: ModelInfo) -> Object:
    """A model as pi describes it, as far as it is known here: without a price it costs nothing, as in pi."""
    provider, _, name = info.name.partition("/")
    prices = info.prices or Prices()
    return {
        "id": name, "name": name, "provider": provider, "api": provider, "reasoning": info.thinks,
        "input": ["text", "image"], "contextWindow": info.context_window, "maxTokens": info.max_tokens,
        "cost": {"input": prices.input, "output": prices.output, "cacheRead": prices.cache_read,
                 "cacheWrite": prices.cache_write},
    }  # fmt: skip


def command(found: SlashCommand) -> Object:
    """A slash command with where it comes from, in the words of pi's later versions and of the earlier ones."""
    info = {"path": found.path, "source": found.found, "scope": found.scope, "origin": found.origin}
    return {
        "name": found.name, "description": found.description, "source": found.source,
        "sourceInfo": info | ({"baseDir": found.base} if found.base else {}),
        "location": "path" if found.scope == "temporary" else found.scope, "path": found.path,
    }  # fmt: skip
