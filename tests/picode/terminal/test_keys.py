"""Text that is put on a prompt never presses a key."""

from picode.terminal.keys import pasted


def test_with_bracketed_paste_lines_stay_lines() -> None:
    assert pasted("a\r\nb\x1b[201~\r\x03c\n", True) == b"\x1b[200~a\nb[201~\nc\x1b[201~"


def test_without_it_controls_become_blanks() -> None:
    assert pasted("a\nb\tc\x1b\x7f\x9b ä", False) == "a b c    ä".encode()
