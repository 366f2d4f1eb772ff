"""A conversation's tree as a list for choosing from: messages only, each with the message before it."""

from picode.protocol.values import Node
from picode.sessions.branching import labels
from picode.sessions.display import SHOWN
from picode.sessions.file import SessionFile
from picode.sessions.texts import text_of
from picode.sessions.tree import NO_PARENT

SHOWN_OF_TEXT = 200


def outline(session: SessionFile, limit: int) -> list[Node]:
    """At most `limit` messages in the file's order: the last ones of the active path, then the last of all others."""
    tree = session.tree
    active = session.path_to_leaf()
    chosen = [position for position in active if tree.kinds[position] in SHOWN][-limit:]
    on_path, kept = set(active), set(chosen)
    for position in range(len(tree) - 1, -1, -1):
        if len(kept) >= limit:
            break
        if position not in on_path and tree.kinds[position] in SHOWN:
            kept.add(position)
    named = labels(session)
    return [_node(session, position, kept, position in on_path, named) for position in sorted(kept)]


def _node(session: SessionFile, position: int, kept: set[int], active: bool, named: dict[str, str]) -> Node:
    kind, id_ = session.tree.kinds[position], session.tree.ids[position]
    role, text, time = text_of(kind, session.line(position)) or (kind, "", 0)
    return Node(
        entry=id_, parent=_before(session, position, kept), role=role, text=" ".join(text.split())[:SHOWN_OF_TEXT],
        time=time, label=named.get(id_, ""), active=active,
    )  # fmt: skip


def _before(session: SessionFile, position: int, kept: set[int]) -> str:
    """The nearest message above that is in the list; entries may follow each other in a circle."""
    seen = {position}
    parent = session.tree.parent(position)
    while parent != NO_PARENT and parent not in seen:
        if parent in kept:
            return session.tree.ids[parent]
        seen.add(parent)
        parent = session.tree.parent(parent)
    return ""
