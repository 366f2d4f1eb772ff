"""What a person types in the workspace, and what a model server was told by it."""

import json
from typing import Any

from support.model_server import Received
from support.screen import Terminal
from support.zellij import Workspace

UP, DOWN = "\x1b[1;3A", "\x1b[1;3B"
"""Alt with an arrow: Zellij's own key to move the focus, between the terminal and the assistant."""
LEFT = "\x1b[1;3D"
"""To the explorer."""
ALT_SHIFT_A = "\x1bA"
"""The plugin's key."""
EXPLORER = 32
"""Columns of a terminal of 140 that are not the assistant's."""
SEND = "\x1ba"
"""Alt-a: the shell's key."""


def assistant_ready(terminal: Terminal) -> None:
    """The assistant's status line names the model (the explorer, at the left, does so as well)."""
    terminal.wait_until(
        lambda shown: any("anthropic/" in line[EXPLORER:] for line in shown.split("\n")), "the assistant"
    )


def go_to_assistant(terminal: Terminal) -> None:
    """Move the focus up, and wait until the cursor is there: keys that come with it could go astray."""
    terminal.type(UP)
    terminal.wait_until(
        lambda shown: terminal.cursor_row < shown[: shown.rfind("terminal")].count("\n"),
        "the cursor in the assistant",
    )


def go_to_terminal(workspace: Workspace, terminal: Terminal) -> None:
    """Move the focus down, and wait until Zellij says that it is there: the screen may show it too early."""
    terminal.type(DOWN)
    terminal.wait_until(lambda shown: workspace.pane("terminal")["is_focused"], "the focus on the terminal")


def ask(terminal: Terminal, question: str) -> None:
    """Go to the assistant's pane, type, and press Enter."""
    go_to_assistant(terminal)
    terminal.type(question)
    terminal.wait_for(question)
    terminal.type("\r")


def said(request: Received) -> str:
    """All that the model was told in the conversation, as text."""
    return json.dumps(request.body["messages"], ensure_ascii=False)


def last_text(request: Received) -> str:
    """The last message's text."""
    content: Any = request.body["messages"][-1]["content"]
    return content if isinstance(content, str) else "\n".join(block.get("text", "") for block in content)
