"""Keys of actions: the defaults can all be told apart, and `keybindings.json` is pi's."""

import json

import pytest

from picode.pane.actions import ACTIONS
from picode.pane.keymap import Keymap, in_words, parse, sequence


def test_every_default_key_is_one_that_terminals_tell() -> None:
    assert [key for one in ACTIONS.values() for key in one.keys if sequence(key) is None] == []


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("ctrl+g", ("c-g",)), ("alt+enter", ("escape", "enter")), ("shift+tab", ("s-tab",)),
        ("ctrl+alt+]", ("escape", "c-]")), ("pageUp", ("pageup",)), ("ctrl+-", ("c-_",)), ("shift+l", ("L",)),
        ("ctrl+left", ("c-left",)), ("F5", ("f5",)), ("space", (" ",)), ("+", ("+",)), ("alt++", ("escape", "+")),
        ("ctrl+i", None), ("ctrl+m", None), ("ctrl+backspace", None), ("shift+ctrl+p", None), ("super+x", None),
        ("", None), ("ctrl+", None), ("nokey", None),
    ],
)  # fmt: skip
def test_a_key_of_the_file_is_a_sequence_of_the_terminal(key: str, names: "tuple[str, ...] | None") -> None:
    assert sequence(key) == names


def test_the_file_gives_an_action_other_keys() -> None:
    found = parse('{"app.editor.external": "ctrl+x", "app.session.tree": ["alt+t", "f4"], "app.suspend": []}')
    assert found.keys["app.editor.external"] == ("ctrl+x",)
    assert found.keys["app.session.tree"] == ("alt+t", "f4")
    assert found.keys["app.suspend"] == ()
    assert found.faults == ()
    assert found.shown("app.session.tree") == "Alt-T, F4"


def test_a_key_that_the_file_gives_away_does_only_that() -> None:
    found = parse('{"tui.editor.cursorUp": ["up", "ctrl+p"]}')
    assert found.keys["app.model.cycleForward"] == ()
    assert found.keys["app.session.togglePath"] == ("ctrl+p",), "it is of another place"


def test_pis_own_emacs_example_leaves_a_way_out() -> None:
    found = parse(json.dumps({
        "tui.editor.deleteCharForward": ["delete", "ctrl+d"], "tui.editor.deleteCharBackward": ["backspace", "ctrl+h"],
        "tui.input.newLine": ["shift+enter", "ctrl+j"],
    }))  # fmt: skip
    assert found.faults == ()
    assert found.keys["app.exit"] == ("ctrl+d",)


def test_pis_old_names_are_known_and_actions_that_only_pi_has_are_no_mistake() -> None:
    found = parse('{"externalEditor": "f2", "cursorLeft": ["left"], "app.thinking.toggle": "ctrl+t"}')
    assert found.keys["app.editor.external"] == ("f2",)
    assert found.faults == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"app.nothing": "f2"}', "no action 'app.nothing'"),
        ('{"app.editor.external": 3}', "takes a key or a list"),
        ('{"tui.input.submit": "ctrl+i"}', "no terminal tells the key 'ctrl+i'"),
        ('{"app.suspend": "f2", "app.exit": "f2"}', "f2 is given to app.exit and to app.suspend"),
        ("[]", "no object"),
        ("{", "no JSON"),
    ],
)
def test_a_mistake_is_told_and_the_rest_counts(text: str, said: str) -> None:
    found = parse(text)
    assert said in found.faults[0]
    assert found.keys["tui.input.submit"] == ("enter",), "nobody is left without a way to send"
    assert set(found.keys) == set(Keymap().keys)


def test_keys_in_a_persons_words() -> None:
    assert [in_words(key) for key in ("ctrl+-", "alt+enter", "pageUp", "escape")] == [
        "Ctrl--", "Alt-Enter", "PageUp", "Esc",
    ]  # fmt: skip
