"""The timeline on disk."""

import sqlite3
from pathlib import Path

from picode.context.timeline.store import TimelineStore
from picode.protocol.values import FileChange, TimelineEntry


def entry(number: int, project: str = "/p", **more: object) -> TimelineEntry:
    made = TimelineEntry(project, f"command {number}", "/p", 0, number * 1000, 10, "1.sock", number)
    made.files = [FileChange("a.py", "M", number)]
    for name, value in more.items():
        setattr(made, name, value)
    return made


def test_what_was_added_is_there_after_a_restart_in_the_order_of_the_ends(tmp_path: Path) -> None:
    store = TimelineStore(tmp_path / "state" / "t.db")
    for number in (2, 1, 3):
        store.add(entry(number))
    store.add(entry(9, "/other"))
    again = TimelineStore(tmp_path / "state" / "t.db")
    assert [one.number for one in again.entries("/p")] == [1, 2, 3]
    assert again.entries("/p")[0] == entry(1)
    assert [one.number for one in again.entries("/p", since=2000)] == [2, 3]
    assert [one.number for one in again.entries("/p", limit=1)] == [3]
    assert (tmp_path / "state" / "t.db").stat().st_mode & 0o777 == 0o600


def test_a_command_that_is_told_again_takes_its_own_place(tmp_path: Path) -> None:
    store = TimelineStore(tmp_path / "t.db")
    store.add(entry(1))
    store.add(entry(1, status=2))
    assert [one.status for one in store.entries("/p")] == [2]


def test_it_is_bounded(tmp_path: Path) -> None:
    store = TimelineStore(tmp_path / "t.db", most=50)
    for number in range(401):
        store.add(entry(number))
    assert store.entries("/p", limit=1000)[0].number >= 150
    assert len(store.entries("/p", limit=1000)) <= 250


def test_without_a_file_nothing_is_made_by_looking(tmp_path: Path) -> None:
    assert TimelineStore(tmp_path / "t.db").entries("/p") == []
    assert not (tmp_path / "t.db").exists()


def test_a_broken_file_or_one_of_another_version_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    path.write_bytes(b"no database at all " * 100)
    TimelineStore(path).add(entry(1))
    assert len(TimelineStore(path).entries("/p")) == 1
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    TimelineStore(path).add(entry(2))
    assert [one.number for one in TimelineStore(path).entries("/p")] == [2]
