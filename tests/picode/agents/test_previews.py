"""Which output waits for a look, and what becomes of it."""

import pytest

from picode.agents.inputs import Question
from picode.agents.previews import Previews, is_wanted
from picode.config.schema import Shell
from picode.errors import Missing
from picode.messages import Text, User
from picode.protocol.values import Receipt

SMALL = Question(
    User([Text("why?"), Text("x" * 50)], 1), receipt=Receipt("ls", 0, "/", 1, 50, 50, once="k:1")
)
LONG = Question(User([Text("x" * 101)], 1), receipt=Receipt("ls", 0, "/", 1, 101, 101))
CUT = Question(User([Text("x")], 1), receipt=Receipt("ls", 0, "/", 1, 9, 1, cut=8))
CLEANED = Question(User([Text("x")], 1), receipt=Receipt("ls", 0, "/", 1, 1, 1, redacted=["password"]))


@pytest.mark.parametrize("question", [SMALL, LONG, CUT, CLEANED])
def test_always_and_never_mean_what_they_say(question: Question) -> None:
    assert is_wanted(question, Shell(preview="always"))
    assert not is_wanted(question, Shell(preview="never"))


def test_large_is_what_is_long_was_cut_or_lost_a_secret() -> None:
    large = Shell(preview="large", preview_above=100)
    assert [is_wanted(one, large) for one in (SMALL, LONG, CUT, CLEANED)] == [False, True, True, True]


def test_what_is_held_is_shown_as_it_would_go_and_taken_once() -> None:
    previews = Previews()
    assert not previews.take_in(SMALL, Shell())
    assert previews.take_in(SMALL, Shell(preview="always"))
    assert previews.take_in(LONG, Shell(preview="always"))
    first, second = previews.shown
    assert (first.receipt, "why?" in first.text, "x" * 50 in first.text) == (SMALL.receipt, True, True)
    assert previews.take(first.id) is SMALL
    assert [one.id for one in previews.shown] == [second.id]
    with pytest.raises(Missing):
        previews.take(first.id)
