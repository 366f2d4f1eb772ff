"""In a real Zellij: `picode pause` in a terminal is seen in the explorer, and nothing is sent while it lasts."""

import pytest

from support.conversing import SEND, assistant_ready
from support.model_server import ModelServer
from support.zellij import Workspace

pytestmark = pytest.mark.zellij


def test_a_paused_terminal_is_shown_in_the_explorer_until_it_is_resumed(
    ready: Workspace, model_server: ModelServer
) -> None:
    terminal = ready.up()
    assistant_ready(terminal)
    terminal.type("picode pause\r")
    terminal.wait_for("This terminal is not recorded from here on")
    terminal.wait_until(
        lambda shown: any("paused" in line[:32] for line in shown.split("\n")), "paused, in the explorer"
    )
    terminal.type("echo hidden-$((40 + 2))\r")
    terminal.wait_for("hidden-42")
    terminal.type(SEND)
    terminal.wait_for("the last command was not recorded")
    terminal.type("picode resume\r")
    terminal.wait_for("This terminal is recorded again")
    terminal.wait_until(
        lambda shown: not any("paused" in line[:32] for line in shown.split("\n")), "no longer paused"
    )
    assert not any("hidden" in line[:32] or "picode pause" in line[:32] for line in terminal.lines)
    assert model_server.requests == []
