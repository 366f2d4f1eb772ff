"""What extensions ask and show in the pane: lists and lines to type, words, widgets, keys, mistakes."""

from dataclasses import replace
from pathlib import Path

from prompt_toolkit.key_binding import KeyBindings

from picode import paths
from picode.messages import Custom
from picode.pane.entries import entry_lines
from picode.pane.input import bindings
from picode.pane.keymap import Keymap
from picode.pane.lines import plain
from picode.pane.state import (
    Brought,
    Did,
    Effect,
    Opened,
    Pressed,
    Print,
    PutInput,
    State,
    Step,
    Submitted,
    Tell,
    Title,
)
from picode.pane.update import update
from picode.pane.view import live, status_line
from picode.protocol.events import EditorSet, ExtensionFailed, StatusChanged, TitleSet
from picode.protocol.replies import Snapshot
from picode.protocol.requests import AnswerDialog, PressShortcut
from picode.protocol.values import Dialog, Entry, Shortcut, Status, Widget
from support.daemon import Running
from support.extensions import written
from support.model_server import ModelServer
from support.panes import MakePane, ready

STATE = State(conversation="c1", connected=True)


def asked(state: State, *dialogs: Dialog) -> Step:
    return update(state, StatusChanged(Status(dialogs=list(dialogs))))


def told(effects: list[Effect]) -> list[object]:
    return [one.request for one in effects if isinstance(one, Tell)]


def text_of(effects: list[Effect]) -> str:
    return "\n".join(plain(line) for one in effects if isinstance(one, Print) for line in one.lines)


def test_a_choice_is_a_list_and_goes_out_once() -> None:
    dialog = Dialog("d1", "select", "Which?", options=["one\x1b[31m", "two"])
    state, _ = asked(STATE, dialog)
    shown = "\n".join(map(plain, live(state, 20)))
    assert "Which?" in shown
    assert "\x1b" not in shown
    state, effects = update(state, Submitted(""))
    assert told(effects) == [AnswerDialog(0, "c1", "d1", value="one\x1b[31m")]
    assert state.picker is None
    assert asked(state, dialog)[0].picker is None


def test_yes_and_no_with_what_it_is_about() -> None:
    state, effects = asked(STATE, Dialog("d1", "confirm", "Sure?", "It is\nfor ever."))
    assert "for ever." in text_of(effects)
    state, effects = update(replace(state), Submitted(""))
    assert told(effects) == [AnswerDialog(0, "c1", "d1", confirmed=True)]


def test_a_line_and_several_lines_are_typed() -> None:
    state, _ = asked(STATE, Dialog("d1", "input", "Name?", text="a name"))
    assert state.question is not None
    assert state.question.hint.startswith("a name")
    assert told(update(state, Submitted("Ada"))[1]) == [AnswerDialog(0, "c1", "d1", value="Ada")]
    state, _ = asked(STATE, Dialog("d2", "editor", "Text?", text="one\ntwo"))
    assert state.question is not None
    assert state.question.value == "one\ntwo"


def test_esc_leaves_a_question_and_the_next_one_is_there() -> None:
    one, two = Dialog("d1", "select", "One?", options=["a"]), Dialog("d2", "input", "Two?")
    state, _ = asked(STATE, one, two)
    state, effects = update(state, Pressed("cancel"))
    assert told(effects) == [AnswerDialog(0, "c1", "d1")]
    assert state.question is not None
    assert state.question.subject == "d2"


def test_a_question_that_is_over_closes_and_what_else_is_open_stays() -> None:
    state, _ = asked(STATE, Dialog("d1", "input", "Name?"))
    assert update(state, StatusChanged(Status()))[0].question is None
    state, _ = update(STATE, Submitted("/thinking"))
    state, _ = asked(state, Dialog("d1", "input", "Name?"))
    assert state.picker is not None
    assert state.question is None
    state, _ = update(state, Pressed("cancel"))
    assert state.question is not None


