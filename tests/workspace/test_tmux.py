"""tmux in the workspace's terminal: each shell has one recorder, and the key sends that shell's command."""

import psutil
import pytest

from support.conversing import SEND, assistant_ready, last_text
from support.model_script import say
from support.model_server import ModelServer
from support.tools import need
from support.zellij import Workspace, command_line, wait_for

pytestmark = pytest.mark.zellij


def recorders(workspace: Workspace) -> list[psutil.Process]:
    """They have the shell's name, and are Python."""
    found = [p for p in workspace.processes() if command_line(p).strip() == "/bin/bash"]
    return [p for p in found if "python" in p.exe()]


def test_a_shell_in_tmux_in_zellij_has_one_recorder_and_its_own_last_command(
    ready: Workspace, model_server: ModelServer
) -> None:
    tmux = f"{need('tmux')} -f /dev/null -S {ready.home}/tmux"
    model_server.enqueue(say("Heard from tmux."), say("Heard from outside."))
    terminal = ready.up()
    assistant_ready(terminal)
    terminal.type("echo out'side'\r")
    terminal.wait_for("outside")
    assert len(recorders(ready)) == 1
    try:
        terminal.type(f"{tmux} new-session /bin/bash\r")
        wait_for(lambda: len(recorders(ready)) == 2, "tmux's shell with a recorder")
        # read again, it starts no third
        terminal.type(". ~/.bashrc; echo in'side'\r")
        terminal.wait_for("inside")
        assert len(recorders(ready)) == 2
        terminal.type(SEND)
        [request] = model_server.wait_for(1)
        assert "inside" in last_text(request)
        assert "outside" not in last_text(request)
        terminal.wait_for("Heard from tmux.")
        terminal.type("exit\r")
        terminal.wait_for("[exited]")
        wait_for(lambda: len(recorders(ready)) == 1, "the end of tmux's recorder")
        terminal.type("echo out'side-again'\r")
        terminal.wait_for("outside-again")
        terminal.type(SEND)
        assert "outside-again" in last_text(model_server.wait_for(2)[1])
    finally:
        ready.run("sh", "-c", f"{tmux} kill-server")
