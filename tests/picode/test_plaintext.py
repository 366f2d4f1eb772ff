"""What a person saw, from what a program wrote."""

import random

import pytest

from picode.plaintext import seen, seen_parts

TABLE: list[tuple[bytes, str]] = [
    (b"", ""),
    (b"a\r\nb\r\n", "a\nb\n"),
    (b"\x1b[1;31mred\x1b[0m", "red"),
    (b"10%\r50%\r100%\r\n", "100%\n"),
    (b"long line\rshort\x1b[K\r\n", "short\n"),
    (b"abc\b\bX\r\n", "aXc\n"),
    (b"\x1b]0;t\x07x\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\", "xlink"),
    (b"\x1bPq#0~\x1b\\k\x1b_apc\x1b\\", "k"),
    (b"a\tb\r\n", "a\tb\n"),
    (b"\xff\xfe", "\ufffd\ufffd"),
    (b"one\r\ntwo\x1b[A\rONE\r\n\r\n", "ONE\ntwo\n"),
    (b"x\x1b[?1049hsecret\x1b[?1049ly", "xy"),
    (b"a\r\nb\r\nc\x1b[2A\x1b[0J", "a"),
    (b"l1\r\nl2\r\n\x1b[H\x1b[2J\x1b[3Jz\r\n", "z\n"),
    ("日本\r\n".encode(), "日本\n"),
    ("日本\rx".encode(), "x 本"),
    ("e\u0301\rf".encode(), "f"),
    (b"\x1b(0lqk\x1b(B", "┌─┐"),
    (b"a\x1b[3bz", "aaaaz"),
    (b"x" * 200, "x" * 200),
    (b"x" * 100 + b"\ry", "x" * 80 + "y" + "x" * 19),
    (b"abcd\x1b[3D\x1b[2P", "ad"),
    (b"ad\x1b[D\x1b[2@bc", "abcd"),
    (b"ab\x1b[D\x1b[X", "a"),
    (b"\x00a\x07\x0e", "a"),
    (b"a  \r\nb", "a\nb"),
    (b"a\x1b", "a"),
    (b"a\x1b[", "a"),
    (b"a\x1b]0;unfinished", "a"),
    (b"\x1b[999999999;999999999Hx", "\n" * 23 + " " * 79 + "x"),
]


@pytest.mark.parametrize(("output", "text"), TABLE)
def test_the_table(output: bytes, text: str) -> None:
    assert seen(output) == text


@pytest.mark.parametrize("seed", range(200))
def test_any_bytes_end_as_harmless_text(seed: int) -> None:
    chance = random.Random(seed)
    parts = [
        b"\x1b[",
        b"\x1b]",
        b"\x1b",
        b"\r",
        b"\n",
        b"\b",
        b"\t",
        b"H",
        b"J",
        b"99",
        b";",
        b"?1049h",
        b"x",
        "日".encode(),
        b"\xcc\x81",
    ]
    text = seen(b"".join(chance.choice([*parts, chance.randbytes(2)]) for _ in range(300)))
    assert all(char in "\n\t" or (char >= " " and not "\x7f" <= char <= "\x9f") for char in text)


def test_what_is_missing_is_said() -> None:
    assert seen_parts(b"head", b"tail", 0) == "headtail"
    assert seen_parts(b"head", b"tail", 5) == "head\n[… 5 bytes are missing here …]\ntail"
