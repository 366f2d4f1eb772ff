"""What happened in each conversation, as the next daemon finds it."""

from pathlib import Path

import pytest

from picode.server.away import Tally
from picode.server.tallies import MOST, Tallies


def test_what_happened_is_there_again_until_somebody_was_told(tmp_path: Path) -> None:
    directory = tmp_path / "state" / "away"
    tallies = Tallies(directory)
    tallies.begin("one", Tally(1, 0.5, away=True, turns=2, commands=["make"], titles={"c": "make"}))
    tallies.begin("two", Tally(1))
    tallies.keep("one")
    tallies.keep("two")
    assert [path.name for path in directory.iterdir()] == ["one.json"]
    assert directory.stat().st_mode & 0o777 == 0o700
    again = Tallies(directory)
    assert again.get("one") == tallies.get("one")
    assert again.restored == {"one"}
    again.begin("one", Tally(2))
    assert not list(directory.iterdir())
    assert (Tallies(directory).restored, again.restored) == (set(), set())


def test_a_broken_file_and_a_disk_that_fails_hurt_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "one.json").write_text("{")
    assert Tallies(tmp_path / "away").get("one") is None
    (tmp_path / "file").write_text("")
    tallies = Tallies(tmp_path / "file" / "away")
    tallies.begin("one", Tally(1, away=True))
    tallies.keep("one")
    assert "cannot be kept" in caplog.text


def test_the_oldest_are_forgotten(tmp_path: Path) -> None:
    tallies = Tallies(tmp_path)
    gone = [name for number in range(MOST + 2) for name in tallies.begin(str(number), Tally(1))]
    assert gone == ["0", "1"]
