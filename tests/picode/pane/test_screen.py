"""The pane on a real terminal, with a real daemon and a model server that speaks the real wire format."""

import re
import signal
from pathlib import Path

import pytest

from picode import paths
from support.daemon import Running, end_daemon
from support.model_server import Call, Gate, ModelServer, Say, Script
from support.panes import MakePane, ready
from support.zellij import wait_for


def test_words_are_on_the_screen_before_the_last_was_sent(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    model_server.enqueue(Script(Say("First words, "), Gate("rest"), Say("and **the** rest.")))
    terminal = ready(pane())
    terminal.type("hello\r")
    terminal.wait_for("First words,", "thinking")
    model_server.open("rest")
    terminal.wait_for("First words, and the rest.", "idle")
    assert terminal.screen.count("❯ hello") == 1
    assert terminal.screen.count("First words") == 1


def test_the_picture_after_an_answer(served: Running, pane: MakePane, model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("# Title\n\n- one\n- two\n\n```python\nx = 1\n```\nDone.")))
    terminal = ready(pane())
    terminal.type("go\r")
    shown = terminal.wait_for("Done.", "idle")
    body = shown[shown.index("❯ go") :].rstrip().split("\n")
    assert body[:-1] == [
        "❯ go",
        "",
        "Title",
        "",
        "• one",
        "• two",
        "",
        "```python",
        "x = 1",
        "```",
        "Done.",
        "",
        "❯",
    ]


def test_a_command_is_asked_for_and_allowed(
    served: Running, pane: MakePane, model_server: ModelServer, project: Path
) -> None:
    call = Script(Say("Running."), Call("bash", {"command": "echo made > made.txt; echo ok"}))
    model_server.enqueue(call, Script(Say("It is made.")))
    terminal = ready(pane())
    terminal.type("make it\r")
    terminal.wait_for("echo made > made.txt", "allow? y yes", "waiting for you")
    assert not (project / "made.txt").exists()
    # a key that comes with the question is no answer to it
    terminal.wait_until(lambda shown: "waiting for you 1 s" in shown, "a second of waiting")
    terminal.type("y")
    terminal.wait_for("✓ allowed", "✓ bash echo made", "It is made.", "idle")
    assert (project / "made.txt").read_text() == "made\n"


