"""A provider that fails again and again is left alone, then asked once."""

import pytest

from picode.providers.breaker import BROKEN, LONGEST, PROBED, Breaker


def failing(times: int, state: Breaker | None = None, now: float = 0) -> Breaker:
    state = state or Breaker()
    for _ in range(times):
        state = state.begin().ended("overload", now, 3, 30)
    return state


def test_it_opens_after_so_many_failures_in_a_row_and_says_how_long() -> None:
    assert failing(2).wait(0) == 0
    assert failing(3).wait(0) == 30
    assert failing(3).wait(29) == 1
    assert failing(3).wait(30) == 0


def test_an_answer_in_between_begins_the_count_anew() -> None:
    assert failing(2, failing(2).ended("", 0, 3, 30)).wait(0) == 0


def test_half_open_one_probe_goes_and_the_others_wait() -> None:
    probing = failing(3).begin()
    assert probing.wait(31) == PROBED
    assert probing.ended("", 31, 3, 30) == Breaker()
    again = probing.ended("network", 31, 3, 30)
    assert again.wait(31) == 60
    assert probing.left().wait(31) == 0


def test_the_pause_doubles_up_to_its_longest() -> None:
    state, now = failing(3), 0.0
    for _ in range(6):
        now += state.wait(now)
        state = failing(1, state, now)
    assert state.wait(now) == LONGEST


@pytest.mark.parametrize(
    "kind", ["rate", "quota", "bad_key", "bad_request", "overflow", "refused", "unknown_model"]
)
def test_who_says_no_is_not_broken(kind: str) -> None:
    assert kind not in BROKEN
    assert failing(2).ended(kind, 0, 3, 30) == Breaker()


def test_it_can_be_off() -> None:
    state = Breaker()
    for _ in range(50):
        state = state.begin().ended("server", 0, 0, 30)
    assert state.wait(0) == 0


def test_what_was_asked_before_the_pause_does_not_make_it_longer() -> None:
    state = failing(3)
    for _ in range(10):
        state = state.ended("overload", 5, 3, 30)
    assert state.wait(5) == 25
    assert state.failed == 13
