"""What the explorer opens: floating panes over the workspace, for its own column is narrow. They close with their
program, and the explorer has the focus again."""

import sys
from collections.abc import Mapping
from pathlib import Path

from picode.terminal import zellij
from picode.terminal.open_file import open_at

SIZE = ("--width", "80%", "--height", "80%", "-x", "10%", "-y", "10%")


async def edit(session: str, env: Mapping[str, str], file: Path, line: int = 0, column: int = 0) -> None:
    """The file in the person's editor, at the line where one is meant. Raises Unavailable."""
    await open_at(session, env, file, line, column)


async def show_changes(
    session: str, env: Mapping[str, str], project: Path, path: str, conversation: str
) -> None:
    """What the assistant changed in the file, else what Git says of it, to be paged through. Raises Unavailable."""
    # -I: a directory of the project that is called picode is not ours
    said = ("--page", *(("--session", conversation) if conversation else ()), "--", str(project / path))
    await zellij.action(
        session, env, "new-pane", "--floating", *SIZE, "--close-on-exit", "--name", f"changes of {path}",
        "--cwd", str(project), "--", sys.executable, "-I", "-m", "picode", "diff", *said,
    )  # fmt: skip
