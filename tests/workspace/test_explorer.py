"""The explorer and its key with everything behind them: what reaches the assistant, and what the model is told."""

import re

import pytest

from support.conversing import ALT_SHIFT_A, LEFT, ask, assistant_ready, last_text
from support.model_script import Call, Calls, Script, say
from support.model_server import ModelServer
from support.screen import Terminal
from support.zellij import Workspace

pytestmark = pytest.mark.zellij


def open_with_files(ready: Workspace) -> Terminal:
    """The workspace of a project that has a directory and a file, with the explorer connected."""
    (ready.project / "src").mkdir()
    (ready.project / "src" / "deep.py").write_text("1\n")
    (ready.project / "notes.md").write_text("2\n")
    terminal = ready.up()
    terminal.wait_for("▸ src", "notes.md")
    assistant_ready(terminal)
    return terminal


def test_a_puts_the_path_into_the_input_enter_sends_an_earlier_command_and_a_click_unfolds(
    ready: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(say("That was the first one."))
    terminal = open_with_files(ready)
    terminal.type("echo the-ear'lier'\r")
    terminal.wait_for("✓ echo the-ear")
    terminal.type("echo the-la'ter'\r")
    terminal.wait_for("✓ echo the-la")
    terminal.type(LEFT)
    terminal.wait_until(lambda shown: ready_for_keys(ready), "the focus on the explorer")
    terminal.type("ja")
    terminal.wait_for("@notes.md")
    terminal.type("3j\r")
    [request] = model_server.wait_for(1)
    assert "the-earlier" in last_text(request)
    assert "the-later" not in last_text(request)
    terminal.wait_for("That was the first one.", "@notes.md")
    row = next(at for at, line in enumerate(terminal.lines, 1) if "▸ src" in line)
    terminal.type(f"\x1b[<0;4;{row}M\x1b[<0;4;{row}m")
    terminal.wait_for("▾ src", "deep.py")


def ready_for_keys(ready: Workspace) -> bool:
    return bool(ready.pane("explorer")["is_focused"])


def test_alt_shift_a_sends_a_running_command_and_what_an_editor_shows(
    ready: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(say("Still at it."), say("An editor."))
    terminal = open_with_files(ready)
    terminal.type("sh -c 'echo so-\"\"far; sleep 100'\r")
    terminal.wait_for("so-far")
    terminal.type(ALT_SHIFT_A)
    [request] = model_server.wait_for(1)
    assert 'status="running"' in last_text(request)
    assert "\nso-far\n" in last_text(request)
    terminal.wait_for("Still at it.")
    terminal.type("\x03")
    terminal.wait_for("✗ 130")
    (ready.project / "editor.sh").write_text("printf '\\033[?1049h\\033[2;1Hdrawn-here'; sleep 100\n")
    terminal.type("sh editor.sh\r")
    terminal.wait_for("drawn-here")
    terminal.type(ALT_SHIFT_A)
    _, request = model_server.wait_for(2)
    assert "drawn-here" in last_text(request)
    assert "read from the screen" in last_text(request)
    terminal.wait_for("An editor.")


def test_alt_shift_a_in_a_pane_without_a_recorder_sends_what_it_shows_and_says_so(
    ready: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(say("A bare pane."))
    terminal = open_with_files(ready)
    ready.action("new-pane", "--name", "bare", "--", "sh", "-c", "echo from-the-ba''re-pane; sleep 100")
    terminal.wait_for("from-the-bare-pane")
    terminal.type(ALT_SHIFT_A)
    [request] = model_server.wait_for(1)
    assert "from-the-bare-pane" in last_text(request)
    assert "read from the screen" in last_text(request)
    terminal.wait_for("A bare pane.", "exact")


def test_alt_shift_a_in_the_assistants_own_pane_says_what_to_do(
    ready: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(say("Hello."))
    terminal = open_with_files(ready)
    ask(terminal, "hello there")
    terminal.wait_for("Hello.")
    terminal.type(ALT_SHIFT_A)
    terminal.wait_for("Focus a terminal first")
    assert len(model_server.wait_for(1)) == 1


def test_a_refused_permission_leaves_assistant_and_shell_at_work(
    workspace: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(say("Without the explorer."))
    workspace.set_up("--no-grant")
    terminal = workspace.open("picode", "up")
    workspace.session = workspace.project.name
    terminal.wait_for("(y/n)", "shell>")
    assistant_ready(terminal)
    terminal.type(LEFT)
    terminal.wait_until(lambda shown: ready_for_keys(workspace), "the focus on the explorer")
    terminal.type("n")
    terminal.wait_for("The explorer has no")
    terminal.type("any\x1b[1;3C")
    terminal.wait_until(lambda shown: workspace.pane("terminal")["is_focused"], "the focus on the terminal")
    ask(terminal, "are you there?")
    [request] = model_server.wait_for(1)
    assert "are you there?" in last_text(request)
    terminal.wait_for("Without the explorer.")


def test_in_a_light_theme_everything_in_the_explorer_can_be_read(
    ready: Workspace, model_server: ModelServer
) -> None:
    config = ready.home / ".config" / "zellij" / "config.kdl"
    config.write_text('theme "catppuccin-latte"\n')
    terminal = open_with_files(ready)
    terminal.type("echo so'me'\r")
    terminal.wait_for("✓ echo so")
    drawn = terminal.colours(columns=30, rows=range(2, 44))
    assert len(drawn) > 3
    faint = {text: pair for pair, text in drawn.items() if contrast(*pair) < 1.7}
    assert not faint


def contrast(front: str, back: str) -> float:
    """The ratio of the two colours' brightness, from 1 to 21, on a terminal that is white where nothing is drawn."""
    first, second = sorted((brightness(front, "000000"), brightness(back, "ffffff")))
    return (second + 0.05) / (first + 0.05)


def brightness(colour: str, default: str) -> float:
    named = {"black": "000000", "red": "cd0000", "green": "00cd00", "brown": "cdcd00", "blue": "0000ee",
             "magenta": "cd00cd", "cyan": "00cdcd", "white": "e5e5e5", "default": default}  # fmt: skip
    text = named.get(colour, colour)
    parts = [int(text[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_enter_opens_a_file_of_the_last_answer_at_its_line(
    ready: Workspace, model_server: ModelServer
) -> None:
    editor = ready.home / "nano"
    editor.write_text('#!/bin/sh\necho "EDITS $*"\nread line\n')
    editor.chmod(0o755)
    ready.environment["EDITOR"] = str(editor)
    model_server.enqueue(say("Look at notes.md:1 and at gone.md:4."))
    terminal = open_with_files(ready)
    ask(terminal, "where is it?")
    terminal.wait_for("Look at notes.md:1", "  notes.md:1")
    terminal.type(LEFT)
    terminal.wait_until(lambda shown: ready_for_keys(ready), "the focus on the explorer")
    terminal.type("j\r")
    terminal.wait_for(f"EDITS +1,1 {ready.project}/notes.md")
    terminal.type("\r")
    terminal.wait_gone("EDITS")
    terminal.wait_until(lambda shown: ready_for_keys(ready), "the focus on the explorer")
    terminal.type("a")
    terminal.wait_for("❯ @notes.md")
    assert "@notes.md:" not in terminal.screen


def test_d_shows_what_the_assistant_changed_and_q_leaves_it(
    ready: Workspace, model_server: ModelServer
) -> None:
    made = Call("write", {"path": "notes.md", "content": "a line of the assistant\n"})
    model_server.enqueue(Script(Calls(made)), say("It is written."))
    terminal = open_with_files(ready)
    ask(terminal, "write the notes")
    terminal.wait_for("a line of the assistant", "allow?")
    # a key that comes with the question is no answer to it
    terminal.wait_until(lambda shown: re.search(r"waiting for you [1-9]", shown), "a second of waiting")
    terminal.type("y")
    terminal.wait_for("It is written.", "●")
    terminal.type(LEFT)
    terminal.wait_until(lambda shown: ready_for_keys(ready), "the focus on the explorer")
    terminal.type("jd")
    terminal.wait_for("The assistant's change 1", "+1 a line of the assistant", "q closes")
    assert ready.pane("changes of notes.md")["is_floating"]
    terminal.type("q")
    terminal.wait_gone("The assistant's change 1")
    terminal.wait_until(lambda shown: ready_for_keys(ready), "the focus on the explorer")
