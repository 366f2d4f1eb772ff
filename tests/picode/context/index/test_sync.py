"""The index follows the files: nothing is missed, and nothing is parsed twice."""

import os
import sqlite3
import subprocess
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from picode.context.index import sync as module
from picode.context.index.languages import analyzer_of
from picode.context.index.sync import last_row, listing, mark_failed, sync
from support.indexed import committed, index, paths_in, project, write
from support.timeline import git


class Parsed(list[str]):
    """A guard that only takes notes: which files were parsed."""

    def __call__(self, path: str) -> AbstractContextManager[object]:
        self.append(path)
        return nullcontext()


def state(connection: sqlite3.Connection, path: str) -> str:
    found = connection.execute(
        "SELECT state FROM files JOIN contents ON contents.id = content WHERE path = ?", (path,)
    ).fetchone()
    return str(found[0]) if found else ""


def symbols(connection: sqlite3.Connection, path: str) -> list[str]:
    rows = connection.execute(
        "SELECT name FROM symbols JOIN files ON files.content = symbols.content WHERE path = ?", (path,)
    )
    return [name for (name,) in rows]


def found(connection: sqlite3.Connection, words: str) -> set[str]:
    rows = connection.execute(
        "SELECT files.path FROM words JOIN files ON files.id = words.rowid WHERE words MATCH ?", (words,)
    )
    return {path for (path,) in rows}


def test_tracked_and_new_files_are_taken_in_and_ignored_ones_are_not(tmp_path: Path) -> None:
    root = project(tmp_path / "p", a_py="def login(): pass\n", _gitignore="*.o\nbuild/\n")
    write(root, b_py="class Cookie: pass\n", a_o="x", build__c_py="y")
    connection = index(root)
    assert paths_in(connection) == [".gitignore", "a.py", "b.py"]
    assert symbols(connection, "a.py") == ["login"]
    assert found(connection, "cookie") == {"b.py"}
    assert paths_in(connection) == listing(root)


def test_without_git_a_walk_obeys_gitignore_files(tmp_path: Path) -> None:
    root = tmp_path / "p"
    write(root, a_py="x = 1\n", build__c_py="y = 1\n", _gitignore="build/\n")
    assert paths_in(index(root)) == [".gitignore", "a.py"]


def test_only_what_changed_is_read_and_only_what_is_new_is_parsed(tmp_path: Path) -> None:
    root = project(tmp_path / "p", a_py="def one(): pass\n", b_py="def two(): pass\n")
    connection, parsed = index(root), Parsed()
    assert sync(connection, root, guard=parsed) == 0
    write(root, a_py="def three(): pass\n")
    assert sync(connection, root, guard=parsed) == 1
    assert parsed == ["a.py"]
    assert symbols(connection, "a.py") == ["three"]
    assert found(connection, "one") == set()


def test_what_was_moved_or_comes_back_is_not_parsed_again(tmp_path: Path) -> None:
    root = project(tmp_path / "p", a_py="def one(): pass\n", c_py="x = 1\n")
    connection, parsed = index(root), Parsed()
    (root / "sub").mkdir()
    (root / "a.py").rename(root / "sub" / "moved.py")
    sync(connection, root, guard=parsed)
    assert paths_in(connection) == ["c.py", "sub/moved.py"]
    assert symbols(connection, "sub/moved.py") == ["one"]
    assert found(connection, "moved") == {"sub/moved.py"}
    git(root, "stash", "-qu")
    sync(connection, root, guard=parsed)
    assert paths_in(connection) == ["a.py", "c.py"]
    assert parsed == []


