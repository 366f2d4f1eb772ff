"""Which files the assistant has changed in a conversation, as its session file tells."""

import os
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from picode.messages import Assistant, ToolCall, ToolResult
from picode.sessions.file import SessionFile
from picode.sessions.typed import message_in

MOST = 32
"""Conversations that are remembered; another one is read again."""


@dataclass
class _Known:
    """How far on its path a conversation has been read, and what was found."""

    done: int = 0
    last: int = -1
    paths: dict[str, str] = field(default_factory=dict)
    """By call: the file that it is about."""
    files: set[str] = field(default_factory=set)


class Touched:
    """`files(session)` reads what was added since it was asked last."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Known] = OrderedDict()

    def files(self, session: SessionFile) -> frozenset[str]:
        """Absolute paths."""
        path = session.path_to_leaf()
        known = self._known.pop(session.id, None)
        if known is None or known.done > len(path) or (known.done and path[known.done - 1] != known.last):
            known = _Known()
        self._known[session.id] = known
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        for position in path[known.done :]:
            if session.tree.kinds[position] == "message":
                _read(session.line(position), session.cwd, known)
            known.last = position
        known.done = len(path)
        return frozenset(known.files)

    def below(self, project: Path, session: SessionFile) -> frozenset[str]:
        """Relative to `project`, with the directories that they are in."""
        found: set[str] = set()
        for file in self.files(session):
            if file.startswith(f"{project}/"):
                path = file[len(str(project)) + 1 :]
                while path and path not in found:
                    found.add(path)
                    path = path.rpartition("/")[0]
        return frozenset(found)


def _read(line: bytes, cwd: str, known: _Known) -> None:
    if b'"toolCall"' not in line and b'"toolResult"' not in line:
        return
    message = message_in(line)
    if isinstance(message, Assistant):
        for part in message.content:
            if isinstance(part, ToolCall) and isinstance(path := part.arguments.get("path"), str):
                known.paths[part.id] = os.path.normpath(os.path.join(cwd, os.path.expanduser(path)))
    elif isinstance(message, ToolResult) and not message.is_error and message.details.get("diff"):
        known.files.update(path for call, path in known.paths.items() if call == message.tool_call_id)
