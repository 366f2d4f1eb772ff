"""Head and tail are kept, what is missing is counted, and the sum has a limit."""

import pytest

from picode.terminal.ring import Output, Ring


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 19, 20, 21, 50, 999])
@pytest.mark.parametrize("step", [1, 3, 64, 1000])
def test_head_and_tail_of_any_stream(size: int, step: int) -> None:
    data = bytes(number % 251 for number in range(size))
    output = Output(half=10)
    for at in range(0, size, step):
        output.add(data[at : at + step])
    kept = output.kept()
    head, tail, missing = kept.head, kept.tail, kept.missing
    assert len(head) + missing + len(tail) == size == output.size
    assert data.startswith(head)
    assert data.endswith(tail)
    assert missing == max(0, size - 20)


@pytest.mark.parametrize("size", [16_000, 17_000, 999_999, 1_000_000, 1_000_001, 3_210_987])
def test_large_outputs_are_as_exact(size: int) -> None:
    data = (bytes(range(251)) * (size // 251 + 1))[:size]
    output = Output()
    for at in range(0, size, 60_001):
        output.add(data[at : at + 60_001])
    output.begin = 7
    kept = output.kept()
    head, tail, missing = kept.head, kept.tail, kept.missing
    assert head == data[7 : len(head) + 7]
    assert len(tail) == (500_000 if missing else 0)
    assert data.endswith(tail)
    assert len(head) + missing + len(tail) == size - 7
    assert output.first(100) == data[:100]


def output(head: bytes, half: int = 50) -> Output:
    made = Output(half)
    made.add(head)
    return made


def test_the_oldest_are_forgotten_when_there_are_too_many_or_too_much() -> None:
    ring = Ring(commands=3, total=100)
    for number in range(1, 5):
        ring.add(number, output(b"x" * 10))
    assert [ring.get(number) is not None for number in range(1, 5)] == [False, True, True, True]
    assert ring.add(5, output(b"y" * 60 + b"z" * 42)) == [2, 3, 4]
    kept = ring.get(5)
    assert kept is not None
    assert (kept.head, kept.tail, kept.missing) == (b"y" * 50, b"y" * 8 + b"z" * 42, 2)
    assert ring.size == 100


def test_room_that_is_kept_for_what_still_grows_counts_to_the_sum() -> None:
    ring = Ring(commands=9, total=100)
    for number in range(1, 5):
        ring.add(number, output(b"x" * 25))
    assert ring.reserve(50) == [1, 2]
    assert ring.add(5, output(b"y" * 20)) == [3]
    assert ring.reserve(0) == []
    assert ring.size == 45