def test_a_change_that_keeps_the_time_is_seen(tmp_path: Path) -> None:
    root = project(tmp_path / "p", a_py="def one(): pass\n")
    connection = index(root)
    before = (root / "a.py").stat()
    (root / "a.py").write_text("def two(): pass\n")
    os.utime(root / "a.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    sync(connection, root)
    assert symbols(connection, "a.py") == ["two"]


def test_only_the_named_paths_are_looked_at(tmp_path: Path) -> None:
    root = project(tmp_path / "p", a_py="a = 1\n", b_py="b = 1\n", c_py="c = 1\n")
    connection = index(root)
    write(root, a_py="a = 2\n", d_py="d = 1\n")
    (root / "b.py").unlink()
    (root / "c.py").unlink()
    assert sync(connection, root, ["a.py", "b.py", "d.py", "never.py"]) == 2
    assert paths_in(connection) == ["a.py", "c.py", "d.py"]


def test_a_checkout_of_another_branch_gives_what_a_fresh_index_has(tmp_path: Path) -> None:
    root = project(tmp_path / "p", **{f"d{at % 7}__f{at}_py": f"def f{at}(): pass\n" for at in range(60)})
    git(root, "checkout", "-qb", "other")
    for at in range(0, 60, 3):
        (root / f"d{at % 7}" / f"f{at}.py").unlink()
    committed(root, "other", **{f"new__g{at}_py": f"import f{at}\n" for at in range(20)})
    git(root, "checkout", "-q", "main")
    connection = index(root)
    git(root, "checkout", "-q", "other")
    sync(connection, root)
    fresh = index(root, tmp_path / "fresh.db")
    for query in (
        "SELECT path FROM files ORDER BY path", "SELECT * FROM edges ORDER BY 1, 2",
        "SELECT path, name, line FROM files JOIN symbols ON symbols.content = files.content ORDER BY 1, 2",
    ):  # fmt: skip
        assert connection.execute(query).fetchall() == fresh.execute(query).fetchall()
    assert found(connection, "f1 OR f3 OR g2") == found(fresh, "f1 OR f3 OR g2")


def test_imports_become_edges(tmp_path: Path) -> None:
    root = project(tmp_path / "p", app__a_py="from app import b\n", app__b_py="import os\n")
    (root / "app" / "__init__.py").write_text("from .b import x\n")
    edges = index(root).execute("SELECT source, target FROM edges").fetchall()
    assert ("app/a.py", "app/__init__.py") in edges
    assert ("app/__init__.py", "app/b.py") in edges


def test_bad_files_stop_nothing(tmp_path: Path) -> None:
    root = project(tmp_path / "p", good_py="def good(): pass\n")
    (root / "binary.py").write_bytes(b"\x00\x01" * 1000)
    (root / "latin.py").write_bytes("def größe(): pass\n".encode("latin-1"))
    (root / "empty.py").write_bytes(b"")
    (root / "two\nlines.py").write_text("def odd(): pass\n")
    (root / "long.py").write_text("x = [" + "1," * 600_000 + "]\n")
    os.symlink("loop", root / "loop")
    os.symlink("good.py", root / "link.py")
    os.mkfifo(root / "pipe.py")
    with (root / "huge.bin").open("wb") as file:
        file.truncate(1 << 30)
    (root / os.fsdecode(b"\xff.py")).write_text("x = 1\n")
    connection = index(root)
    assert {path: state(connection, path) for path in paths_in(connection)} == {
        "good.py": "parsed", "binary.py": "binary", "latin.py": "parsed", "empty.py": "parsed",
        "two\nlines.py": "parsed", "long.py": "large", "huge.bin": "binary",
    }  # fmt: skip
    assert found(connection, "good") == {"good.py"}


def test_in_the_middle_of_a_rebase_and_with_a_submodule_the_files_are_as_they_are(tmp_path: Path) -> None:
    other = project(tmp_path / "other", inner_py="i = 1\n")
    root = project(tmp_path / "p", a_py="a = 1\n")
    git(root, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "sub")
    git(root, "commit", "-qm", "sub")
    git(root, "checkout", "-qb", "side")
    committed(root, "side", a_py="a = 2\n")
    git(root, "checkout", "-q", "main")
    committed(root, "main", a_py="a = 3\n")
    git(root, "checkout", "-q", "side")
    with pytest.raises(subprocess.CalledProcessError):
        git(root, "rebase", "-q", "main")
    connection = index(root)
    assert paths_in(connection) == [".gitmodules", "a.py"]
    assert state(connection, "a.py") == "parsed"


def test_a_grammar_that_fails_marks_the_file_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project(tmp_path / "p", a_py="def one(): pass\n", b_sh="f() { :; }\n")

    def broken(path: str) -> object:
        if path.endswith(".sh"):
            raise MemoryError
        return analyzer_of(path)

    monkeypatch.setattr(module, "analyzer_of", broken)
    connection = index(root)
    assert [state(connection, path) for path in ("a.py", "b.sh")] == ["parsed", "failed"]
    # its words are there all the same
    assert found(connection, "f") == {"b.sh"}


def test_a_content_that_cost_the_child_its_life_is_not_parsed_again(tmp_path: Path) -> None:
    root = project(tmp_path / "p", a_py="def one(): pass\n")
    connection, parsed = index(root), Parsed()
    write(root, a_py="def deadly(): pass\n")
    mark_failed(connection, root, "a.py")
    mark_failed(connection, root, "gone.py")
    sync(connection, root, guard=parsed)
    assert (parsed, state(connection, "a.py")) == ([], "failed")


def test_rows_of_what_is_gone_do_not_pile_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_STALE", 3)
    root = project(tmp_path / "p", a_py="x = 0\n")
    connection, parsed = index(root), Parsed()
    for at in range(12):
        write(root, a_py=f"x = {at % 4} + 1\n")
        sync(connection, root, guard=parsed)
        assert last_row(connection) <= 6
    assert len(parsed) == 4
    assert found(connection, "x") == {"a.py"}
