"""How each editor is told of a line, and what a reference means."""

from pathlib import Path

import pytest

from picode.terminal.editors import command, editor_of, reference

TOLD = [
    ("vim", ["vim", "+call cursor(12,3)", "/p/a b.py"]),
    ("nvim -p", ["nvim", "-p", "+call cursor(12,3)", "/p/a b.py"]),
    ("/usr/bin/vim.basic", ["/usr/bin/vim.basic", "+call cursor(12,3)", "/p/a b.py"]),
    ("vi", ["vi", "+12", "/p/a b.py"]),
    ("emacs -nw", ["emacs", "-nw", "+12:3", "/p/a b.py"]),
    ("emacsclient -t", ["emacsclient", "-t", "+12:3", "/p/a b.py"]),
    ("nano", ["nano", "+12,3", "/p/a b.py"]),
    ("micro", ["micro", "+12:3", "/p/a b.py"]),
    ("kak", ["kak", "+12:3", "/p/a b.py"]),
    ("hx", ["hx", "/p/a b.py:12:3"]),
    ("code --wait", ["code", "--wait", "--goto", "/p/a b.py:12:3"]),
    ("kate", ["kate", "--line", "12", "--column", "3", "/p/a b.py"]),
    ("unknown-editor", ["unknown-editor", "/p/a b.py"]),
]


@pytest.mark.parametrize(("editor", "words"), TOLD, ids=[one[0] for one in TOLD])
def test_each_editor_is_told_in_its_own_words(editor: str, words: list[str]) -> None:
    assert command(editor_of({"EDITOR": editor}), "/p/a b.py", 12, 3) == words


def test_without_a_line_there_is_only_the_file() -> None:
    assert command(["vim"], "/p/a") == ["vim", "/p/a"]


def test_braces_in_a_name_stay() -> None:
    assert command(["hx"], "/p/{line}.py", 1)[1] == "/p/{line}.py:1:1"


def test_visual_comes_before_editor_and_nonsense_before_neither() -> None:
    assert editor_of({"VISUAL": "hx", "EDITOR": "vim"}) == ["hx"]
    assert editor_of({"VISUAL": "'", "EDITOR": "vim"}) == ["vim"]
    assert editor_of({"PATH": "/nowhere"}) == []


def test_references_as_compilers_print_them(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    Path("odd:7").touch()
    assert reference("a.py") == ("a.py", 0, 0)
    assert reference("a.py:12") == ("a.py", 12, 0)
    assert reference("src/a.py:12:3") == ("src/a.py", 12, 3)
    assert reference("a.py:x") == ("a.py:x", 0, 0)
    assert reference("odd:7") == ("odd:7", 0, 0)
