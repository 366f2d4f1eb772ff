"""Finding and listing conversations."""

import os
from pathlib import Path

import pytest

from picode.errors import Missing, TryLater, UsageError
from picode.sessions.store import Store, folder_of
from support.sessions import entry, header, user, written


@pytest.fixture
def store(home: Path) -> Store:
    return Store(home / "sessions")


def project(home: Path, name: str, git: bool = True) -> str:
    directory = home / name
    (directory / ".git" if git else directory).mkdir(parents=True)
    return str(directory)


@pytest.mark.parametrize(
    ("cwd", "folder"),
    [("/home/u/proj", "--home-u-proj--"), ("/", "----"), ("/a-b/c:d", "--a-b-c-d--"), ("\\x\\y", "--x-y--")],
)
def test_a_folder_has_the_name_that_pi_gives_it(cwd: str, folder: str) -> None:
    assert folder_of(cwd) == folder


def test_a_new_conversation_is_found_at_once_and_one_object(store: Store, home: Path) -> None:
    session = store.new(project(home, "p"))
    assert store.find(session.id[:8]) is session
    assert store.list() == []
    session.append_message(user("hello"))
    assert store.open(session.path) is session
    assert store.find(str(session.path)) is session
    assert [info.id for info in store.list()] == [session.id]


def test_a_closed_one_is_opened_anew(store: Store, home: Path) -> None:
    session = store.new(project(home, "p"))
    session.append_message(user("hello"))
    session.close()
    again = store.find(session.id)
    assert again is not session
    assert again.id == session.id
    store.close()
    assert again.closed


def test_a_beginning_that_several_share_lists_them(store: Store, home: Path) -> None:
    for id_ in ("abc1", "abc2", "abd3"):
        written(home / "sessions" / "--x--" / f"2026_{id_}.jsonl", header(id=id_), entry("a", None))
    assert store.find("abd").id == "abd3"
    with pytest.raises(UsageError, match="abc1, abc2"):
        store.find("abc")
    for nothing in ("zzz", ""):
        with pytest.raises(Missing):
            store.find(nothing)


def test_the_id_in_the_header_counts_where_the_name_says_none(store: Store, home: Path) -> None:
    written(home / "sessions" / "imported.jsonl", header(id="custom-1"), entry("a", None))
    assert store.find("custom").id == "custom-1"


def test_the_latest_of_a_project_counts_wherever_in_it_somebody_is(store: Store, home: Path) -> None:
    here, other = project(home, "p"), project(home, "p-other")
    (home / "p" / "sub").mkdir()
    assert store.latest(here) is None
    first, second, third = store.new(here), store.new(f"{here}/sub"), store.new(other)
    for age, session in ((30, first), (20, second), (10, third)):
        session.append_message(user("x"))
        os.utime(session.path, (1e9 - age, 1e9 - age))
    assert store.latest(here) is second
    assert store.latest(f"{here}/sub") is second
    assert store.latest(other) is third
    assert [info.id for info in store.list(here)] == [second.id, first.id]
    assert [info.id for info in store.list(limit=2)] == [third.id, second.id]


def test_two_directories_that_share_a_folder_are_told_apart(store: Store, home: Path) -> None:
    one, two = project(home, "a-b", git=False), project(home, "a/b", git=False)
    assert folder_of(one) == folder_of(two)
    for cwd in (one, two):
        store.new(cwd).append_message(user(cwd))
    assert [info.cwd for info in store.list(one)] == [os.path.realpath(one)]


def test_files_that_are_no_sessions_are_passed_over(store: Store, home: Path) -> None:
    here = project(home, "p")
    session = store.new(here)
    session.append_message(user("x"))
    session.close()
    os.utime(session.path, (1e9, 1e9))
    for name, content in (
        ("a.jsonl", "garbage"),
        ("b.jsonl", ""),
        ("c.jsonl", header(cwd=here)[:-5]),
        ("d.txt", "x"),
    ):
        written(session.path.parent / name, content)
    (session.path.parent / "e.jsonl").symlink_to("nowhere")
    assert [info.id for info in store.list()] == [session.id]
    found = store.latest(here)
    assert found is not None
    assert found.id == session.id


def test_one_that_somebody_else_has_open_is_told(store: Store, home: Path) -> None:
    here = project(home, "p")
    store.new(here).append_message(user("x"))
    with pytest.raises(TryLater):
        Store(home / "sessions").latest(here)


def test_a_thousand_files_are_listed(store: Store, home: Path) -> None:
    for number in range(1000):
        written(
            home / "sessions" / "--x--" / f"2026_{number:04}.jsonl",
            header(id=f"{number:04}"),
            entry("a", None),
        )
    assert len(store.list(limit=2000)) == 1000
    assert len(store.list(limit=5)) == 5