def test_words_widgets_title_and_text_of_extensions() -> None:
    status = Status(notes={"b": "busy\x1b[2J"}, widgets=[Widget("w", ["a line", "another"])])
    state, _ = update(STATE, StatusChanged(status))
    assert "busy" in plain(status_line(state, 0))
    assert [plain(line) for line in live(state, 20)] == ["a line", "another"]
    assert update(state, EditorSet("typed"))[1] == [PutInput("typed", instead=True)]
    assert update(state, TitleSet("a\x07b"))[1] == [Title("a␇b")]


def test_a_mistake_is_one_sentence_with_file_and_line() -> None:
    failed = ExtensionFailed("/e/guard.py", "tool_call", "ValueError: no", "/e/guard.py:7")
    assert "! The extension guard.py:7 failed at tool_call: ValueError: no" in text_of(
        update(STATE, failed)[1]
    )
    failed = ExtensionFailed("/e/guard.py", "load", "SyntaxError: x", "/e/guard.py:1")
    assert "! The extension guard.py:1 could not be loaded: SyntaxError: x" in text_of(
        update(STATE, failed)[1]
    )


def test_an_extension_s_own_form_of_its_message_is_shown() -> None:
    entry = Entry("1", Custom("note", "raw"), shown="**drawn**")
    assert [plain(line) for line in entry_lines(entry, {}, 40)] == ["drawn", ""]


def test_a_key_of_an_extension_is_sent_and_the_pane_s_own_go_before_it() -> None:
    class Keys:
        def __getattr__(self, name: str) -> object:
            return lambda *given: False

    shortcuts = (Shortcut("ctrl+t"), Shortcut("ctrl+shift+p"), Shortcut("alt+x"))
    bound: KeyBindings = bindings(Keys(), Keymap(), shortcuts)  # type: ignore[arg-type]
    assert bound.get_bindings_for_keys(("escape", "x"))
    state, _ = update(STATE, Brought((), shortcuts))
    assert state.shortcuts == shortcuts
    assert told(update(state, Did("extension", "alt+x"))[1]) == [PressShortcut(0, "c1", "alt+x")]


def test_a_question_that_waits_already_is_there_when_a_pane_opens() -> None:
    status = Status(dialogs=[Dialog("d1", "input", "Name?")])
    snapshot = Snapshot(0, "c2", "/s", "/p", 1, "b", status)
    assert update(State(), Opened(snapshot))[0].dialog == "d1"


SOURCE = """
    import asyncio

    def extension(pi):
        def later(ctx, text):
            # Enter that comes with a question is no answer to it
            asyncio.get_running_loop().call_later(0.6, ctx.ui.set_status, "seen", text)

        async def ask(words, ctx):
            later(ctx, "seen once")
            chosen = await ctx.ui.select("Which way?", ["left", "right"])
            later(ctx, "seen twice")
            name = await ctx.ui.input("Whose name?")
            ctx.ui.set_status("seen", f"{name} goes {chosen}")
        pi.register_command("way", ask, "Asks the way.")

        def pressed(ctx):
            ctx.ui.notify("the key was pressed")
        pi.register_shortcut("alt+j", pressed)
"""


def test_a_command_asks_and_a_key_works_on_a_terminal(
    where: paths.Paths, home: Path, model_server: ModelServer, pane: MakePane, project: Path
) -> None:
    where.config.mkdir(parents=True, exist_ok=True)
    written(where.config, way=SOURCE)
    given = {**model_server.environ(), "PICODE_MODELS_DEFAULT": "openai/local-model"}
    running = Running(where, given).start()
    try:
        terminal = ready(pane())
        terminal.type("/way\r")
        terminal.wait_for("Which way?", "left", "right", "seen once")
        terminal.type("\x1b[B")
        terminal.wait_until(lambda shown: "❯ right" in shown, "the second row")
        terminal.type("\r")
        terminal.wait_for("Whose name?", "seen twice")
        terminal.type("Ada\r")
        terminal.wait_for("Ada goes right")
        terminal.type("\x1bj")
        terminal.wait_for("the key was pressed")
    finally:
        running.stop()
