"""Changes below a project are told, and reading is none."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from picode.context.watch import Watch


@pytest.fixture
def told(tmp_path: Path) -> Iterator[threading.Event]:
    changed = threading.Event()
    watch = Watch(lambda kind, path: changed.set())
    for name in (".git", "src/deep", "ignored"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "src" / "a").write_text("")
    assert watch.start(tmp_path, ["src"])
    yield changed
    watch.stop()


@pytest.mark.parametrize("name", ["top", "src/b", "src/deep/c", ".git/index", ".git/HEAD"])
def test_a_change_is_told(tmp_path: Path, told: threading.Event, name: str) -> None:
    (tmp_path / name).write_text("x")
    assert told.wait(10)


def test_reading_and_what_is_not_watched_are_not_told(tmp_path: Path, told: threading.Event) -> None:
    (tmp_path / "src" / "a").read_text()
    (tmp_path / "ignored" / "x").write_text("x")
    (tmp_path / ".git" / "index.lock").write_text("x")
    assert not told.wait(0.3)


def test_a_directory_that_is_not_there_is_no_watch(tmp_path: Path) -> None:
    assert not Watch(lambda kind, path: None).start(tmp_path / "gone", [])


def test_nothing_is_watched_after_the_end(tmp_path: Path) -> None:
    watch = Watch(lambda kind, path: None)
    watch.stop()
    assert not watch.start(tmp_path, [])
