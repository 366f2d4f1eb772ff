"""The pane in a real tmux."""

import base64
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from picode import paths
from support.daemon import Running, executable
from support.model_server import Call, ModelServer, Say, Script
from support.screen import Terminal
from support.tools import need


@pytest.fixture
def terminal(where: paths.Paths, model_server: ModelServer, home: Path) -> Iterator[Terminal]:
    """tmux with the assistant in it, on a server of its own."""
    tmux = [need("tmux"), "-S", str(home / "tmux"), "-f", "/dev/null"]
    given = {**model_server.environ(), "PICODE_MODELS_DEFAULT": "openai/local-model"}
    running = Running(where, given).start()
    options = ["set", "-g", "set-clipboard", "on", ";", "set", "-g", "allow-passthrough", "on"]
    # a session of tmux keeps what its server was started with
    shown = Terminal(
        [*tmux, "new-session", f"{executable()} chat", ";", *options],
        {**os.environ, "TMUX": ""},
        home,
        80,
        24,
    )
    try:
        yield shown
    finally:
        subprocess.run([*tmux, "kill-server"], check=False, capture_output=True, timeout=20)
        shown.close()
        running.stop()


def test_an_answer_a_tool_and_a_narrower_window(terminal: Terminal, model_server: ModelServer) -> None:
    model_server.enqueue(
        Script(Say("I **look** at it."), Call("ls", {"path": "."})),
        Script(Say("A line of words. " * 8 + "End.")),
    )
    terminal.wait_for("idle · openai/local-model")
    terminal.type("go\r")
    terminal.wait_for("I look at it.", "✓ ls", "End.", "idle")
    terminal.resize(50, 20)
    terminal.wait_until(
        lambda shown: shown.count("idle") == 1 and "End." in shown, "the picture in 50 columns"
    )
    terminal.type("/copy\r")
    terminal.wait_for("OSC 52")
    text = base64.b64encode(("A line of words. " * 8 + "End.").encode())
    assert text in bytes(terminal.raw)
    terminal.type("/quit\r")
    assert terminal.wait_end() == 0
