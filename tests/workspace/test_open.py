"""A file at its line: from the shell, from the assistant, as a link, and in the Neovim that runs already."""

from pathlib import Path

import pytest

from support.conversing import ask, assistant_ready
from support.model_script import say
from support.model_server import ModelServer
from support.tools import need
from support.zellij import Workspace

pytestmark = pytest.mark.zellij

EDITOR = """#!/bin/sh
echo "EDITS $*"
read line
"""


@pytest.fixture
def edited(ready: Workspace) -> Workspace:
    """The user's editor is called nano, and says what it was told."""
    editor = ready.home / "nano"
    editor.write_text(EDITOR)
    editor.chmod(0o755)
    ready.environment["EDITOR"] = str(editor)
    (ready.project / "src").mkdir()
    (ready.project / "src" / "app.py").write_text("one\ntwo\nthree\n")
    return ready


def test_a_reference_in_an_answer_is_a_link_and_opens_in_a_floating_editor(
    edited: Workspace, model_server: ModelServer
) -> None:
    app = Path("src/app.py")
    model_server.enqueue(say(f"Look at {app}:3 and not at src/gone.py:4."))
    terminal = edited.up()
    assistant_ready(terminal)
    ask(terminal, "where is it?")
    terminal.wait_for("and not at src/gone.py:4.", "idle")
    terminal.wait_until(lambda _: b"src/app.py#3" in terminal.raw, "the link")
    assert b"src/gone.py#" not in terminal.raw
    terminal.type("/open src/app.py:3\r")
    terminal.wait_for(f"EDITS +3,1 {edited.project / app}")
    assert edited.pane("app.py:3")["is_floating"]
    terminal.type("\r")
    terminal.wait_gone("EDITS")
    terminal.type("/open src/gone.py:4\r")
    terminal.wait_for("The project has no file src/gone.py.")


def test_the_shell_opens_files_and_a_neovim_that_runs_already_is_told(edited: Workspace) -> None:
    terminal = edited.up()
    assistant_ready(terminal)
    terminal.type("picode open src/app.py:2\r")
    terminal.wait_for(f"EDITS +2,1 {edited.project}/src/app.py")
    terminal.type("\r")
    terminal.wait_gone("EDITS")
    terminal.type(f"{need('nvim')} --clean -n\r")
    terminal.wait_for("[No Name]")
    done = edited.run(
        "picode", "open", "src/app.py:3",
        ZELLIJ="0", ZELLIJ_SESSION_NAME=edited.session, ZELLIJ_PANE_ID="0",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    terminal.wait_for("three")
    assert "app.py:3" not in [pane["title"] for pane in edited.panes()]
    terminal.type("\x1b:qa!\r")
    terminal.wait_for("shell>")
