"""The terminal's own notification."""

import pytest

from picode.pane.attention import Attention, due, sequence, words
from picode.protocol.events import ApprovalNeeded, TurnEnded, TurnStarted
from picode.protocol.values import Approval


@pytest.mark.parametrize(
    ("attention", "now", "told"),
    [
        (Attention(), 0.0, True), (Attention(key=95), 100.0, False), (Attention(key=85), 100.0, True),
        (Attention(told=98), 100.0, False), (Attention(told=90), 100.0, True), (Attention(wanted=False), 100.0, False),
    ],
)  # fmt: skip
def test_it_comes_when_nobody_types_and_not_too_often(attention: Attention, now: float, told: bool) -> None:
    assert due(attention, now) is told


def test_a_turn_that_ends_or_waits_is_told_and_nothing_else() -> None:
    assert words(ApprovalNeeded(Approval("1", "bash", "make"))) == "waits for you: bash: make"
    assert words(TurnEnded("done")) == "the turn has ended"
    assert words(TurnEnded("failed")) == "the turn failed"
    assert words(TurnEnded("cancelled")) == words(TurnStarted()) == ""


@pytest.mark.parametrize(
    ("environ", "begin", "end"),
    [
        ({}, "\x1b]9;PiCode ", "\x07"), ({"ZELLIJ": "0"}, "\x1b]99;i=picode;PiCode ", "\x1b\\"),
        ({"KITTY_WINDOW_ID": "1"}, "\x1b]99;i=picode;PiCode ", "\x1b\\"),
        ({"TMUX": "/tmp/t"}, "\x1bPtmux;\x1b\x1b]9;PiCode ", "\x07\x1b\\"),
    ],
)  # fmt: skip
def test_nothing_that_a_model_says_gets_out_of_the_sequence(
    environ: dict[str, str], begin: str, end: str
) -> None:
    evil = "waits: \x1b\\\x07\x1b]52;c;evil\x07 \x9c\n" + "x" * 1000
    told = sequence(evil, environ)
    assert told.startswith(begin)
    assert told.endswith(end)
    inner = told[len(begin) : -len(end)]
    assert inner.isprintable()
    assert len(inner) <= 160
