"""A text in what is printed, whatever stands between its letters and wherever a piece ends."""

import pytest

from picode.terminal.looking import Looking

PRINTED = "one\x1b[1;32mtwo\x1b]8;;file://x/two\x07thr\ree\x1b(B ä\x1b]0;title\x1b\\ö\nfour\x1b[0m".encode()


@pytest.mark.parametrize("size", [1, 2, 3, 5, len(PRINTED)])
@pytest.mark.parametrize("text", ["one", "onetwothree", "two", "three äö", "ö\nfour", "four"])
def test_a_text_is_found_however_the_output_is_cut(text: str, size: int) -> None:
    looking = Looking(text)
    assert any(looking.feed(PRINTED[at : at + size]) for at in range(0, len(PRINTED), size))


@pytest.mark.parametrize("text", ["title", "file://", "32m", "One", "threeä", "[0m"])
def test_what_a_person_does_not_see_is_not_found(text: str) -> None:
    looking = Looking(text)
    assert not any(looking.feed(PRINTED[at : at + 1]) for at in range(len(PRINTED)))


def test_what_was_there_before_counts_only_as_the_beginning() -> None:
    looking = Looking("ready")
    looking.skip(b"ready rea")
    assert not looking.feed(b"")
    assert looking.feed(b"dy")
