"""The project's files as a tree."""

import os
import subprocess
from pathlib import Path

import pytest

from picode.context.tree import MOST_WITHOUT_GIT, Row, Tree, first_look, list_files


def git(root: Path, *words: str) -> None:
    command = ["git", "-C", str(root), "-c", "user.name=T", "-c", "user.email=t@example.org", *words]
    subprocess.run(command, check=True, timeout=30, capture_output=True)


def test_what_git_ignores_is_left_out(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text("*.log\nbuilt/\n")
    for name in ("a.py", "b.log", "built/c.py", "sub/d.py", "sub/Ä é\n.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    git(tmp_path, "add", "a.py")
    assert sorted(list_files(tmp_path)) == sorted([".gitignore", "a.py", "sub/d.py", "sub/Ä é\n.txt"])


def test_a_name_that_is_not_utf8_is_kept(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff")).write_text("")
    [name] = list_files(tmp_path)
    assert os.fsencode(name) == b"bad\xff"


def test_without_git_junk_is_left_out_and_the_number_is_bounded(tmp_path: Path) -> None:
    for name in ("node_modules/x.js", "src/a.py"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("")
    assert list_files(tmp_path) == ["src/a.py"]
    many = tmp_path / "many"
    many.mkdir()
    for number in range(MOST_WITHOUT_GIT + 5):
        (many / str(number)).touch()
    assert len(list_files(tmp_path)) == MOST_WITHOUT_GIT


def test_only_what_is_unfolded_is_shown_directories_first() -> None:
    tree = Tree(["b.txt", "A.txt", "src/x/deep.py", "src/a.py", "src-2/b.py", "src0", "docs/i.md"])
    assert [row.path for row in tree.rows(set())] == ["docs", "src", "src-2", "A.txt", "b.txt", "src0"]
    assert [row.path for row in tree.rows(set())[-2:]] == ["b.txt", "src0"]
    assert tree.rows({"src"})[1:4] == [Row("o", "src"), Row("d", "src/x"), Row("f", "src/a.py")]
    assert Row("f", "src/x/deep.py") in tree.rows({"src", "src/x"})
    # an unfolded directory in a folded one is not shown
    assert all(row.path != "src/x/deep.py" for row in tree.rows({"src/x"}))


def test_a_hundred_thousand_files_are_looked_at_one_directory_at_a_time() -> None:
    tree = Tree(f"d{number % 100}/f{number}" for number in range(100_000))
    assert len(tree.rows(set())) == 100
    assert len(tree.rows({"d7", "gone"})) == 1100
    assert "d7/f7" in tree
    assert "d7" not in tree


def test_of_a_directory_with_a_hundred_thousand_files_only_the_rows_that_are_looked_at_are_made() -> None:
    tree = Tree([f"big/f{number:06}" for number in range(100_000)] + ["big/in/x", "a", "z"])
    rows = tree.rows({"big"})
    assert len(rows) == 100_004
    assert rows[:3] == [Row("o", "big"), Row("d", "big/in"), Row("f", "big/f000000")]
    assert rows[50_000] == Row("f", "big/f049998")
    assert rows[-3:] == [Row("f", "big/f099999"), Row("f", "a"), Row("f", "z")]
    with pytest.raises(IndexError):
        rows[100_004]


def test_directories_inside_directories_unfold_where_they_stand() -> None:
    tree = Tree(["A/b/c/one", "A/b/two", "a/three", "B/four"])
    opened = tree.rows({"A", "A/b", "A/b/c", "gone", "A/nothing"})
    assert [(row.kind, row.path) for row in opened] == [
        ("o", "A"), ("o", "A/b"), ("o", "A/b/c"), ("f", "A/b/c/one"), ("f", "A/b/two"), ("d", "a"), ("d", "B"),
    ]  # fmt: skip


def test_the_first_look_shows_the_top_without_what_git_ignores(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for name in ("src/a.py", "build/out.o", "README", "noise.log"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / ".gitignore").write_text("build/\n*.log\n")
    names = first_look(tmp_path)
    assert names is not None
    assert [(row.kind, row.path) for row in Tree(names).rows(set())] == [
        ("d", "src"), ("f", ".gitignore"), ("f", "README"),
    ]  # fmt: skip
    assert [row.path for row in Tree(names).rows({"src"})] == ["src", ".gitignore", "README"]
    assert first_look(tmp_path / "nowhere") is None
