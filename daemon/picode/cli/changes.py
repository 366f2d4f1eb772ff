"""`picode diff FILE`: what the assistant changed in it in a conversation, and what Git says of it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from picode import paths
from picode.errors import Missing

if TYPE_CHECKING:
    from picode.pane.lines import Line
    from picode.protocol.replies import Snapshot

ENTRIES = 5000
"""Messages at the end of a conversation that are looked through."""
PAGER = ["less", "-R", "-+F", "-+X", "-+e", "-+E", "-Ps%f q closes . arrows and PgDn scroll . / searches"]
"""Stays until it is left, whatever LESS says."""


def show(project: Path, path: Path, session: str, page: bool) -> int:
    """Print or page it."""
    from picode.pane.lines import to_ansi

    lines = _by_assistant(path, session) if session else []
    lines += _by_git(project, path)
    if not lines:
        raise Missing(f"{path} is as committed, and the assistant has not changed it.")
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    text = to_ansi(lines, colour)
    if page and sys.stdout.isatty():
        _page(text)
    else:
        sys.stdout.write(text)
    return 0


def _page(text: str) -> None:
    pager = shutil.which("less")
    if pager is None:
        sys.stdout.write(f"{text}\nPress Enter to close. ")
        sys.stdout.flush()
        sys.stdin.readline()
        return
    environment = {**os.environ, "LESSSECURE": "1", "LESSCHARSET": "utf-8"}
    subprocess.run([pager, *PAGER[1:]], input=text.encode(), env=environment, check=False)


def _by_assistant(path: Path, session: str) -> "list[Line]":
    from picode.client.blocking import connect
    from picode.protocol.replies import Snapshot
    from picode.protocol.requests import Look

    with connect(paths.resolve()) as daemon:
        found = daemon.ask_for(Snapshot, Look(0, session, ENTRIES))
    return assistants_lines(found, path)


def assistants_lines(found: "Snapshot", path: Path) -> "list[Line]":
    """Each change of the file (or of the files below it) in turn, headed by which it is."""
    from picode.messages import Assistant, ToolCall, ToolResult
    from picode.pane.diff import diff_lines
    from picode.pane.entries import result_diff
    from picode.pane.safe import safe_line

    files: dict[str, Path] = {}
    lines: list[Line] = []
    number = 0
    for entry in found.entries:
        message = entry.message
        if isinstance(message, Assistant):
            for call in message.content:
                if isinstance(call, ToolCall) and isinstance(named := call.arguments.get("path"), str):
                    files[call.id] = Path(os.path.normpath(Path(found.cwd, os.path.expanduser(named))))
        elif isinstance(message, ToolResult) and not message.is_error and (diff := result_diff(message)):
            file = files.get(message.tool_call_id)
            if file is not None and (file == path or path in file.parents):
                number += 1
                lines += [
                    [("bold", f"The assistant's change {number}: {safe_line(str(file))}")],
                    *diff_lines(diff),
                    [],
                ]
    return lines


def _by_git(project: Path, path: Path) -> "list[Line]":
    from picode.cli.diff import changes
    from picode.pane.changes import changes_lines

    if not (project / ".git").exists():
        return []
    inside = os.path.relpath(path, project)
    diff, new = changes(project, inside)
    if not diff and not new:
        return []
    return [[("bold", "Against Git's last commit")], *changes_lines(inside, diff, new)]
