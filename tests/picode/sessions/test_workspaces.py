"""Which conversation a Zellij session has, and which project a directory belongs to."""

from pathlib import Path

import pytest

from picode.errors import DiskFailed
from picode.sessions.workspaces import MOST, Workspaces
from support.sessions import written


def test_a_choice_is_there_after_a_new_start(home: Path) -> None:
    path = home / "state" / "workspaces.json"
    first = Workspaces(path)
    assert first.current("proj") == ""
    first.choose("proj", "c1")
    first.choose("proj", "c2")
    first.choose("other", "c3")
    again = Workspaces(path)
    assert (again.current("proj"), again.current("other"), again.notices) == ("c2", "c3", [])


@pytest.mark.parametrize("content", ["", "{", "[]", '{"current":[]}', '{"current":{"a":3}}', "\x00\x00"])
def test_a_broken_file_is_set_aside(home: Path, content: str) -> None:
    path = written(home / "workspaces.json", content)
    found = Workspaces(path)
    assert found.current("a") == ""
    assert "moved to" in found.notices[0]
    assert [file.read_text() for file in home.glob("*.broken-*")] == [content]
    found.choose("a", "c")
    assert Workspaces(path).current("a") == "c"


def test_the_oldest_choices_are_forgotten(home: Path) -> None:
    found = Workspaces(home / "w.json")
    for number in range(MOST + 5):
        found.choose(str(number), "c")
    again = Workspaces(home / "w.json")
    assert again.current("4") == ""
    assert again.current("5") == again.current(str(MOST + 4)) == "c"


def test_a_directory_that_cannot_be_made_is_told_and_the_choice_counts(home: Path) -> None:
    found = Workspaces(written(home / "file", "x") / "w.json")
    with pytest.raises(DiskFailed):
        found.choose("a", "c")
    assert found.current("a") == "c"
