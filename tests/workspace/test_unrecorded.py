"""The key in a terminal that no recorder has, and what Zellij itself makes of the marks that pass through one."""

import pytest

from support.conversing import SEND, assistant_ready, go_to_terminal, last_text
from support.model_script import say
from support.model_server import ModelServer
from support.zellij import Workspace, wait_for

pytestmark = pytest.mark.zellij


def test_without_a_recorder_the_key_sends_what_zellij_shows_and_says_that_it_is_not_exact(
    ready: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(say("Read from the screen."))
    rc = ready.home / ".bashrc"
    rc.write_text("export PICODE_NO_RECORD=1\n" + rc.read_text())
    terminal = ready.up()
    assistant_ready(terminal)
    go_to_terminal(ready, terminal)
    terminal.type("echo unrec'orded'-output\r")
    terminal.wait_for("unrecorded-output")
    terminal.type(SEND)
    terminal.wait_for("not exact")
    (request,) = model_server.wait_for(1)
    assert "unrecorded-output" in last_text(request)
    terminal.wait_for("Read from the screen.")


def test_zellijs_own_features_see_the_marks_through_the_recorder(ready: Workspace) -> None:
    if ready.run(ready.zellij, "--version").stdout.split()[-1] < "0.45":
        pytest.skip("Zellij reads the marks from 0.45 on")
    copied = ready.home / "copied"
    settings = ready.home / ".config" / "zellij" / "config.kdl"
    settings.parent.mkdir(parents=True, exist_ok=True)
    before = settings.read_text() if settings.exists() else ""
    keys = 'keybinds {\n    shared {\n        bind "F8" { CopyLastCommandOutput; }\n    }\n}\n'
    settings.write_text(f'{before}\ncopy_command "tee {copied}"\n{keys}')
    terminal = ready.up()
    assistant_ready(terminal)
    go_to_terminal(ready, terminal)
    terminal.type("seq 101 103\r")
    terminal.wait_for("103")
    terminal.type("\x1b[19~")
    wait_for(lambda: copied.exists() and "103" in copied.read_text(), "what Zellij copied")
    assert copied.read_text().split() == ["101", "102", "103"]
