"""Git's history in the index: taken in once, continued, and read anew when it was rewritten."""

import sqlite3
from pathlib import Path

import pytest

from picode.context.index import history
from support.indexed import committed, index, project
from support.timeline import git


def messages(connection: sqlite3.Connection, word: str) -> set[str]:
    found = connection.execute(
        "SELECT path FROM messages JOIN touched ON commit_id = messages.rowid WHERE messages MATCH ?", (word,)
    )
    return {path for (path,) in found}


def test_what_a_commit_said_leads_to_what_it_changed(tmp_path: Path) -> None:
    root = project(tmp_path / "p", a_py="1\n", b_py="1\n")
    committed(root, "Expire cookies\n\nThey lived for ever.", b_py="2\n")
    connection = index(root)
    assert messages(connection, "cookie") == {"b.py"}
    assert messages(connection, "lived") == {"b.py"}
    recent = dict(connection.execute("SELECT path, last FROM recent"))
    assert recent["b.py"] > recent["a.py"]


def test_only_what_is_new_is_taken_in(tmp_path: Path) -> None:
    root = project(tmp_path / "p", a_py="1\n")
    connection = index(root)
    assert not history.take_in(connection, root)
    git(root, "checkout", "-qb", "side")
    committed(root, "Sort rows", b_py="1\n")
    git(root, "checkout", "-q", "main")
    git(root, "merge", "-q", "--no-ff", "-m", "Merge", "side")
    assert history.take_in(connection, root)
    committed(root, "Paint rows", c_py="1\n")
    assert history.take_in(connection, root)
    assert messages(connection, "rows") == {"b.py", "c.py"}
    assert connection.execute("SELECT count(*) FROM messages_docsize").fetchone() == (3,)


def test_a_history_that_was_rewritten_is_read_anew(tmp_path: Path) -> None:
    root = committed(project(tmp_path / "p", a_py="1\n"), "Wrong words", a_py="2\n")
    connection = index(root)
    git(root, "commit", "-q", "--amend", "-m", "Right words")
    assert history.take_in(connection, root)
    assert messages(connection, "wrong") == set()
    assert messages(connection, "right") == {"a.py"}


def test_a_commit_of_very_many_files_says_nothing(tmp_path: Path) -> None:
    root = project(tmp_path / "p")
    committed(root, "Reformat", **{f"f{at}_py": "1\n" for at in range(history.MOST_FILES + 1)})
    assert messages(index(root), "reformat") == set()


def test_without_git_there_is_no_history(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.py").write_text("x = 1\n")
    assert index(tmp_path / "p").execute("SELECT count(*) FROM commits").fetchone() == (0,)


def test_names_with_spaces_and_newlines_are_taken_as_they_are(tmp_path: Path) -> None:
    root = project(tmp_path / "p")
    (root / "a b\n.py").write_text("1\n")
    committed(root, "Odd name")
    assert messages(index(root), "odd") == {"a b\n.py"}


def test_what_git_does_not_answer_now_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = committed(project(tmp_path / "p", a_py="1\n"), "Old words", a_py="2\n")
    connection = index(root)
    committed(root, "New words", a_py="3\n")
    with monkeypatch.context() as patched:
        patched.setattr(history, "LOG", ("log", "--no-such-option"))
        assert not history.take_in(connection, root)
        git(root, "commit", "-q", "--amend", "-m", "Newer words")
        assert not history.take_in(connection, root)
    assert messages(connection, "old") == {"a.py"}
    assert history.take_in(connection, root)
    assert messages(connection, "newer") == {"a.py"}
