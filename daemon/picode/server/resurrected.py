"""After Zellij has resurrected a session: bring the assistant's pane back, which comes back held."""

from collections.abc import Mapping
from pathlib import Path

from picode.terminal import zellij


async def resume_assistant(session: str, env: Mapping[str, str]) -> bool:
    """Start the assistant's held pane; whether there was one.

    A pane whose program has ended is held, too: that one waits for its user.
    """
    for pane in await zellij.list_panes(session, env):
        if (
            pane.get("is_held")
            and not pane.get("exited")
            and is_assistant(str(pane.get("pane_command") or pane.get("terminal_command") or ""))
        ):
            await zellij.action(session, env, "write", "--pane-id", f"terminal_{pane['id']}", "13")
            return True
    return False


def is_assistant(command: str) -> bool:
    """Whether Zellij means `picode chat` by this command: with a path, or behind the interpreter that runs it."""
    words = command.split()
    return "chat" in words and "picode" in {Path(word).name for word in words}