def test_a_yes_that_was_typed_too_early_counts_with_enter(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    call = Call("bash", {"command": "echo hi"})
    model_server.enqueue(Script(Say("Wait."), Gate("ask"), call), Script(Say("Done.")))
    terminal = ready(pane())
    terminal.type("go\r")
    terminal.wait_for("Wait.")
    terminal.type("y")
    terminal.wait_for("❯ y")
    model_server.open("ask")
    terminal.wait_for("allow? y yes")
    terminal.wait_until(lambda shown: re.search(r"waiting for you [1-9]", shown), "a second of waiting")
    terminal.type("\r")
    terminal.wait_for("✓ allowed", "Done.", "idle")
    assert len(model_server.requests) == 2


def test_a_refusal_takes_a_word_to_the_model(
    served: Running, pane: MakePane, model_server: ModelServer, project: Path
) -> None:
    model_server.enqueue(
        Script(Call("write", {"path": "x.txt", "content": "new\n"})), Script(Say("Then not."))
    )
    terminal = ready(pane())
    terminal.type("write\r")
    terminal.wait_for("+new", "allow?")
    terminal.wait_for("waiting for you 1 s")
    terminal.type("n")
    terminal.wait_for("why not?")
    terminal.type("not this file\r")
    terminal.wait_for("✗ refused", "Then not.", "idle")
    assert "not this file" in model_server.requests[-1].text()
    assert not (project / "x.txt").exists()


def test_escape_cancels_and_brings_the_queue_back(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    model_server.enqueue(Script(Say("Half an answer"), Gate("never")))
    terminal = ready(pane())
    terminal.type("go\r")
    terminal.wait_for("Half an answer")
    terminal.type("and then this\r")
    terminal.wait_for("next: and then this", "1 queued")
    terminal.type("\x1b")
    terminal.wait_for("■ cancelled", "❯ and then this", "idle")
    assert "Half an answer" in terminal.screen


def test_a_running_turn_is_seen_by_a_second_pane(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    model_server.enqueue(Script(Say("Shared words "), Gate("on"), Say("to the end.")))
    first = ready(pane())
    first.type("go\r")
    first.wait_for("Shared words")
    second = pane("--continue")
    second.wait_for("❯ go", "Shared words")
    model_server.open("on")
    for terminal in (first, second):
        terminal.wait_for("Shared words to the end.", "idle")
        assert terminal.screen.count("Shared words") == 1


def test_the_daemon_dies_in_mid_answer(served: Running, pane: MakePane, model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("Before the end "), Gate("never")))
    terminal = ready(pane())
    terminal.type("go\r")
    terminal.wait_for("Before the end")
    terminal.type("typed meanwhile")
    terminal.wait_for("❯ typed meanwhile")
    served.kill()
    terminal.wait_for("The daemon ended", "❯ typed meanwhile", "idle")
    model_server.enqueue(Script(Say("Going on.")))
    terminal.type("\r")
    terminal.wait_for("Going on.", "idle")
    assert terminal.screen.count("❯ go\n") == 1


def test_width_changes(served: Running, pane: MakePane, model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("word " * 40), Gate("on"), Say("end.")))
    terminal = ready(pane())
    terminal.type("go\r")
    terminal.wait_for("word word")
    for columns in (40, 100, 50):
        terminal.resize(columns, 24)
        terminal.wait_until(lambda shown: shown.count("❯") == 2, "one prompt")
    model_server.open("on")
    shown = terminal.wait_for("end.", "idle")
    assert shown.count("word") == 40


@pytest.mark.parametrize(("columns", "rows"), [(10, 3), (20, 5), (4, 2), (200, 60)])
def test_any_size_of_terminal(
    served: Running, pane: MakePane, model_server: ModelServer, columns: int, rows: int
) -> None:
    model_server.enqueue(Script(Say("Some words, `code` and more words.\n\n- a\n- b\n")))
    terminal = pane(columns=columns, rows=rows)
    terminal.wait_until(lambda shown: shown.strip(), "anything")
    terminal.type("go\r")
    model_server.wait_for(1)[0].done.wait(20)
    terminal.type("\x04")
    assert terminal.wait_end() == 0


def test_completion_of_commands_and_files(served: Running, pane: MakePane) -> None:
    terminal = ready(pane())
    terminal.type("/mo")
    terminal.wait_for("/model", "choose the model")
    terminal.type("\x15see @not")
    terminal.wait_for("notes.txt")
    terminal.type("\t")
    terminal.wait_for("❯ see @notes.txt")


def test_a_users_own_command(served: Running, pane: MakePane) -> None:
    terminal = ready(pane())
    terminal.type("!cat notes.txt\r")
    shown = terminal.wait_for("! cat notes.txt", "two")
    assert "one" in shown


def test_history_goes_over_conversations(served: Running, pane: MakePane, model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("One.")))
    terminal = ready(pane())
    terminal.type("an earlier question\r")
    terminal.wait_for("One.", "idle")
    terminal.type("\x04")
    assert terminal.wait_end() == 0
    again = ready(pane("--new"))

    def shown() -> bool:
        # the history is read while the first key may be there already
        again.type("\x1b[A")
        return "❯ an earlier question" in again.screen

    wait_for(shown, "the earlier question", pause=0.5)


def test_a_huge_paste_is_sent_whole(served: Running, pane: MakePane, model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("Got it.")))
    text = "\r".join(f"line {number}" for number in range(5000))
    terminal = ready(pane())
    terminal.type(f"see \x1b[200~{text}\x1b[201~")
    terminal.wait_for("[paste 1: 5,000 lines")
    terminal.type("\r")
    terminal.wait_for("Got it.", "idle")
    assert "line 4999" in model_server.requests[-1].text()


def test_slash_commands_go_from_conversation_to_conversation(
    served: Running, pane: MakePane, model_server: ModelServer, project: Path
) -> None:
    model_server.enqueue(Script(Say("The first answer.")), Script(Say("The second answer.")))
    terminal = ready(pane())
    terminal.type("the first question\r")
    terminal.wait_for("The first answer.", "idle")
    terminal.type("/new\r")
    terminal.wait_until(lambda shown: shown.count("PiCode ·") == 2, "another conversation")
    terminal.type("the second question\r")
    terminal.wait_for("The second answer.", "idle")
    terminal.type("/resume\r")
    terminal.wait_for("Which conversation?", "❯ the first question  now · 2 messages")
    terminal.type("\r")
    terminal.wait_until(lambda shown: shown.count("The first answer.") == 2, "the first conversation")
    terminal.type("/session\r")
    terminal.wait_for("directory", str(project), "openai/local-model")
    terminal.type("/model\r")
    terminal.wait_for("Which model?")
    terminal.type("demo\r")
    terminal.wait_for("The model is demo/demo now.", "idle · demo/demo")
    terminal.type("/quit\r")
    assert terminal.wait_end() == 0
    assert "first question" not in model_server.requests[1].text()


