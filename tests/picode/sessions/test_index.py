"""The index is always what the files say, whatever happens to it or to them."""

import logging
import os
import sqlite3
from pathlib import Path
from typing import BinaryIO

import pytest

from picode.errors import DiskFailed
from picode.sessions import ingest, store
from picode.sessions.store import Store
from support.sessions import answer, conversation, entry, header, user, written


@pytest.fixture
def directory(home: Path) -> Path:
    return home / "sessions"


def found(where: Store, words: str, cwd: str = "") -> list[str]:
    """What matched, newest first; everything is searchable when this returns."""
    hits, pending = where.search(words, cwd, patience=30)
    assert not pending
    return [hit.entry for hit in hits]


def test_words_are_found_with_what_is_around_them(directory: Path) -> None:
    session = conversation(directory, "how do I mount a tape?", "and a disk?")
    session.append_message(answer("tapes are mounted\n  by hand"))
    where = Store(directory)
    hits, _ = where.search("mounted hand")
    assert [(hit.conversation, hit.role, hit.name) for hit in hits] == [
        (session.id, "assistant", "how do I mount a tape?")
    ]
    assert hits[0].pieces == ["tapes are ", "mounted", " by ", "hand", ""]
    assert hits[0].time == 1_795_210_935_497
    assert len(found(where, "tape")) == 2
    assert found(where, "nothing of the kind") == []
    assert found(where, "") == []
    where.close()


