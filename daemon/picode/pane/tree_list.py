"""A conversation's tree as rows: its branches drawn with lines, labels, and the path to where the conversation is."""

from collections.abc import Iterable
from dataclasses import replace

from picode.pane.picker import Choice, Picker, at_value, picker, with_choices
from picode.pane.safe import safe_line
from picode.protocol.values import Node

VIEWS = {
    "default": "all but tool results", "user": "your messages", "labeled": "those with a label", "all": "everything",
}  # fmt: skip
WHO = {"user": "you", "assistant": "assistant", "toolResult": "tool", "bashExecution": "!command", "custom": "note",
       "branchSummary": "summary", "compactionSummary": "summary", "branch_summary": "summary",
       "compaction": "summary"}  # fmt: skip
DEEP = 24
"""Columns that a tree's lines may take."""


def tree(nodes: Iterable[Node], leaf: str, view: str = "default") -> Picker:
    empty = picker("tree", "", ())
    found = in_view(replace(empty, source=tuple(nodes), leaf=leaf), view)
    here = _nearest(
        {choice.value for choice in found.choices}, {node.entry: node for node in found.source}, leaf
    )
    return at_value(found, here)


def in_view(one: Picker, view: str) -> Picker:
    """The tree by another of its views; the messages that are left out leave no gap."""
    by_id = {node.entry: node for node in one.source}
    kept = [node for node in one.source if _in(view, node)]
    shown = {node.entry for node in kept}
    parents = {node.entry: _nearest(shown, by_id, node.parent) for node in kept}
    rows = tuple(_choice(node, lead, one.leaf) for node, lead in ordered(kept, parents))
    return with_choices(replace(one, title=f"Where to? ({VIEWS[view]})", view=view), rows)


def _in(view: str, node: Node) -> bool:
    return {"all": True, "user": node.role == "user", "labeled": bool(node.label)}.get(
        view, node.role != "toolResult" and bool(node.text or node.role in ("user", "custom"))
    )


def _nearest(shown: set[str], by_id: dict[str, Node], entry: str) -> str:
    """`entry`, or the next above it that is shown; entries may follow each other in a circle."""
    seen = set[str]()
    while entry and entry not in shown:
        if entry in seen or entry not in by_id:
            return ""
        seen.add(entry)
        entry = by_id[entry].parent
    return entry


def ordered(nodes: list[Node], parents: dict[str, str]) -> list[tuple[Node, str]]:
    """Each message after the one it follows, the active branch first, with the lines in front of it. A line is
    indented only where the conversation forks."""
    below: dict[str, list[Node]] = {}
    for node in nodes:
        below.setdefault(parents[node.entry], []).append(node)
    out: list[tuple[Node, str]] = []
    seen = set[str]()
    waiting = _forked(below.get("", []), "")
    while waiting:
        node, lead, under = waiting.pop()
        if node.entry in seen:
            continue
        seen.add(node.entry)
        out.append((node, lead))
        waiting += _forked(below.get(node.entry, []), under)
    return out + [(node, "") for node in nodes if node.entry not in seen]


def _forked(nodes: list[Node], under: str) -> list[tuple[Node, str, str]]:
    """The messages that follow one, last first: (message, its lines, the lines of what follows it)."""
    if len(nodes) == 1:
        return [(nodes[0], under, under)]
    found = sorted(nodes, key=lambda node: not node.active)
    last = len(found) - 1
    return [(node, under + ("└─ " if at == last else "├─ "), under + ("   " if at == last else "│  "))
            for at, node in enumerate(found)][::-1]  # fmt: skip


def _choice(node: Node, lead: str, leaf: str) -> Choice:
    label = f"[{safe_line(node.label)}] " if node.label else ""
    text = f"{label}{WHO.get(node.role, safe_line(node.role))}: {safe_line(node.text) or '…'}"
    lead = lead if len(lead) <= DEEP else "…" + lead[-DEEP + 1 :]
    style = "ansicyan" if node.role == "user" else "" if node.active else "dim"
    return Choice(
        node.entry, text, lead, "← here" if node.entry == leaf else "", style, "•" if node.active else " "
    )


def questions(nodes: Iterable[Node]) -> Picker:
    """The person's messages on the path to here, the last one first."""
    rows = [
        Choice(node.entry, safe_line(node.text) or "…")
        for node in nodes
        if node.active and node.role == "user"
    ]
    return picker("fork", "A new conversation from before which message?", rows[::-1])


def to_fork(one: Picker, step: int) -> Picker:
    """The next row up or down from which, or to which, a branch goes."""
    at = one.at + step
    while 0 < at < len(one.fits) - 1 and not one.choices[one.fits[at]].lead.endswith("─ "):
        at += step
    return replace(one, at=max(0, min(at, len(one.fits) - 1))) if one.fits else one


def labelled(one: Picker, entry: str, label: str) -> Picker:
    """The tree after an entry's label changed."""
    nodes = tuple(_labelled(node, label) if node.entry == entry else node for node in one.source)
    return in_view(replace(one, source=nodes), one.view)


def _labelled(node: Node, label: str) -> Node:
    return Node(node.entry, node.parent, node.role, node.text, node.time, label, node.active)
