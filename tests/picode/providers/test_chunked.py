import random

import pytest

from picode.providers.chunked import Broken, Chunks

BODY = b"5\r\nfirst\r\n1\r\n \r\n1F\r\n" + b"x" * 31 + b"\r\n"


def test_whole_chunks_lose_their_marks() -> None:
    assert Chunks().take(bytearray(BODY)) == b"first " + b"x" * 31


@pytest.mark.parametrize("seed", range(20))
def test_chunks_may_be_cut_anywhere(seed: int) -> None:
    chunks, unread, out = Chunks(), bytearray(), b""
    left = BODY * 3
    cuts = random.Random(seed)
    while left:
        size = cuts.randint(1, 7)
        unread += left[:size]
        left = left[size:]
        out += chunks.take(unread)
    assert out == (b"first " + b"x" * 31) * 3
    assert not unread
    assert not chunks.over


def test_the_data_of_a_chunk_does_not_wait_for_its_end() -> None:
    chunks, unread = Chunks(), bytearray(b"a\r\nhal")
    assert chunks.take(unread) == b"hal"
    unread += b"f a word"
    with pytest.raises(Broken):
        chunks.take(unread)


@pytest.mark.parametrize(
    "rest", [b"0\r\n\r\n", b"5;name=1\r\nfirst\r\n", b"nonsense\r\n", b"ffffffffffffffffffff"]
)
def test_what_is_no_plain_chunk_stays_where_it_is(rest: bytes) -> None:
    chunks, unread = Chunks(), bytearray(b"1\r\na\r\n" + rest)
    assert chunks.take(unread) == b"a"
    assert chunks.over
    assert unread == rest
    assert chunks.take(unread) == b""
