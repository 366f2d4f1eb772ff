"""Conversations in a workspace whose model calls the tools for panes."""

import json
import re
from typing import Any

from support.conversing import assistant_ready, go_to_assistant
from support.model_server import ModelServer, Received
from support.screen import Terminal
from support.zellij import Workspace, wait_for


class Talk:
    """A workspace with an assistant, and one call after the other in one turn."""

    def __init__(self, workspace: Workspace, server: ModelServer) -> None:
        self.workspace, self.server = workspace, server
        self.terminal: Terminal = workspace.up()
        assistant_ready(self.terminal)

    def ask(self, question: str) -> None:
        go_to_assistant(self.terminal)
        wait_for(lambda: self.workspace.pane("assistant")["is_focused"], "the focus")
        self.terminal.type(question)
        self.terminal.wait_for(question)
        self.terminal.type("\r")

    def answered(self, count: int) -> str:
        """The tool's result in the `count`th request."""
        return result(self.server.wait_for(count, timeout=40)[count - 1])

    def key(self, key: str, shown: str) -> None:
        """Answer the question that shows this; a key that comes with the question is no answer to it."""
        self.terminal.wait_for(shown, "allow?")
        self.terminal.wait_until(
            lambda seen: re.search(r"waiting for you [1-9]", seen), "a second of waiting"
        )
        self.terminal.type(key)

    def panes(self, name: str) -> "list[dict[str, Any]]":
        """The panes of that name."""
        listed = self.workspace.action("list-panes", "--json", "--all")
        return [pane for pane in json.loads(listed or "[]") if pane["title"] == name]

    def pane(self, name: str) -> "dict[str, Any]":
        return wait_for(lambda: self.panes(name), f"the pane {name}")[0]


def result(request: Received) -> str:
    """The text of the last message's tool results."""
    texts = []
    for block in request.body["messages"][-1]["content"]:
        if block.get("type") == "tool_result":
            inner = block["content"]
            texts.append(inner if isinstance(inner, str) else "".join(part.get("text", "") for part in inner))
    return "\n".join(texts)
