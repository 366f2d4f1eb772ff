"""Paths for `@` completion."""

import os
import subprocess
from pathlib import Path

import pytest

from picode.context import files
from picode.context.files import Completer, complete, ranked
from support.sessions import written
from support.tools import need


def tree(root: Path) -> Path:
    for name in (
        "src/app.py",
        "src/deep/er/util.py",
        "README.md",
        "build/out.bin",
        "src/skip.log",
        "naïve.txt",
    ):
        written(root / name, "x")
    written(root / ".gitignore", "build/\n")
    written(root / "src" / ".gitignore", "*.log\n")
    return root


EXPECTED = {
    ".gitignore", "README.md", "naïve.txt", "src/", "src/.gitignore", "src/app.py", "src/deep/", "src/deep/er/",
    "src/deep/er/util.py",
}  # fmt: skip


def git(root: Path, *words: str) -> None:
    subprocess.run([need("git"), "-C", str(root), *words], check=True, capture_output=True, timeout=30)


def test_without_git_the_walk_obeys_gitignore_files(home: Path) -> None:
    assert set(Completer().complete(str(tree(home / "t")), "", 99)) == EXPECTED


def test_with_git_tracked_and_new_files_are_there(home: Path) -> None:
    root = tree(home / "t")
    git(home / "t", "init", "-q")
    git(home / "t", "add", "README.md")
    assert set(Completer().complete(str(root), "", 99)) == EXPECTED
    assert set(Completer().complete(str(root / "src"), "", 99)) == {
        ".gitignore", "app.py", "deep/", "deep/er/", "deep/er/util.py",
    }  # fmt: skip


def test_a_broken_repository_is_walked(home: Path) -> None:
    written(tree(home / "t") / ".git", "gitdir: /nowhere")
    assert "src/app.py" in Completer().complete(str(home / "t"), "app")


def test_a_list_counts_for_a_short_time(home: Path) -> None:
    now = 0.0
    completer = Completer(lambda: now)
    root = tree(home / "t")
    completer.complete(str(root), "")
    written(root / "new.py", "x")
    assert completer.complete(str(root), "new") == []
    now = files.LIFETIME
    assert completer.complete(str(root), "new") == ["new.py"]


def test_names_that_no_input_line_can_hold_are_left_out(home: Path) -> None:
    root = home / "t"
    root.mkdir()
    for name in (b"ok", b"new\nline", b"\x1b[31mred", b"\xff\xfe"):
        (Path(os.fsdecode(os.path.join(os.fsencode(root), name)))).write_text("x")
    assert complete(str(root), "") == ["ok"]
    git(root, "init", "-q")
    assert Completer().complete(str(root), "") == ["ok"]


def test_a_directory_that_is_not_there_has_no_files(home: Path) -> None:
    assert complete(str(home / "gone"), "x") == []


def test_the_number_of_files_is_bounded(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        written(home / "t" / str(number) / "f", "x")
    monkeypatch.setattr(files, "MOST", 10)
    assert len(Completer().complete(str(home / "t"), "f", 99)) == 10


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("app", ["app.py", "lib/app.py", "lib/my_app.py", "application/x.txt", "a/pretty/path"]),
        ("APP.PY", ["app.py", "lib/app.py", "lib/my_app.py"]),
        ("lib/", ["lib/", "lib/app.py", "lib/my_app.py"]),
        ("lma", ["lib/my_app.py"]),
        ("zzz", []),
        (".*", []),
        ("", ["app.py", "lib/", "a/pretty/path", "application/x.txt", "lib/app.py", "lib/my_app.py"]),
    ],
)
def test_the_best_come_first(query: str, best: list[str]) -> None:
    paths = ["a/pretty/path", "application/x.txt", "app.py", "lib/", "lib/app.py", "lib/my_app.py"]
    found = ranked(paths, query, 10)
    assert sorted(found) == sorted(best)
    assert found[:1] == best[:1]
    assert ranked(paths, query, 1) == best[:1]
