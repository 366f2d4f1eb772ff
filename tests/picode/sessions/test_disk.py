"""What a full or forbidden disk does to a session file."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from picode.errors import DiskFailed
from picode.sessions import disk
from picode.sessions.display import path_entries
from picode.sessions.file import SessionFile
from support.sessions import conversation, entry, header, user, written

FULL = """
import resource, sys
from pathlib import Path
from picode.errors import DiskFailed
from picode.messages import Text, User
from picode.sessions.file import SessionFile
path, limit = Path(sys.argv[1]), int(sys.argv[2])
session = SessionFile.open(path) if path.is_file() else SessionFile.create(path, "/")
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
leaf = session.leaf
try:
    session.append_message(User([Text("x" * 3000)], 1))
except DiskFailed as error:
    print(error)
assert session.leaf == leaf and not session.on_disk or path.is_file()
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
session.append_message(User([Text("after")], 1))
print(session.path)
"""


def run(path: Path, limit: int) -> list[str]:
    command = [sys.executable, "-c", FULL, str(path), str(limit)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout.splitlines()


def test_a_full_disk_loses_nothing_and_the_next_message_is_whole(home: Path) -> None:
    path = written(home / "s.jsonl", header(), entry("a", None, "one"))
    before = path.read_bytes()
    said = run(path, len(before) + 1000)
    assert "the disk is full" in said[0]
    after = path.read_bytes()
    assert after.startswith(before)
    assert len(after.splitlines()) == 3
    session = SessionFile.open(path)
    assert session.notices == []
    assert len(path_entries(session)[0]) == 2


def test_a_disk_that_is_full_from_the_beginning_leaves_no_half_file(home: Path) -> None:
    said = run(home / "new", 200)
    assert "the disk is full" in said[0]
    files = list((home / "new").iterdir())
    assert [str(file) for file in files] == [said[1]]
    assert [json.loads(line)["type"] for line in files[0].read_bytes().splitlines()] == ["session", "message"]


def test_where_a_torn_line_cannot_be_set_aside_the_next_begins_on_its_own(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(home / "s.jsonl", header(), entry("a", None, "one"), entry("b", "a")[:-20])
    before = path.read_bytes()

    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "set_aside", full)
    session = SessionFile.open(path)
    session.append_message(user("two"))
    session.append_message(user("three"))
    assert path.read_bytes().startswith(before + b"\n")
    assert len(path_entries(session)[0]) == 3
    session.close()
    assert len(path_entries(SessionFile.open(path))[0]) == 3


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_directory_that_cannot_be_written_is_told(home: Path) -> None:
    home.chmod(0o500)
    try:
        with pytest.raises(DiskFailed, match="Permission denied"):
            conversation(home / "s")
    finally:
        home.chmod(0o700)


def test_a_directory_that_cannot_be_made_is_told(home: Path) -> None:
    written(home / "file", "x")
    with pytest.raises(DiskFailed) as failure:
        conversation(home / "file" / "s")
    assert failure.value.hint


def test_short_writes_are_continued(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, bytes(data)[:7]))
    session = conversation(home, "one", "two")
    monkeypatch.undo()
    session.close()
    assert len(path_entries(SessionFile.open(session.path))[0]) == 2


def test_what_somebody_else_wrote_behind_ours_is_not_cut_off(home: Path) -> None:
    path = written(home / "f", "0123456789")
    descriptor = os.open(path, os.O_RDWR)
    disk.take_back(descriptor, 2, 4)
    assert path.stat().st_size == 10
    disk.take_back(descriptor, 6, 4)
    assert path.stat().st_size == 6
    os.close(descriptor)


def test_a_file_written_whole_leaves_nothing_else(home: Path) -> None:
    disk.write_whole(home / "f", b"one")
    disk.write_whole(home / "f", b"two")
    assert [(file.name, file.read_bytes()) for file in home.iterdir()] == [("f", b"two")]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
