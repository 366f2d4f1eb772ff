"""Nothing that a model or a command prints acts on the terminal."""

import pytest

from picode.pane.safe import safe, safe_line


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b]8;;http://x\x1b\\y", "y"),
        ("half \x1b[", "half ␛["),
        ("bell\x07", "bell␇"),
        ("back\x08", "back␈"),
        ("line\r\nnext", "line\nnext"),
        ("over\rwrite", "overwrite"),
        ("a\x9b2Jb", "ab"),
        ("a\x90b", "a\ufffdb"),
        ("\u202eabc", "\ufffdabc"),
        ("\u2066abc\u2069", "\ufffdabc\ufffd"),
        ("zero\u200bwidth", "zerowidth"),
        ("\ud800", "\ufffd"),
        ("tag\U000e0041", "tag\ufffd"),
        ("👩\u200d👧 ok", "👩\u200d👧 ok"),
        ("\x7f", "␡"),
    ],
)
def test_text_is_made_harmless(text: str, harmless: str) -> None:
    assert safe(text) == harmless


def test_a_line_is_one_line() -> None:
    assert safe_line("a\n b\tc\u2028d") == "a b c d"
