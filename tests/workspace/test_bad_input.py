"""What a person reads when something is not as it should be, and that nothing is lost by it."""

import pytest

from support.conversing import assistant_ready, go_to_assistant
from support.installation import tree
from support.screen import Terminal
from support.zellij import Workspace

pytestmark = pytest.mark.zellij


def read(terminal: Terminal) -> str:
    """The screen as one line: sentences break where the terminal ends."""
    return "".join(line.ljust(140) for line in terminal.lines)


def test_a_layout_that_the_user_changed_is_kept_and_used(ready: Workspace) -> None:
    layout = ready.home / ".config" / "zellij" / "layouts" / "picode.kdl"
    mine = layout.read_text().replace('name="terminal"', 'name="my-own-shell"')
    layout.write_text(mine)
    terminal = ready.up()
    terminal.wait_for("my-own-shell")
    assert layout.read_text() == mine


@pytest.mark.parametrize(
    ("text", "said"), [("layout {\n  pain\n}\n", "'pain'"), ("layout {\n  pane {\n", "Failed to parse")]
)
def test_a_layout_that_is_none_is_named_with_ours_beside_it(ready: Workspace, text: str, said: str) -> None:
    layout = ready.home / ".config" / "zellij" / "layouts" / "picode.kdl"
    layout.write_text(text)
    terminal = ready.open("picode", "up", "--yes")
    assert terminal.wait_end() == 1
    shown = read(terminal)
    assert said in shown
    assert f"{layout}:" in shown
    assert "picode.kdl.new" in shown
    assert layout.read_text() == text


@pytest.mark.parametrize("taken", ["p", ".config"])
def test_a_directory_that_cannot_be_written_is_one_sentence_and_nothing_was_changed(
    workspace: Workspace, taken: str
) -> None:
    (workspace.home / taken).write_text("in the way")
    before = tree(workspace.home)
    terminal = workspace.open("picode", "up", "--yes")
    assert terminal.wait_end() == 74
    assert f"picode: {workspace.home / taken} cannot be written" in read(terminal)
    assert "Nothing was changed." in read(terminal)
    after = tree(workspace.home)
    assert {name: what for name, what in after.items() if not name.startswith((".cache", "t/"))} == {
        name: what for name, what in before.items() if not name.startswith((".cache", "t/"))
    }


def test_a_disk_that_takes_no_more_is_one_sentence_and_nothing_was_changed(workspace: Workspace) -> None:
    # the plugin is larger than any file may be here
    terminal = workspace.open("sh", "-c", "ulimit -f 64; exec picode up --yes")
    assert terminal.wait_end() == 74
    assert ".wasm cannot be written" in read(terminal)
    assert "Nothing was changed." in read(terminal)
    assert (workspace.home / ".bashrc").read_text() == "PS1='shell> '\n"
    assert not [name for name in tree(workspace.home) if name.endswith((".wasm", ".kdl"))]


def test_a_workspace_that_is_made_tiny_comes_back_whole(ready: Workspace) -> None:
    terminal = ready.up()
    assistant_ready(terminal)
    terminal.resize(10, 3)
    terminal.resize(140, 45)
    terminal.wait_for("explorer", "terminal", "shell>", "Ctrl +")
    assistant_ready(terminal)
    terminal.type("echo still-he're'\r")
    terminal.wait_for("still-here")


@pytest.mark.parametrize(
    ("text", "said"), [("layout {\n  pain\n}\n", "is no layout that Zellij can read"), (None, "is not there")]
)
def test_a_layout_that_cannot_be_taken_is_told_in_the_pane_and_everything_goes_on(
    ready: Workspace, text: str | None, said: str
) -> None:
    layout = ready.home / ".config" / "zellij" / "layouts" / "picode-wide.kdl"
    terminal = ready.up()
    assistant_ready(terminal)
    if text is None:
        layout.unlink()
    else:
        layout.write_text(text)
    go_to_assistant(terminal)
    terminal.type("/layout wide\r")
    terminal.wait_until(lambda shown: "✗" in shown and said in shown, f"that {said}")
    terminal.type("/layout minimal\r")
    terminal.wait_gone("explorer")
    terminal.wait_for("assistant", "shell>")