def test_what_is_added_is_found_and_only_that_is_read(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = conversation(directory, "first")
    where = Store(directory)
    assert len(found(where, "first")) == 1
    read: list[int] = []
    step = ingest.step

    def watched(database: sqlite3.Connection, file: BinaryIO, at: ingest.Reading) -> bool:
        read.append(at.read)
        return step(database, file, at)

    monkeypatch.setattr(ingest, "step", watched)
    before = session.path.stat().st_size
    session.append_message(user("second"))
    assert len(found(where, "second")) == 1
    assert len(found(where, "first")) == 1
    assert read == [before, session.path.stat().st_size]
    where.close()


def test_files_that_shrink_change_or_vanish_leave_nothing_behind(directory: Path) -> None:
    one = written(directory / "one.jsonl", header(), entry("a", None, "apple"), entry("b", "a", "pear"))
    two = written(directory / "two.jsonl", header(), entry("c", None, "apple"))
    where = Store(directory)
    assert sorted(found(where, "apple")) == ["a", "c"]
    written(one, header(), entry("d", None, "plum"))
    two.unlink()
    assert found(where, "apple") == []
    assert found(where, "pear") == []
    assert found(where, "plum") == ["d"]
    written(one, header(), entry("d", None, "figs"))
    os.utime(one, (1e9, 1e9))
    assert found(where, "plum") == []
    assert found(where, "figs") == ["d"]
    where.close()


def test_a_line_that_is_still_being_written_is_found_once_it_is_whole(directory: Path) -> None:
    torn = entry("b", "a", "later")
    path = written(directory / "one.jsonl", header(), entry("a", None, "sooner"), torn[:40])
    where = Store(directory)
    assert found(where, "sooner") == ["a"]
    with path.open("a") as file:
        file.write(torn[40:])
    assert found(where, "later") == ["b"]
    where.close()


def test_only_this_projects_conversations_are_searched_when_that_is_asked(
    directory: Path, home: Path
) -> None:
    here, there = home / "here", home / "there"
    for place in (here, there):
        (place / ".git").mkdir(parents=True)
        written(
            directory / f"{place.name}.jsonl",
            header(cwd=str(place / "src")),
            entry(place.name, None, "apple"),
        )
    where = Store(directory)
    assert found(where, "apple", str(here)) == ["here"]
    assert len(found(where, "apple")) == 2
    where.close()


@pytest.mark.parametrize("content", [b"garbage" * 999, b"", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_broken_index_is_made_anew_and_told_once(
    directory: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    session = conversation(directory, "apple")
    (directory / "index.sqlite").write_bytes(content)
    where = Store(directory)
    with caplog.at_level(logging.WARNING):
        assert [info.id for info in where.list()] == [session.id]
        assert len(found(where, "apple")) == 1
    assert len(caplog.records) == (1 if content else 0)
    where.close()


def test_one_of_another_version_or_with_other_tables_is_made_anew(
    directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    conversation(directory, "apple")
    for harm in ("PRAGMA user_version=99", "DROP TABLE said", "DROP TABLE files"):
        where = Store(directory)
        assert len(found(where, "apple")) == 1
        where.close()
        with sqlite3.connect(directory / "index.sqlite") as database:
            database.execute(harm)
        database.close()
        caplog.clear()
        where = Store(directory)
        assert len(found(where, "apple")) == 1
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        where.close()


def test_deleting_it_while_it_is_used_harms_nothing(directory: Path) -> None:
    conversation(directory, "apple")
    where = Store(directory)
    for _ in range(3):
        assert len(found(where, "apple")) == 1
        for file in directory.glob("index.sqlite*"):
            file.unlink()
    assert len(where.list()) == 1
    where.close()


def test_where_no_index_can_be_a_list_is_read_from_the_files(directory: Path) -> None:
    session = conversation(directory, "apple")
    (directory / "index.sqlite").mkdir()
    where = Store(directory)
    assert [info.first for info in where.list()] == ["apple"]
    with pytest.raises(DiskFailed, match="index"):
        where.search("apple")
    session.close()
    assert where.open(session.path).leaf == session.leaf
    where.close()


def test_a_long_conversation_is_opened_by_what_is_known_of_it(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LONG", 1)
    session = conversation(directory, *map(str, range(50)))
    session.append("session_info", {"name": "Fifty"})
    session.move(session.tree.ids[3])
    session.append_message(answer("a branch"))
    session.close()
    where = Store(directory)
    found(where, "x")
    session_bytes = session.path.read_bytes()
    for added in ("", entry("new", session.leaf)):
        session.path.write_bytes(session_bytes + added.encode())
        read = where.open(session.path)
        if not added:
            os.utime(session.path, ns=(0, 0))
        assert read.path_to_leaf()[:4] == [0, 1, 2, 3]
        assert len(read.path_to_leaf()) == (6 if added else 5)
        assert read.name == "Fifty"
        assert read.known_cost[0] == (52 if added else 0) or not added
        read.close()
    where.close()


def test_what_is_known_of_another_file_is_not_believed(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LONG", 1)
    path = written(directory / "one.jsonl", header(), entry("a", None, "apple"), entry("b", "a", "pear"))
    where = Store(directory)
    found(where, "x")
    changed = header() + entry("A", None, "apple") + entry("B", "A", "pear") + entry("C", "B", "more")
    path.write_text(changed)
    session = where.open(path)
    assert session.tree.ids == ["A", "B", "C"]
    where.close()


def test_a_file_in_which_an_id_is_there_twice_is_always_read(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LONG", 1)
    lines = (header(), entry("a", None), entry("b", "a"), entry("a", "b"), entry("c", "a"))
    path = written(directory / "one.jsonl", *lines)
    where = Store(directory)
    found(where, "x")
    session = where.open(path)
    assert session.path_to_leaf() == [0, 1, 2, 3]
    assert session.known_cost == (0, 0)
    where.close()


def test_many_small_additions_are_put_together(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "MOST_CHUNKS", 3)
    monkeypatch.setattr(store, "LONG", 1)
    session = conversation(directory, "0")
    where = Store(directory)
    for number in range(1, 9):
        session.append_message(user(str(number)))
        found(where, "x")
    session.close()
    with sqlite3.connect(directory / "index.sqlite") as database:
        (chunks,) = database.execute("SELECT count(*) FROM chunks").fetchone()
    database.close()
    assert chunks <= 4
    again = where.open(session.path)
    assert again.known_cost[0] == 9
    assert again.path_to_leaf() == list(range(9))
    where.close()
