"""A tool call as an editor shows it: its kind, its files, the change that it makes, what it printed."""

import os
import re
from pathlib import Path
from typing import Any, Literal

from acp.helpers import image_block, text_block, tool_content, tool_diff_content, tool_terminal_ref
from acp.schema import FileEditToolCallContent, ToolCallLocation

from picode.messages import Image, Text, ToolResult, plain_text
from picode.pane.safe import safe

Kind = Literal["read", "edit", "search", "execute", "other"]
KINDS: dict[str, Kind] = {
    "read": "read", "ls": "read", "pane_read": "read", "timeline": "read", "edit": "edit", "write": "edit",
    "grep": "search", "find": "search", "bash": "execute", "pane_run": "execute", "pane_rerun": "execute",
}  # fmt: skip
EXITED = re.compile(r"Command exited with code (\d+)\s*$")
LARGEST_DIFF = 1_000_000
"""Characters of a file that is shown as changed."""


def kind(tool: str) -> Kind:
    return KINDS.get(tool, "other")


def title(tool: str, arguments: dict[str, Any]) -> str:
    """One line: `edit src/app.py`, or the command."""
    if tool == "bash":
        return str(arguments.get("command", tool)).strip().partition("\n")[0][:200] or tool
    what = arguments.get("path") or arguments.get("pattern") or arguments.get("name") or ""
    return f"{tool} {what}".strip()[:200]


def locations(arguments: dict[str, Any], cwd: str) -> list[ToolCallLocation]:
    path = arguments.get("path")
    line = arguments.get("offset")
    if not isinstance(path, str) or not path:
        return []
    return [
        ToolCallLocation(path=whole(path, cwd), line=int(line) if isinstance(line, int | float) else None)
    ]


def whole(path: str, cwd: str) -> str:
    return os.path.abspath(os.path.join(cwd, os.path.expanduser(path.removeprefix("@"))))


def change(tool: str, arguments: dict[str, Any], cwd: str) -> list[FileEditToolCallContent]:
    """What `edit` and `write` are about to change; of the file as it is now."""
    path = arguments.get("path")
    if tool not in ("edit", "write") or not isinstance(path, str):
        return []
    path = whole(path, cwd)
    if tool == "write":
        return [tool_diff_content(path, str(arguments.get("content", "")), _text(path))]
    edits = arguments.get("edits")
    edits = [edits] if isinstance(edits, dict) else edits if isinstance(edits, list) else [arguments]
    return [
        tool_diff_content(path, str(one.get("newText", "")), str(one.get("oldText", "")))
        for one in edits
        if isinstance(one, dict) and "newText" in one
    ]


def _text(path: str) -> str | None:
    try:
        if os.path.getsize(path) > LARGEST_DIFF or not os.path.isfile(path):
            return None
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def text(shown: str) -> Any:
    """Without escape sequences."""
    return tool_content(text_block(safe(shown)))


def outcome(result: ToolResult) -> list[Any]:
    """What the model got, without escape sequences."""
    content = []
    for block in result.content:
        if isinstance(block, Text):
            content.append(text(block.text))
        elif isinstance(block, Image):
            content.append(tool_content(image_block(block.data, block.mime_type)))
    return content


def terminal(call_id: str, cwd: str) -> tuple[list[Any], dict[str, Any]]:
    """A command's terminal, shown by editors that said they can (`terminal_output`): the content and its `_meta`."""
    return [tool_terminal_ref(call_id)], {"terminal_info": {"terminal_id": call_id, "cwd": cwd}}


def printed(call_id: str, text: str) -> dict[str, Any]:
    return {"terminal_output": {"terminal_id": call_id, "data": text}}


def ended(call_id: str, result: ToolResult) -> dict[str, Any]:
    found = EXITED.search(plain_text(result.content))
    status = int(found[1]) if found else int(result.is_error)
    return {"terminal_exit": {"terminal_id": call_id, "exit_code": status, "signal": None}}
