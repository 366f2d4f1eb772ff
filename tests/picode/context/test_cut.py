"""Long output loses its middle."""

import pytest

from picode.context.cut import Cut, cut_middle, end_of, mark, start_of

LINES = "".join(f"line {number}\n" for number in range(1000))


def test_short_output_stays() -> None:
    assert cut_middle("a\nb", 3) == Cut("a\nb")


def test_long_output_loses_whole_lines_of_its_middle_and_says_how_much() -> None:
    found = cut_middle(LINES, 1000)
    lines = found.text.splitlines()
    told = next(line for line in lines if line.startswith("[…"))
    at = lines.index(told)
    assert lines[:at] == [f"line {number}" for number in range(at)]
    assert lines[at + 1 :] == [f"line {number}" for number in range(1000 - len(lines) + at + 1, 1000)]
    left_out = "\n".join(f"line {number}" for number in range(at, 1000 - (len(lines) - at - 1))) + "\n"
    assert found.characters == len(left_out)
    assert told == f"[… {len(left_out):,} characters ({left_out.count(chr(10))} lines) left out …]"
    assert len(found.text) <= 1000 + len(told) + 2


def test_one_long_line_is_cut_all_the_same() -> None:
    found = cut_middle("x" * 5000, 1000)
    assert found.text == f"{'x' * 400}\n[… 4,000 characters (0 lines) left out …]\n{'x' * 600}"


def test_a_gap_is_told_where_it_is() -> None:
    assert (
        cut_middle("a\n", 100, "b", 12345).text
        == "a\n[… 12,345 bytes that were no longer kept left out …]\nb"
    )
    assert cut_middle("", 100, "b", 5).text == "[… 5 bytes that were no longer kept left out …]\nb"
    found = cut_middle(LINES, 1000, LINES, 77)
    assert "characters" in found.text
    assert "and 77 bytes" in found.text
    assert found.text.count("[…") == 1
    assert found.text.startswith("line 0\n")
    assert found.text.endswith("line 999\n")


@pytest.mark.parametrize("limit", [0, 1, 7, 8, 100])
def test_any_limit_does(limit: int) -> None:
    for text in (LINES, "x" * 999, "\n" * 999, "é" * 999):
        found = cut_middle(text, limit)
        assert found.characters >= len(text) - limit


def test_one_line_is_one_line() -> None:
    assert mark(3, 1, 0) == "[… 3 characters (1 line) left out …]"


def test_halves_of_lines_beside_a_gap_go() -> None:
    assert start_of(b"one\ntw") == b"one\n"
    assert start_of(b"one") == b"one"
    assert end_of(b"wo\nthree\n") == b"three\n"
    assert end_of("é".encode()[1:] + b"x") == b"x"
    assert end_of(b"x" * 5000 + b"\n") == b"x" * 5000 + b"\n"
