"""Moving in a conversation's tree, and making new conversations of old ones, by pi's rules.

What is copied keeps its entry ids and its bytes; the file that it comes from is never changed.
"""

import re
from collections.abc import Callable
from pathlib import Path

from picode.errors import Missing, UsageError
from picode.messages import Custom, User, plain_text, without_context
from picode.sessions.entries import entry_line, fields, head, new_id
from picode.sessions.file import SessionFile, milliseconds_now
from picode.sessions.stringify import stringify
from picode.sessions.tree import NO_PARENT
from picode.sessions.typed import message_in

LONGEST_NAME = 200


def navigate(session: SessionFile, entry: str) -> str:
    """Let the next entry follow `entry`. One that a person typed is given back for the editor, and the next one
    takes its place. Raises Missing."""
    position = _position(session, entry)
    typed = _typed(session, position)
    session.move(_parent(session, position) if typed is not None else entry)
    return typed or ""


def left_by(session: SessionFile, entry: str) -> list[int]:
    """What `navigate` to this entry would leave behind. Raises Missing."""
    position = _position(session, entry)
    goal = _parent(session, position) if _typed(session, position) is not None else entry
    return left_behind(session, session.leaf, goal)


def left_behind(session: SessionFile, old: str | None, new: str | None) -> list[int]:
    """Positions from where the ways to `old` and to `new` part up to `old`: what a summary is to tell."""
    there = set(session.tree.path(new))
    return [position for position in session.tree.path(old) if position not in there]


def fork(
    session: SessionFile, entry: str, now: Callable[[], int] = milliseconds_now
) -> tuple[SessionFile, str]:
    """A new conversation of all before a user's message, and the message's text. Raises Missing, UsageError."""
    position = _position(session, entry)
    message = message_in(session.line(position))
    if not isinstance(message, User):
        raise UsageError(f"Invalid entry ID for forking: {entry} is no message of the user.")
    path = session.tree.path(_parent(session, position))
    return _derived(session, path, now), plain_text(without_context(message.content))


def clone(session: SessionFile, now: Callable[[], int] = milliseconds_now) -> SessionFile:
    """A new conversation of all up to here."""
    path = session.path_to_leaf()
    if not path:
        raise UsageError("Nothing to clone yet: the conversation is empty.")
    return _derived(session, path, now)


def copied(
    session: SessionFile, directory: Path, cwd: str, now: Callable[[], int] = milliseconds_now
) -> SessionFile:
    """A new conversation of `cwd` with every entry of this one, branches and all, byte for byte."""
    lines = (session.line(position) + b"\n" for position in range(len(session.tree)))
    return SessionFile.derive(directory, cwd, session.path, b"".join(lines), now)


def labels(session: SessionFile) -> dict[str, str]:
    """The labels of entries, by entry id; the last word on each counts."""
    found: dict[str, str] = {}
    if session.tree.has("label"):
        for position, kind in enumerate(session.tree.kinds):
            if kind == "label":
                raw = session.read(position) or {}
                target, label = raw.get("targetId"), raw.get("label")
                if isinstance(target, str):
                    found.pop(target, None)
                    if isinstance(label, str) and label:
                        found[target] = label
    return found


def set_label(session: SessionFile, entry: str, label: str) -> None:
    """Empty: take the label away. Raises Missing."""
    _position(session, entry)
    label = label.strip()
    session.append("label", {"targetId": entry} | ({"label": label} if label else {}))


def set_name(session: SessionFile, name: str) -> str:
    """The name as it was kept: one line, and not empty. Raises UsageError."""
    name = re.sub(r"\s+", " ", name).strip()[:LONGEST_NAME]
    if not name:
        raise UsageError("A conversation's name cannot be empty.", "`/name what it is about` sets one.")
    session.append("session_info", {"name": name})
    return name


def _position(session: SessionFile, entry: str) -> int:
    position = session.tree.by_id.get(entry, NO_PARENT)
    if position == NO_PARENT:
        raise Missing(f"Entry {entry} not found.", "`/tree` shows those that are there.")
    return position


def _parent(session: SessionFile, position: int) -> str | None:
    parent = session.tree.parent(position)
    return session.tree.ids[parent] if parent != NO_PARENT else None


def _typed(session: SessionFile, position: int) -> str | None:
    message = message_in(session.line(position))
    return plain_text(without_context(message.content)) if isinstance(message, User | Custom) else None


def _derived(session: SessionFile, path: list[int], now: Callable[[], int]) -> SessionFile:
    """The path without its label entries, which come anew at the end; what followed one follows what it followed."""
    lines: list[bytes] = []
    before: str | None = None
    for position in path:
        if session.tree.kinds[position] == "label":
            continue
        line = session.line(position)
        lines.append(line if _follows(line) == before else reparented(line, before))
        before = session.tree.ids[position]
    kept = {session.tree.ids[position] for position in path}
    for target, label in labels(session).items():
        if target in kept:
            id_ = new_id(kept)
            lines.append(
                entry_line("label", id_, before, now(), {"targetId": target, "label": label}).rstrip()
            )
            kept.add(id_)
            before = id_
    content = b"".join(line + b"\n" for line in lines)
    return SessionFile.derive(
        session.path.parent, session.cwd, session.path, content, now, ephemeral=session.ephemeral
    )


def _follows(line: bytes) -> str | None:
    found = head(line)
    return found.parent_id if found is not None else None


def reparented(line: bytes, parent: str | None) -> bytes:
    """The line with another `parentId` and every other byte as it was, where that can be done."""
    old, new = stringify({"parentId": _follows(line)})[1:-1], stringify({"parentId": parent})[1:-1]
    for at in (line.find(old), line.rfind(old)):
        changed = line[:at] + new + line[at + len(old) :]
        if at >= 0 and _follows(changed) == parent:
            return changed
    return stringify((fields(line) or {}) | {"parentId": parent})
