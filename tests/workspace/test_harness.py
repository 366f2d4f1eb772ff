"""The layout in a real Zellij with stand-ins for our own parts, and what the tests' harness promises."""

from pathlib import Path

import psutil
import pytest

from picode.paths import assets
from support.zellij import Workspace, wait_for

pytestmark = pytest.mark.zellij


def stand_in_layout(workspace: Workspace) -> None:
    """The layout with Zellij's own file browser as explorer and `cat` as assistant."""
    template = (assets() / "layouts" / "picode.kdl").read_text()
    filled = template.replace("<plugin>", "zellij:strider").replace("<picode>", "/bin/cat")
    directory = workspace.home / ".config" / "zellij" / "layouts"
    directory.mkdir(parents=True)
    (directory / "picode.kdl").write_text(filled.replace("<arguments>", '"-u"'))


def test_the_layout_has_three_panes_between_zellijs_own_bars_and_the_terminal_has_the_focus(
    workspace: Workspace,
) -> None:
    stand_in_layout(workspace)
    terminal = workspace.start()
    terminal.wait_for("explorer", "assistant", "terminal", "Zellij (w)", "Ctrl +")
    terminal.type("echo typed-by'-'hand\r")
    terminal.wait_for("typed-by-hand")
    panes = {pane["title"]: pane for pane in workspace.panes() if not pane.get("is_suppressed")}
    assert panes["explorer"]["is_plugin"]
    assert panes["assistant"]["terminal_command"] == "/bin/cat -u"
    assert panes["terminal"]["is_focused"]


def test_a_terminal_of_another_size_leaves_the_focus_where_it_was(workspace: Workspace) -> None:
    stand_in_layout(workspace)
    terminal = workspace.start()
    terminal.wait_for("explorer", "assistant", "terminal", "Ctrl +")
    terminal.type("echo rea'dy'\r")
    terminal.wait_for("ready")
    terminal.type("\x1b[1;3A")
    wait_for(lambda: workspace.pane("assistant")["is_focused"], "the focus on the assistant")
    for columns, rows, wide in ((120, 40, 94), (60, 20, 47), (140, 45, 109)):
        terminal.resize(columns, rows)

        def resized(wide: int = wide) -> bool:
            return bool(workspace.pane("assistant")["pane_columns"] == wide)

        wait_for(resized, f"an assistant of {wide} columns")
        assert workspace.pane("assistant")["is_focused"]


def test_a_new_tab_has_an_explorer_and_no_second_assistant(workspace: Workspace) -> None:
    stand_in_layout(workspace)
    terminal = workspace.start()
    terminal.wait_for("assistant", "Ctrl +")
    terminal.type("echo rea'dy'\r")
    terminal.wait_for("ready")
    workspace.action("new-tab")
    terminal.wait_for("Tab #2", "explorer", "Ctrl +")
    terminal.wait_gone("assistant")


def test_an_orphan_of_a_test_is_found_and_killed(workspace: Workspace, home: Path) -> None:
    workspace.run("sh", "-c", "setsid sleep 300 </dev/null >/dev/null 2>&1 &")
    (orphan,) = wait_for(lambda: [p for p in workspace.processes() if p.name() == "sleep"], "the orphan")
    workspace.kill(orphan)
    assert not workspace.processes()
    wait_for(lambda: not psutil.pid_exists(orphan.pid), "its collection")
