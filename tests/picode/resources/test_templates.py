from pathlib import Path

from picode.resources.origin import Origin, Place
from picode.resources.templates import load
from support.packages import write


def place(path: Path) -> Place:
    return Place(path, Origin("user", "auto", path))


def test_the_files_right_in_a_directory_are_templates(tmp_path: Path) -> None:
    write(tmp_path, {"b.md": "B", "a.md": "A", "c.txt": "C", "deep/d.md": "D", ".e.md": "E"})
    assert [one.name for one in load([place(tmp_path)]).templates] == [".e", "a", "b"]


def test_the_first_lines_describe_it_and_are_not_sent(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "---\ndescription: Look\n  closely\nargument-hint: <file>\n---\n\nReview $1.\n"})
    one = load([place(tmp_path)]).templates[0]
    assert (one.description, one.hint, one.text) == ("Look closely", "<file>", "Review $1.")


def test_without_a_description_the_first_line_is_one(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "\n\nReview it.\nAnd more.", "b.md": "x" * 61})
    assert [one.description for one in load([place(tmp_path)]).templates] == ["Review it.", "x" * 60 + "..."]


def test_of_two_with_one_name_the_first_counts(tmp_path: Path) -> None:
    write(tmp_path, {"one/a.md": "1", "two/a.md": "2"})
    found = load([place(tmp_path / "one"), place(tmp_path / "two"), place(tmp_path / "one" / "a.md")])
    assert [one.text for one in found.templates] == ["1"]
    assert len(found.notices) == 1


def test_what_cannot_be_typed_or_read_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"a b.md": "x", "c.md": "---\na: [\n---\n"})
    found = load([place(tmp_path)])
    assert found.templates == []
    assert ["nobody can type" in found.notices[0], "cannot be read" in found.notices[1]] == [True, True]
