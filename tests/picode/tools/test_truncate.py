import pytest

from picode.tools.truncate import MOST_BYTES, head, shown_size, tail

NUMBERS = "".join(f"{n}\n" for n in range(1, 3001))
LONG = "".join(f"{n:05} {'x' * 94}\n" for n in range(1, 1001))


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0B"), (1023, "1023B"), (1024, "1.0KB"), (51200, "50.0KB"), (1048576, "1.0MB")]
)
def test_sizes(count: int, shown: str) -> None:
    assert shown_size(count) == shown


@pytest.mark.parametrize("text", ["", "\n", "a", "a\n", "a\nb", "\n" * 2000, "x" * MOST_BYTES])
def test_what_fits_stays_as_it_is(text: str) -> None:
    for cut in (head(text), tail(text)):
        assert (cut.text, cut.by) == (text, "")


def test_the_head_has_whole_lines() -> None:
    assert head(NUMBERS).text.endswith("1999\n2000")
    assert (head(NUMBERS).by, head(NUMBERS).total_lines) == ("lines", 3000)
    cut = head(LONG)
    assert (cut.by, cut.lines) == ("bytes", 506)
    assert all(len(line) == 100 for line in cut.text.split("\n"))


def test_the_tail_has_whole_lines() -> None:
    cut = tail(NUMBERS)
    assert cut.text.startswith("1001\n1002\n")
    assert (cut.by, cut.lines, cut.total_lines) == ("lines", 2000, 3000)
    assert tail(LONG).text.startswith("00495 ")


def test_one_line_that_is_too_long() -> None:
    line = "é" * MOST_BYTES
    assert head(line).first_too_long
    cut = tail(f"first\n{line}")
    assert cut.partial
    assert cut.text == "é" * (MOST_BYTES // 2)
    assert cut.last_line == 2 * MOST_BYTES


def test_what_was_dropped_before_counts() -> None:
    cut = tail("a\nb\n", 5000, 100_000)
    assert (cut.by, cut.lines, cut.total_lines) == ("bytes", 2, 5002)
