"""What Git says of a project's files."""

import subprocess
from pathlib import Path

import pytest

from picode.context import gitstate


def git(root: Path, *words: str) -> None:
    command = ["git", "-C", str(root), "-c", "user.name=T", "-c", "user.email=t@example.org", *words]
    subprocess.run(command, check=True, timeout=30, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-qb", "trunk")
    for name in ("same", "changed", "gone", "moved from", "src/deep/a", "src/b"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name * 20)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "begin")
    return tmp_path


def test_every_kind_of_change_has_its_letter(checkout: Path) -> None:
    (checkout / "changed").write_text("other")
    (checkout / "gone").unlink()
    git(checkout, "mv", "moved from", "moved to")
    (checkout / "added").write_text("new")
    git(checkout, "add", "added")
    (checkout / "src/deep/a").write_text("other")
    (checkout / "new dir").mkdir()
    (checkout / "new dir" / "x").write_text("")
    state = gitstate.read(checkout)
    found = {
        name: state.mark(name)
        for name in ("changed", "gone", "moved to", "added", "same", "new dir", "new dir/x")
    }
    assert found == {
        "changed": "M", "gone": "D", "moved to": "R", "added": "A", "same": " ", "new dir": "?", "new dir/x": "?",
    }  # fmt: skip
    assert (state.mark("src"), state.mark("src/deep"), state.mark("src/b")) == ("M", "M", " ")
    assert state.branch == "trunk"
    assert state.deleted == {"gone"}


def test_a_conflict_marks_every_directory_above_it() -> None:
    status = "u UU N... 100644 100644 100644 100644 1 2 3 a/b/c\0" + "? a/new\0"
    state = gitstate.parse(status)
    assert (state.mark("a/b/c"), state.mark("a/b"), state.mark("a"), state.mark("a/new")) == (
        "U",
        "U",
        "U",
        "?",
    )


def test_a_look_does_not_write_the_index(checkout: Path) -> None:
    index = checkout / ".git" / "index"
    before = index.stat().st_mtime_ns
    (checkout / "same").touch()
    gitstate.read(checkout)
    assert index.stat().st_mtime_ns == before


def test_no_git_and_a_broken_one_have_no_marks(tmp_path: Path) -> None:
    assert gitstate.read(tmp_path) == gitstate.GitState()
    (tmp_path / ".git").write_text("nonsense")
    assert gitstate.read(tmp_path) == gitstate.GitState()
