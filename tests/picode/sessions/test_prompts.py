"""The prompt history."""

from pathlib import Path

from picode.sessions.prompts import LONGEST, MOST, Prompts
from support.sessions import written


def test_prompts_are_there_after_a_new_start(home: Path) -> None:
    path = home / "state" / "prompts.jsonl"
    first = Prompts(path)
    for text in ("one", "two\nlines é", "two\nlines é", "  ", "three"):
        first.add(text)
    first.add("x" * (LONGEST + 1))
    assert first.last() == ["one", "two\nlines é", "three"] == Prompts(path).last()
    assert Prompts(path).last(1) == ["three"]
    assert Prompts(path).last(0) == []
    assert path.stat().st_mode & 0o777 == 0o600


def test_only_the_last_are_kept_and_the_file_is_shortened_at_the_next_start(home: Path) -> None:
    path = home / "prompts.jsonl"
    first = Prompts(path)
    for number in range(2 * MOST + 10):
        first.add(str(number))
    assert len(first.last(10**6)) == MOST
    again = Prompts(path)
    assert again.last(10**6) == first.last(10**6)
    assert len(path.read_text().splitlines()) == MOST


def test_broken_and_torn_lines_are_passed_over(home: Path) -> None:
    path = written(home / "p.jsonl", '{"text":"a"}\n', "garbage\n", '{"text":3}\n', "[]\n", '{"text":"b"')
    found = Prompts(path)
    assert found.last() == ["a"]
    found.add("c")
    assert Prompts(path).last() == ["a", "c"]


def test_a_place_that_cannot_be_written_is_not_fatal(home: Path) -> None:
    found = Prompts(written(home / "file", "x") / "p.jsonl")
    found.add("a")
    assert found.last() == ["a"]
