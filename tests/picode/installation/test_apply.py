import os
from pathlib import Path

import pytest

from picode.errors import DiskFailed, TryLater
from picode.installation.apply import apply
from picode.installation.changes import Change, Plan
from picode.installation.plan import plan
from support.installation import look, set_up, tree


def test_a_file_that_changed_while_the_user_was_asked_is_not_overwritten(home: Path) -> None:
    planned = plan(look(home, "bash"))
    (home / ".bashrc").write_text("written meanwhile\n")
    before = tree(home)
    with pytest.raises(TryLater):
        apply(planned)
    assert tree(home) == before


def test_a_directory_that_cannot_be_written_leaves_nothing_half_done(home: Path) -> None:
    # a file where a directory must be: this stops root, too
    (home / ".cache").write_text("not a directory\n")
    before = tree(home)
    with pytest.raises(DiskFailed, match="cannot be written"):
        set_up(home, "bash")
    assert tree(home) == before


def test_a_failure_half_way_puts_back_what_was_written(home: Path) -> None:
    (home / "first").write_bytes(b"as it was")
    # a directory in the second file's place: the rename fails, after the first one went well
    (home / "second").mkdir()
    (home / "second" / "inside").touch()
    before = tree(home)
    changes = [
        Change(home / "first", "one", b"as it was", b"new"),
        Change(home / "third", "two", None, b"new"),
        Change(home / "second", "three", b"", None),
    ]
    with pytest.raises(DiskFailed, match="second"):
        apply(Plan(changes, directories=[home / "made"]))
    assert tree(home) == before


def test_a_file_keeps_its_mode_and_nothing_lies_beside_it(home: Path) -> None:
    (home / "file").write_bytes(b"old")
    (home / "file").chmod(0o604)
    apply(Plan([Change(home / "file", "one", b"old", b"new")]))
    assert (home / "file").stat().st_mode & 0o777 == 0o604
    assert os.listdir(home) == ["file"]
