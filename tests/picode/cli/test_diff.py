import subprocess
from pathlib import Path

import pytest

from picode.cli.diff import shown
from support.tools import need


def checkout(home: Path) -> Path:
    need("git")
    project = home / "shop"
    project.mkdir()
    git(project, "init", "-q")
    return project


def git(project: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@b"]
    subprocess.run(["git", "-C", str(project), *identity, *arguments], check=True, capture_output=True)


def test_changes_and_new_files_are_shown_and_what_git_ignores_is_not(home: Path) -> None:
    project = checkout(home)
    (project / ".gitignore").write_text("*.log\n")
    (project / "a.py").write_text("one\n")
    git(project, "add", ".")
    git(project, "commit", "-qm", "x")
    (project / "a.py").write_text("two\n")
    (project / "new.py").write_text("first\n")
    (project / "noise.log").write_text("noise\n")
    (project / "blob").write_bytes(b"\0\1\2")
    text = shown(project)
    assert "shop: 3 files, +3 -1" in text
    for line in ("-one", "+two", "new file new.py", "+first", "+(3 bytes)"):
        assert line in text
    assert "noise" not in text


def test_before_the_first_commit_everything_is_new(home: Path) -> None:
    project = checkout(home)
    (project / "a.py").write_text("one\n")
    git(project, "add", ".")
    assert "+one" in shown(project)


def test_without_git_there_is_nothing_to_compare_with_and_it_says_so(home: Path) -> None:
    assert "is not under Git" in shown(home)


def test_after_the_last_commit_nothing_has_changed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = checkout(home)
    (project / "a.py").write_text("one\n")
    git(project, "add", ".")
    git(project, "commit", "-qm", "x")
    assert shown(project) == "shop: nothing has changed since the last commit.\n"
