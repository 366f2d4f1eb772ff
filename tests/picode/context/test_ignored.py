"""What Git ignores of many paths."""

from pathlib import Path

import pytest

from picode.context.ignored import Ignored
from support.timeline import git, make_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project", _gitignore="build/\n*.o\n!kept.o\n", app_py="")


def test_files_and_directories_that_are_ignored(project: Path) -> None:
    ignored = Ignored(project)
    asked = ["app.py", "a.o", "kept.o", "src/build/x", "src/a.o", "src/new.py", "with blank and\nbreak"]
    assert ignored.ask(asked) == {"a.o", "src/build/x", "src/a.o"}


def test_a_directory_is_asked_of_once(project: Path) -> None:
    ignored = Ignored(project)
    assert not ignored.hides("src/build/x")
    ignored.ask(["src/build/x"])
    assert ignored.hides("src/build/y")
    assert ignored.hides("src/build/deep/z")
    assert not ignored.hides("src/other")
    ignored.forget()
    assert not ignored.hides("src/build/y")


def test_what_is_tracked_counts_even_in_an_ignored_directory(project: Path) -> None:
    (project / "build").mkdir()
    (project / "build" / "kept.txt").write_text("x")
    git(project, "add", "-f", "build/kept.txt")
    ignored = Ignored(project)
    assert ignored.ask(["build/kept.txt", "build/other.txt"]) == {"build/other.txt"}


def test_a_path_that_git_does_not_take_hides_no_other(project: Path, tmp_path: Path) -> None:
    make_project(project / "inner", a_py="")
    git(project, "-c", "advice.addEmbeddedRepo=false", "add", "inner")
    (project / "link").symlink_to(tmp_path)
    asked = ["a.o", "inner/a.py", "link/x", "b.o"]
    assert Ignored(project).ask(asked) == {"a.o", "b.o"}


def test_without_git_only_what_nobody_looks_into_is_hidden(tmp_path: Path) -> None:
    ignored = Ignored(tmp_path)
    assert ignored.ask(["a.o", "node_modules/x", "src/__pycache__/a.pyc"]) == {
        "node_modules/x",
        "src/__pycache__/a.pyc",
    }
