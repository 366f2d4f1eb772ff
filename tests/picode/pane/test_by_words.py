"""What is told without typesetting is what typesetting tells."""

import random
from dataclasses import replace

import pytest

from picode.pane.growth import by_words, grown
from picode.pane.state import State
from picode.pane.update import update
from picode.pane.view import answer_rows, answer_tail, live
from picode.protocol.events import TextAdded

PIECES = (
    "word ", " word", "wo", "a", "  ", ". ", "- ", "* ", "1. ", "12", "\n", "\n\n", "  \n ", "`", "``", "**", "*", "_",
    "~~", "[", "](http://x) ", "<http://x> ", "!", "# ", "> ", "| ", "|-|\n", "```\n", "---", "=", "\\", "日本",
    "x" * 30, "several words that come together ",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("plain", [0.5, 0.97])
def test_any_text(seed: int, plain: float) -> None:
    """Half of all pieces, or nearly all of them, are words."""
    dice = random.Random(seed)
    state = replace(State(width=dice.choice((12, 40, 79)), height=5000, blank=True), answering=True)
    shown = answer_tail(state)
    for _ in range(300):
        text = dice.choice(PIECES[:6] if dice.random() < plain else PIECES)
        state, effects = update(state, TextAdded(text))
        wanted = answer_tail(state)
        found = by_words(state, shown, text) if shown and not effects else None
        if found is not None:
            assert grown(shown, found) == wanted, (text, state.answer)
        shown = wanted


def test_words_need_no_typesetting() -> None:
    state = State(width=40, height=500, answering=True)
    told = 0
    shown = answer_tail(state)
    for _ in range(200):
        state, effects = update(state, TextAdded("word and "))
        found = by_words(state, shown, "word and ") if shown and not effects else None
        told += found is not None
        shown = answer_tail(state)
    assert told >= 190


def test_an_answer_takes_half_of_the_window_at_most() -> None:
    """A narrower window folds it; what would not fit then goes into the scrollback, and would stand there twice."""
    state = State(width=40, height=24, answering=True)
    for _ in range(200):
        state, _ = update(state, TextAdded("word and "))
    shown = live(state, 22)
    assert len(shown) == 10
    assert by_words(state, shown, "word and ") is None


@pytest.mark.parametrize("height", range(5, 120))
def test_what_is_live_fits_into_a_window_half_as_wide_or_half_as_high(height: int) -> None:
    """An unfinished answer, a line of input and the status line, each row folded once."""
    rows = answer_rows(State(width=80, height=height))
    room = max(height, 10)  # less is no window to work in
    assert 2 * rows + 1 + 2 <= room
    assert rows + 1 + 1 <= -(-room // 2)