def test_a_line_of_several_lines(served: Running, pane: MakePane, model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("Two.")))
    terminal = ready(pane())
    terminal.type("first line\nsecond line")
    terminal.wait_for("❯ first line", "second line")
    assert model_server.requests == []
    terminal.type("\r")
    terminal.wait_for("Two.", "idle")
    assert "first line\\nsecond line" in model_server.requests[0].text()


def test_vi_keys_edit_the_line(served: Running, pane: MakePane, model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("Seen.")))
    terminal = ready(pane(PICODE_PANE_KEYS="vi"))
    terminal.type("xhello wrld")
    terminal.wait_for("❯ xhello wrld")
    terminal.type("\x1b")
    terminal.wait_until(lambda shown: terminal.cursor_column == len("❯ xhello wrl"), "vi's other mode")
    terminal.type("0x$hhio\r")
    terminal.wait_for("❯ hello world", "Seen.", "idle")
    assert '"hello world"' in model_server.requests[0].text()


def test_ten_thousand_lines_come_whole_and_once(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    lines = [f"line number {number}  " for number in range(10_000)]
    pieces = ["\n".join(lines[at : at + 50]) + "\n" for at in range(0, len(lines), 50)]
    model_server.enqueue(Script(*map(Say, pieces), Say("The end.")))
    terminal = ready(pane())
    terminal.type("go\r")
    terminal.wait_until(lambda shown: "The end." in shown and "idle" in shown, "the end", timeout=60)
    raw = bytes(terminal.raw)
    assert {int(found) for found in re.findall(rb"line number (\d+)", raw)} >= set(range(10_000))
    # what is drawn again while it comes is a part of the screen, and no answer as a whole
    assert len(raw) < 20 * sum(map(len, lines))


def test_a_terminal_without_a_language_shows_everything(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    model_server.enqueue(Script(Say("Grüße, 世界.")))
    terminal = ready(pane(LANG="", LC_ALL="C"))
    terminal.type("go\r")
    terminal.wait_for("❯ go", "Grüße, 世", "idle")


def test_no_colour(served: Running, pane: MakePane, model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("**bold** `code`\n\n```python\nx = 1\n```\n")))
    terminal = ready(pane(NO_COLOR="1"))
    terminal.type("go\r")
    terminal.wait_for("x = 1", "idle")
    colours = re.findall(rb"\x1b\[[0-9;]*?(?:3[0-7]|9[0-7]|38;|48;|4[0-7])m", bytes(terminal.raw))
    assert colours == []


def test_a_dumb_terminal_gets_lines(served: Running, pane: MakePane, model_server: ModelServer) -> None:
    model_server.enqueue(Script(Call("bash", {"command": "echo hi"})), Script(Say("**Plain** words.")))
    terminal = pane(TERM="dumb")
    terminal.wait_for("PiCode")
    terminal.type("go\r")
    terminal.wait_for("allow?")
    terminal.type("n\r")
    terminal.wait_for("✗ refused", "Plain words.")
    assert b"\x1b" not in terminal.raw
    terminal.type("\x04")
    assert terminal.wait_end() == 0


def test_what_a_model_prints_does_not_act_on_the_terminal(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    model_server.enqueue(Script(Say("a\x1b]0;owned\x07b \x1b[2Jc \x1b]52;c;aGk=\x07d")))
    terminal = ready(pane())
    terminal.type("go\r")
    terminal.wait_for("ab c d", "idle")
    assert b"\x1b]" not in terminal.raw
    assert b"\x1b[2J" not in terminal.raw


def test_copy_gives_the_answer_to_the_clipboard(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    model_server.enqueue(Script(Say("hi")))
    terminal = ready(pane())
    terminal.type("go\r")
    terminal.wait_for("hi", "idle")
    terminal.type("/copy\r")
    terminal.wait_for("OSC 52")
    assert b"\x1b]52;c;aGk=\x07" in terminal.raw


def test_the_daemon_is_started_and_the_demo_model_answers(where: paths.Paths, pane: MakePane) -> None:
    try:
        terminal = ready(pane(PICODE_MODELS_DEFAULT="demo/demo"))
        terminal.type("hello\r")
        terminal.wait_until(lambda shown: "❯ hello" in shown and "idle" in shown, "the end of the answer")
        assert "demo" in terminal.screen
    finally:
        end_daemon(where)


def test_a_pane_whose_terminal_hangs_up_in_mid_answer_ends(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    model_server.enqueue(Script(Say("Some words, "), Gate("rest"), Say("and " * 400)))
    terminal = ready(pane())
    terminal.type("hello\r")
    terminal.wait_for("Some words,")
    terminal.hang_up()
    model_server.open("rest")
    status = terminal.wait_end()
    crash = served.where.state / "crash.log"
    assert not crash.exists(), crash.read_text()
    assert status in (128 + signal.SIGHUP, -signal.SIGHUP)
