"""File references become links: only of files that are there, in the project, and harmless."""

import re
from pathlib import Path

import pytest

from picode.pane.lines import Links, to_ansi
from picode.pane.references import linker
from picode.references import parsed, references

LINK = re.compile(r"\x1b\]8;;([^\x1b\x07]*)\x1b\\")


@pytest.fixture
def project(home: Path) -> Path:
    top = home / "project"
    (top / ".git").mkdir(parents=True)
    (top / "src").mkdir()
    (top / "src" / "app.py").write_text("x")
    (top / "ü x.py").write_text("x")
    (home / "outside.py").write_text("x")
    (top / "link.py").symlink_to(home / "outside.py")
    return top


def links(project: Path) -> Links:
    found = linker(lambda: str(project), {"TERM": "xterm"})
    assert found is not None
    return found


def test_references_of_a_text_each_once_in_order() -> None:
    text = 'src/app.py:12 and ./a-b.c:3:4, (x/y.rs:7). src/app.py:12 again; File "t/u.py", line 9, in f'
    assert [one.text for one in references(text)] == ["src/app.py:12", "./a-b.c:3:4", "x/y.rs:7", "t/u.py:9"]


@pytest.mark.parametrize(
    "text", ["http://host:80/x", "user@host:22", "a.py:", ":12", "12:30 o'clock", "x::1"]
)
def test_what_is_no_file_of_the_project_is_no_link(project: Path, text: str) -> None:
    assert links(project)(text) == []


@pytest.mark.parametrize("text", ["../outside.py:1", "/etc/passwd:1", "link.py:1", "src:1", "src/gone.py:1"])
def test_outside_of_the_project_directories_and_what_is_gone_are_no_links(project: Path, text: str) -> None:
    assert links(project)(text) == []


def test_a_link_goes_around_the_reference_whatever_its_styles(project: Path) -> None:
    line = [("bold", "see src/a"), ("", "pp.py:12"), ("dim", ":3, there")]
    shown = to_ansi([line], True, links(project))
    address, end = LINK.findall(shown)
    assert address.startswith("file://")
    assert address.endswith(f"{project}/src/app.py#12")
    assert end == ""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert LINK.sub("|", plain) == "see |src/app.py:12:3|, there\n"


def test_two_links_on_a_line_and_a_traceback(project: Path) -> None:
    shown = to_ansi([[("", 'src/app.py:1 src/app.py:2 File "src/app.py", line 3')]], True, links(project))
    assert [one.rpartition("#")[2] for one in LINK.findall(shown) if one] == ["1", "2", "3"]


def test_names_cannot_act_as_a_sequence(project: Path) -> None:
    (project / "ü.py").write_text("")
    shown = to_ansi([[("", "ü.py:1")]], True, links(project))
    assert all("!" <= char <= "~" for char in LINK.findall(shown)[0])
    odd = "a\x1b]0;owned\x07.py"
    (project / odd).write_text("")
    [(_, _, address)] = links(project)(f'File "{odd}", line 1')
    assert all("!" <= char <= "~" for char in address)


def test_without_colour_or_in_a_plain_terminal_there_are_no_links(project: Path) -> None:
    assert "\x1b" not in to_ansi([[("", "src/app.py:1")]], False, links(project))
    assert linker(lambda: str(project), {"TERM": "linux"}) is None


def test_what_a_person_types_behind_open() -> None:
    assert parsed("src/a.py:12:3")[1:4] == ("src/a.py", 12, 3)
    assert parsed("Make file")[1:4] == ("Make file", 0, 0)
