"""`/context`: which files a question is about, and why."""

from picode.pane.commands import run_command
from picode.pane.context import lines
from picode.pane.state import Replied, State, Tell
from picode.pane.update import update
from picode.protocol.replies import Context
from picode.protocol.requests import GetContext
from picode.protocol.values import ContextFile


def test_names_of_files_are_shown_without_control_characters() -> None:
    found = Context(0, "/p", [ContextFile("a\x1b[31m\n.py", 1.0, {"text": 1.0})], [], files=1)
    assert "\x1b" not in "".join(lines(found))
    assert len(lines(found)) == 3


def test_when_nothing_fits_that_is_said() -> None:
    assert lines(Context(0, "/p", ready=False))[0] == "Nothing in this project fits the question."
    assert "not whole yet" in lines(Context(0, "/p", ready=False))[-1]


def test_the_command_asks_the_daemon_and_shows_what_it_answers() -> None:
    state = State(conversation="c1", cwd="/p", width=90)
    _, effects = run_command(state, "/context why does login fail?")
    asked = GetContext(0, "/p", "why does login fail?")
    assert effects == [Tell(asked)]
    _, effects = run_command(state, "/context")
    assert "sends nothing" in str(effects)
    found = ContextFile("login.py", 1.5, {"text": 1.0, "history": 0.5})
    answer = Context(0, "/p", [found], [ContextFile("login.py", 1.5, {}, "1-9", 40)], files=3)
    _, effects = update(state, Replied(asked, answer))
    assert "1.50      40  login.py  text 1.00, history 0.50  lines 1-9" in str(effects)
    assert "1 file chosen, about 40 tokens; 3 in the index." in str(effects)
