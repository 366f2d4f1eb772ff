"""The input line on a real terminal: keys, cut and undo, an editor, images, paths, the queue, other keys."""

import base64
import os
from pathlib import Path

from support.daemon import Running
from support.model_server import Gate, ModelServer, Say, Script, Think
from support.panes import MakePane, ready
from support.screen import Terminal

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def line(terminal: Terminal, text: str) -> None:
    """Wait until the input line is this."""
    terminal.wait_until(
        lambda shown: terminal.lines[terminal.cursor_row] == text.rstrip(), f"the input {text!r}"
    )


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_what_is_cut_comes_back_and_what_was_done_is_undone(served: Running, pane: MakePane) -> None:
    terminal = ready(pane())
    terminal.type("one two three")
    line(terminal, "❯ one two three")
    terminal.type("\x17")
    line(terminal, "❯ one two")
    terminal.type("\x01\x0b")
    line(terminal, "❯")
    terminal.type("\x19")
    line(terminal, "❯ one two")
    terminal.type("\x1by")
    line(terminal, "❯ three")
    terminal.type("\x1f\x1f")
    line(terminal, "❯")
    terminal.type("\x1f")
    line(terminal, "❯ one two")


def test_the_input_is_edited_by_the_persons_editor_in_the_pane(
    served: Running, pane: MakePane, model_server: ModelServer, home: Path
) -> None:
    editor = script(
        home / "editor", 'echo "editing $1"; sed -i "s/short/very long/" "$1"; printf "\\nsecond" >> "$1"'
    )
    terminal = ready(pane(EDITOR=str(editor), VISUAL=""))
    terminal.type("a short line")
    line(terminal, "❯ a short line")
    terminal.type("\x07")
    terminal.wait_for("❯ a very long line", "  second")
    assert ".md" in terminal.screen, "what kind of text it is, for the editor"
    model_server.enqueue(Script(Say("Read.")))
    terminal.type("\r")
    terminal.wait_for("Read.", "idle")
    assert "a very long line\\nsecond" in model_server.requests[0].text()


def test_an_answer_that_comes_while_one_edits_is_shown_afterwards(
    served: Running, pane: MakePane, model_server: ModelServer, home: Path
) -> None:
    os.mkfifo(home / "wait")
    editor = script(home / "editor", f'echo "the editor is here"; cat {home}/wait; echo changed > "$1"')
    terminal = ready(pane(EDITOR=str(editor), VISUAL=""))
    model_server.enqueue(Script(Say("First words, "), Gate("rest"), Say("and the rest.")))
    terminal.type("go\r")
    terminal.wait_for("First words,")
    terminal.type("\x07")
    terminal.wait_for("the editor is here")
    model_server.open("rest")
    model_server.requests[0].done.wait(20)
    (home / "wait").write_text("now\n")
    terminal.wait_for("❯ changed", "First words, and the rest.", "idle")
    assert terminal.screen.count("and the rest.") == 1


def test_an_image_of_the_clipboard_is_sent(
    served: Running, pane: MakePane, model_server: ModelServer, home: Path
) -> None:
    programs = home / "programs"
    programs.mkdir()
    (home / "image.png").write_bytes(PNG)
    script(programs / "wl-paste", f"exec cat {home}/image.png")
    terminal = ready(pane(WAYLAND_DISPLAY="wayland-0", DISPLAY="", PATH=f"{programs}:{os.environ['PATH']}"))
    terminal.type("look at \x16")
    terminal.wait_for("❯ look at [image 1: PNG,")
    model_server.enqueue(Script(Say("A dot.")))
    terminal.type("\r")
    terminal.wait_for("A dot.", "1 image", "idle")
    assert base64.b64encode(PNG).decode() in model_server.requests[0].text()
    terminal.type("\x16")
    terminal.wait_for("[image 2: PNG,")


def test_a_dropped_path_of_an_image_is_the_image_and_no_clipboard_says_so(
    served: Running, pane: MakePane, model_server: ModelServer, project: Path
) -> None:
    (project / "dot.png").write_bytes(PNG)
    terminal = ready(pane(WAYLAND_DISPLAY="", DISPLAY=""))
    terminal.type(f"\x1b[200~{project}/dot.png\x1b[201~")
    terminal.wait_for("❯ [image 1: PNG,")
    terminal.type("\x16")
    terminal.wait_for("no image that can be read")


def test_files_are_found_by_their_letters_and_a_blank_follows(
    served: Running, pane: MakePane, project: Path
) -> None:
    (project / "source" / "deep").mkdir(parents=True)
    (project / "source" / "deep" / "reader_settings.py").write_text("")
    terminal = ready(pane())
    terminal.type("see @rdrset")
    terminal.wait_for("reader_settings.py")
    terminal.type("\tnow")
    line(terminal, "❯ see @source/deep/reader_settings.py now")


