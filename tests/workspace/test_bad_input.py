"""What a person reads when something is not as it should be, and that nothing is lost by it."""

import contextlib
import subprocess

import pytest

from picode.protocol.plugin import SNAPSHOTS
from support.conversing import EXPLORER, SEND, assistant_ready, go_to_assistant, last_text, said
from support.installation import tree
from support.model_script import say
from support.model_server import ModelServer
from support.screen import Terminal
from support.zellij import Workspace

pytestmark = pytest.mark.zellij


def read(terminal: Terminal) -> str:
    """The screen as one line: sentences break where the terminal ends."""
    return "".join(line.ljust(140) for line in terminal.lines)


def left(shown: str) -> str:
    """What the explorer's columns show, as one line."""
    return "".join(line[: EXPLORER - 2].ljust(EXPLORER) for line in shown.split("\n")).replace("  ", " ")


def test_a_layout_that_the_user_changed_is_kept_and_used(ready: Workspace) -> None:
    layout = ready.home / ".config" / "zellij" / "layouts" / "picode.kdl"
    mine = layout.read_text().replace('name="terminal"', 'name="my-own-shell"')
    layout.write_text(mine)
    terminal = ready.up()
    terminal.wait_for("my-own-shell")
    assert layout.read_text() == mine


@pytest.mark.parametrize(
    ("text", "told"), [("layout {\n  pain\n}\n", "'pain'"), ("layout {\n  pane {\n", "Failed to parse")]
)
def test_a_layout_that_is_none_is_named_with_ours_beside_it(ready: Workspace, text: str, told: str) -> None:
    layout = ready.home / ".config" / "zellij" / "layouts" / "picode.kdl"
    layout.write_text(text)
    terminal = ready.open("picode", "up", "--yes")
    assert terminal.wait_end() == 1
    shown = read(terminal)
    assert told in shown
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
    ("text", "told"), [("layout {\n  pain\n}\n", "is no layout that Zellij can read"), (None, "is not there")]
)
def test_a_layout_that_cannot_be_taken_is_told_in_the_pane_and_everything_goes_on(
    ready: Workspace, text: str | None, told: str
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
    terminal.wait_until(lambda shown: "✗" in shown and told in shown, f"that {told}")
    terminal.type("/layout minimal\r")
    terminal.wait_gone("explorer")
    terminal.wait_for("assistant", "shell>")


def to_the_plugin(ready: Workspace, text: str) -> None:
    """A line as the daemon writes them; whoever gets it need not answer."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        ready.run(
            ready.zellij, "--session", ready.session, "pipe", "--name", SNAPSHOTS, "--", text, timeout=5
        )


def test_an_explorer_of_another_version_says_so_and_goes_on_when_they_agree_again(ready: Workspace) -> None:
    terminal = ready.up()
    terminal.wait_for("● idle")
    to_the_plugin(ready, '{"type":"snapshot","v":99}')
    terminal.wait_until(lambda shown: "different versions" in left(shown), "that the versions differ")
    assert "picode setup" in left(terminal.screen)
    (ready.project / "agreed.txt").write_text("1\n")
    terminal.wait_until(lambda shown: "agreed.txt" in shown and "versions" not in left(shown), "the file")


def test_lines_to_the_explorer_that_are_broken_change_nothing(ready: Workspace) -> None:
    terminal = ready.up()
    terminal.wait_for("● idle")
    for text in ('{"type":"snapshot","v":1,"rows":[[', "[]", "\x1b[2J", '{"type":"other","v":1}', "x" * 4000):
        to_the_plugin(ready, text)
    (ready.project / "after.txt").write_text("1\n")
    terminal.wait_for("after.txt", "● idle")
    assert "different versions" not in left(terminal.screen)


def test_a_session_that_is_renamed_stays_one_workspace(ready: Workspace, model_server: ModelServer) -> None:
    model_server.enqueue(say("After the new name."), say("From a tab that came later."))
    terminal = ready.up()
    assistant_ready(terminal)
    terminal.wait_for("● idle")
    ready.action("rename-session", "stall")
    ready.session = "stall"
    terminal.wait_for("Zellij (stall)")
    terminal.type("echo printed-af'ter'\r")
    terminal.wait_for("printed-after")
    terminal.type(SEND)
    terminal.wait_for("After the new name.")
    # what the daemon asks of Zellij reaches it
    go_to_assistant(terminal)
    terminal.type("/layout minimal\r")
    terminal.wait_gone("explorer")
    ready.action("new-tab")
    terminal.wait_for("Tab #2", "shell>")
    terminal.type("echo in-the-la'ter'-tab\r")
    terminal.wait_for("in-the-later-tab")
    terminal.type(SEND)
    _, request = model_server.wait_for(2)
    assert "printed-after" in said(request)
    assert "in-the-later-tab" in last_text(request)
    terminal.close()
    again = ready.open("picode", "up", "--yes")
    again.wait_for("Zellij (stall)", "in-the-later-tab")
    ready.action("go-to-tab", "1")
    again.wait_for("After the new name.", "From a tab that came later.")
    assert len(ready.servers()) == 1


def test_a_setting_out_of_range_is_one_sentence_where_the_assistant_would_be(ready: Workspace) -> None:
    settings = ready.home / "p" / "config" / "config.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text("[models]\nretries = 1000\n")
    ready.session = ready.project.name
    terminal = ready.open("picode", "up", "--yes")
    terminal.wait_for("config.toml:2", "models.retries")
    # the shell works, and the assistant as soon as the file is mended
    terminal.wait_for("shell>")
    settings.write_text("")
    terminal.wait_for("EXIT CODE")
    ready.action("write", "--pane-id", f"terminal_{ready.pane('assistant')['id']}", "13")
    assistant_ready(terminal)
