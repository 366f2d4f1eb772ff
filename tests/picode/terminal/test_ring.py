"""Head and tail are kept, what is missing is counted, and the sum has a limit."""

import pytest

from picode.terminal.ring import Kept, Output, Ring


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 19, 20, 21, 50, 999])
@pytest.mark.parametrize("step", [1, 3, 64, 1000])
def test_head_and_tail_of_any_stream(size: int, step: int) -> None:
    data = bytes(number % 251 for number in range(size))
    output = Output(half=10)
    for at in range(0, size, step):
        output.add(data[at : at + step])
    head, tail, missing = output.kept()
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
    head, tail, missing = output.kept()
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
    assert ring.get(5) == Kept(b"y" * 50, b"y" * 8 + b"z" * 42, 2)
    assert ring.size == 100
