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


def test_the_oldest_are_forgotten_when_there_are_too_many_or_too_much() -> None:
    ring = Ring(commands=3, total=100)
    for number in range(1, 5):
        ring.add(number, Kept(b"x" * 10, b"", 0))
    assert [ring.get(number) is not None for number in range(1, 5)] == [False, True, True, True]
    assert ring.add(5, Kept(b"y" * 60, b"z" * 35, 7)) == [2, 3, 4]
    assert ring.get(5) == Kept(b"y" * 60, b"z" * 35, 7)
    assert ring.size == 95
