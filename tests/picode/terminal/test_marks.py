"""The scanner: marks believed with the secret only, at any chunk border, and no other byte lost."""

import random

import pytest

from picode.terminal.marks import LONGEST, Mark, Scanner, unquote

SECRET = b"0123456789abcdef"
BEGIN = b"\x1b]8671;" + SECRET + b";"


def mark(body: bytes) -> bytes:
    return BEGIN + body + b"\x07"


STREAM = [
    (b"plain\r\n", None),
    (mark(b"C;0;echo%20hi"), Mark("C", [b"0", b"echo hi"])),
    (b"\x1b[31mred\x1b]0;title\x07\x1b", None),
    (mark(b"D;3"), Mark("D", [b"3"])),
    (b"\x1b]8671;wrong;D;0\x07", None),
    (mark(b"H") + b"  12  echo \x07hi\r\n" + mark(b"E"), Mark("H", [b"  12  echo \x07hi\r\n"])),
    (b"\x1b]8671;\x1b]86", None),
    (mark(b"P;/a%3Bb;az"), Mark("P", [b"/a;b", b"az"])),
    (b"\x1b]133;D\x07 end \x1b]8671", None),
]


@pytest.mark.parametrize("seed", range(300))
def test_chunk_borders_change_nothing(seed: int) -> None:
    chance = random.Random(seed)
    stream = b"".join(piece for piece, _ in STREAM)
    scanner, shown, marks = Scanner(SECRET), b"", []
    at = 0
    while at < len(stream):
        size = chance.choice((1, 1, 2, 3, 7, 40))
        for piece in scanner.feed(stream[at : at + size]):
            if isinstance(piece, Mark):
                marks.append(piece)
            else:
                shown += piece
        at += size
    shown += scanner.release()
    assert marks == [found for _, found in STREAM if found]
    assert shown == b"".join(piece for piece, found in STREAM if not found)


def test_what_is_no_mark_is_not_held_for_ever() -> None:
    scanner = Scanner(SECRET)
    assert scanner.feed(b"\x1b]8671;other") == [b"\x1b]8671;other"]
    shown = b"".join(piece for piece in scanner.feed(BEGIN + b"x" * LONGEST) if isinstance(piece, bytes))
    assert shown == BEGIN + b"x" * LONGEST


def test_a_beginning_is_held_and_can_be_released() -> None:
    scanner = Scanner(SECRET)
    assert scanner.feed(b"text\x1b]86") == [b"text"]
    assert scanner.holding
    assert scanner.release() == b"\x1b]86"
    assert not scanner.holding


@pytest.mark.parametrize(
    ("data", "begun"),
    [(b"\x1b", False), (b"\x1b]86", True), (BEGIN[:-1], True), (BEGIN, True), (mark(b"H") + b" 1 ", True)],
)
def test_more_than_an_escape_is_a_mark_whose_end_is_still_to_come(data: bytes, begun: bool) -> None:
    scanner = Scanner(SECRET)
    scanner.feed(data)
    assert (scanner.holding, scanner.begun) == (True, begun)


def test_broken_percent_signs_stay() -> None:
    assert unquote(b"100%25 %zz %4 %C3%A4") == b"100% %zz %4 \xc3\xa4"
