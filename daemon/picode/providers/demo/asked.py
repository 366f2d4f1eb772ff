"""Requests that the demo understands, as a table: a pattern, the tool, and its arguments from the pattern's groups."""

import re
from dataclasses import dataclass
from typing import Any

PATH = r"[`\"']?(?P<path>[^\s`\"']+?)[`\"']?"
END = r"\s*[.?!]?\s*$"


@dataclass(frozen=True)
class Request:
    pattern: str
    tool: str
    defaults: dict[str, str]


UNDERSTOOD = (
    Request(rf"\b(?:list|ls)(?:\s+(?:all|the|files|directory|dir|folder|contents|in|of))*\s+{PATH}{END}", "ls", {}),
    Request(rf"\b(?:list|ls|what)\b.*\b(?:files?|directory|dir|folder|here)\b{END}", "ls", {"path": "."}),
    Request(rf"^(?:ls|list){END}", "ls", {"path": "."}),
    Request(r"^(?:please\s+)?run\s+`?(?P<command>[^`]+?)`?\s*$", "bash", {}),
    Request(rf"^(?:please\s+)?(?:write|create)\s+(?:the\s+)?(?:file\s+)?{PATH}(?:\s+(?:with|containing)|:)\s+(?P<content>.+)$",
            "write", {}),
    Request(rf"^(?:please\s+)?(?:in\s+)?(?:edit|change)\s+{PATH}:?\s+(?P<oldText>\S+)\s+(?:to|into|->)\s+(?P<newText>\S+){END}",
            "edit", {}),
    Request(rf"^(?:please\s+)?(?:grep|search)\s+(?:for\s+)?[`\"']?(?P<pattern>[^\s`\"']+)[`\"']?\s+in\s+{PATH}{END}",
            "grep", {}),
    Request(rf"^(?:please\s+)?(?:grep|search)\s+(?:for\s+)?[`\"']?(?P<pattern>[^\s`\"']+)[`\"']?{END}",
            "grep", {"path": "."}),
    Request(rf"^(?:please\s+)?find\s+(?:files?\s+)?[`\"']?(?P<pattern>[^\s`\"']+)[`\"']?{END}", "find", {}),
    Request(rf"\b(?:read|show|open|cat|print|summari[sz]e|explain)(?:\s+(?:me|us|the|file))*\s+@?{PATH}{END}",
            "read", {}),
    Request(r"(?:^|\s)@(?P<path>[^\s`\"',;?!]+)", "read", {}),
)  # fmt: skip


def understand(question: str, tools: set[str]) -> tuple[str, dict[str, Any]] | None:
    """The tool that a question asks for, among those that may be called, and its arguments."""
    text = question.strip()
    for request in UNDERSTOOD:
        found = re.search(request.pattern, text, re.IGNORECASE | re.DOTALL)
        if found and request.tool in tools:
            given = {name: value for name, value in found.groupdict().items() if value}
            return request.tool, _shaped(request.tool, {**request.defaults, **given})
    return None


def _shaped(tool: str, arguments: dict[str, str]) -> dict[str, Any]:
    if tool == "edit":
        change = {"oldText": arguments["oldText"], "newText": arguments["newText"]}
        return {"path": arguments["path"], "edits": [change]}
    return dict(arguments)
