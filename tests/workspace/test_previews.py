"""In a real Zellij: what Alt-a would send stands in the assistant's pane first, also after leaving and coming back."""

import pytest

from picode import paths
from support.conversing import (
    ALT_SHIFT_A,
    SEND,
    assistant_ready,
    go_to_assistant,
    go_to_terminal,
    last_text,
)
from support.model_script import say
from support.model_server import ModelServer
from support.zellij import Workspace

pytestmark = pytest.mark.zellij


def test_the_key_shows_the_output_in_the_assistant_enter_sends_it_and_escape_drops_it(
    ready: Workspace, model_server: ModelServer
) -> None:
    settings = paths.resolve({**ready.environment}).settings
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('[shell]\npreview = "always"\n')
    model_server.enqueue(say("Both are answered."))
    terminal = ready.up()
    assistant_ready(terminal)
    terminal.type("echo drop-$((40 + 2))\r")
    terminal.wait_for("drop-42")
    terminal.wait_until(lambda shown: shown.count("shell>") >= 2, "the next prompt")
    terminal.type(SEND)
    terminal.wait_for("this would be sent", "send this? Enter sends")
    go_to_assistant(terminal)
    terminal.type("\x1b")
    terminal.wait_for("It was dropped; nothing was sent.")
    terminal.wait_gone("send this?")
    go_to_terminal(ready, terminal)
    terminal.type("echo PASSWORD=hunter$((1 + 1)) keep\r")
    terminal.wait_for("PASSWORD=hunter2 keep")
    terminal.wait_until(lambda shown: shown.count("shell>") >= 3, "the next prompt")
    terminal.type(SEND)
    terminal.wait_for("PASSWORD=[redacted: password] keep", "send this? Enter sends")
    ready.detach(terminal)
    assert model_server.requests == []
    terminal = ready.attach()
    terminal.wait_for("send this? Enter sends")
    go_to_assistant(terminal)
    terminal.type("\r")
    terminal.wait_for("Both are answered.")
    [request] = model_server.wait_for(1)
    assert "[redacted: password] keep" in last_text(request)
    assert "hunter2" not in last_text(request)
    assert "drop-42" not in str(request.body)


def test_what_the_explorers_key_would_send_survives_the_daemon_too(
    ready: Workspace, model_server: ModelServer
) -> None:
    settings = paths.resolve({**ready.environment}).settings
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('[shell]\npreview = "always"\n')
    model_server.enqueue(say("Kept."))
    terminal = ready.up()
    assistant_ready(terminal)
    terminal.type("echo kept-$((40 + 2))\r")
    terminal.wait_for("kept-42", "✓ echo kept")
    terminal.type(ALT_SHIFT_A)
    terminal.wait_for("this would be sent", "send this? Enter sends")
    assert ready.run("picode", "daemon", "restart").returncode == 0
    assistant_ready(terminal)
    terminal.wait_for("send this? Enter sends")
    go_to_assistant(terminal)
    terminal.type("\r")
    terminal.wait_for("Kept.")
    [request] = model_server.wait_for(1)
    assert "kept-42" in last_text(request)