def test_tab_completes_paths_without_a_mark(served: Running, pane: MakePane, project: Path) -> None:
    (project / "source").mkdir()
    (project / "source" / "reader.py").write_text("")
    terminal = ready(pane())
    terminal.type("look at sou\t")
    line(terminal, "❯ look at source/")
    terminal.type("re\t")
    line(terminal, "❯ look at source/reader.py")
    terminal.type("now")
    line(terminal, "❯ look at source/reader.py now")


def test_what_is_sent_in_a_turn_steers_or_follows_and_can_be_taken_back(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    terminal = ready(pane())
    model_server.enqueue(Script(Say("Half"), Gate("on"), Say(" and whole.")), Script(Say("Steered.")))
    terminal.type("go\r")
    terminal.wait_for("Half")
    terminal.type("this next\r")
    terminal.wait_for("⋯ next: this next")
    terminal.type("that then\x1b\r")
    terminal.wait_for("⋯ then: that then", "2 queued")
    terminal.type("\x1b[1;3A")
    terminal.wait_for("❯ this next", "  that then")
    terminal.wait_gone("queued")
    model_server.open("on")
    terminal.wait_for("Half and whole.", "idle")
    assert len(model_server.requests) == 1
    terminal.type("\r")
    terminal.wait_for("Steered.", "idle")


def test_keys_of_the_file_are_in_force_and_reload_reads_it_anew(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    file = served.where.keybindings
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('{"tui.input.submit": "f2", "tui.editor.deleteToLineStart": "f3", "app.nothing": "f4"}')
    terminal = ready(pane(rows=50))
    terminal.wait_for("there is no action 'app.nothing'")
    terminal.type("hello\x15")
    line(terminal, "❯ hello")
    terminal.type("\x1bOR")
    line(terminal, "❯")
    model_server.enqueue(Script(Say("Hi.")))
    terminal.type("hello\x1bOQ")
    terminal.wait_for("Hi.", "idle")
    file.write_text('{"app.session.tree": "f4"}')
    terminal.type("/reload\x1bOQ")
    terminal.wait_for("Read anew")
    terminal.type("\x1bOS")
    terminal.wait_for("Where to?")
    terminal.type("\r")
    terminal.wait_gone("Where to?")


def test_ctrl_l_clears_the_screen_and_prints_the_end_again(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    terminal = ready(pane())
    model_server.enqueue(Script(Say("The answer.")))
    terminal.type("hello\r")
    terminal.wait_for("The answer.", "idle")
    terminal.type("!seq 100 105\r")
    terminal.wait_for("! seq 100 105", "105")
    terminal.type("half a line")
    line(terminal, "❯ half a line")
    terminal.type("\x0c")
    shown = terminal.wait_until(
        lambda shown: shown.startswith("PiCode ·") and "The answer." in shown and "105" in shown,
        "the end again",
    )
    assert shown.count("The answer.") == 1
    line(terminal, "❯ half a line")


def test_escape_twice_opens_the_tree_and_a_key_shows_what_the_model_thinks(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    terminal = ready(pane())
    terminal.type("\x14")
    terminal.wait_for("All of what the model thinks is shown")
    model_server.enqueue(
        Script(Think("A first thought,\n"), Gate("on"), Think("a second."), Say("The answer."))
    )
    terminal.type("go\r")
    terminal.wait_for("A first thought,")
    model_server.open("on")
    terminal.wait_for("A first thought, a second.", "The answer.", "idle")
    terminal.type("\x1b\x1b")
    terminal.wait_for("Where to?", "you: go")
    terminal.type("\x1b")
    terminal.wait_gone("Where to?")


def test_a_new_line_by_every_key_that_makes_one(served: Running, pane: MakePane) -> None:
    terminal = ready(pane())
    terminal.type("one\x1b\rtwo\nthree\x1b[27;2;13~four\x1b[13;2ufive")
    terminal.wait_for("❯ one\n  two\n  three\n  four\n  five")


def test_an_exclamation_mark_alone_stays_and_says_what_it_is_for(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    terminal = ready(pane())
    terminal.type("!\r")
    terminal.wait_for("Which command?")
    line(terminal, "❯ !")
    terminal.type("!echo not-shared\r")
    terminal.wait_for("!! echo not-shared", "\nnot-shared")
    model_server.enqueue(Script(Say("Hi.")))
    terminal.type("hello\r")
    terminal.wait_for("Hi.", "idle")
    assert "not-shared" not in model_server.requests[0].text()
