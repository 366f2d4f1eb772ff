"""Limits: what a request could cost at worst has to fit into all of them."""

import pytest

from picode.providers.spending.caps import Caps, SpendLimit, Spent, check, dollars


@pytest.mark.parametrize("span", ["turn", "conversation", "day", "workspace"])
def test_a_request_that_could_break_a_limit_is_refused_with_what_to_do(span: str) -> None:
    caps, spent = Caps(**{span: 1.0}), Spent(**{span: 0.9})
    check(caps, spent, 0.1)
    with pytest.raises(SpendLimit) as error:
        check(caps, spent, 0.11)
    told = str(error.value)
    assert f"limits.spend.{span}" in told
    assert "it could cost $0.11" in told
    assert "$0.90" in told
    assert f"picode config set limits.spend.{span} 2`" in told
    assert error.value.exit_code == 77


def test_one_request_has_a_limit_of_its_own() -> None:
    check(Caps(request=0.5), Spent(), 0.5)
    with pytest.raises(SpendLimit, match=r"one request may cost \$0\.50"):
        check(Caps(request=0.5), Spent(), 0.51)


def test_the_tightest_limit_is_told() -> None:
    with pytest.raises(SpendLimit, match=r"limits\.spend\.turn"):
        check(Caps(turn=1, day=1), Spent(turn=0.99, day=0.95), 0.5)


def test_what_costs_nothing_is_never_refused() -> None:
    check(Caps(day=1), Spent(day=5), 0)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "$0.00"),
        (0.004, "$0.0040"),
        (0.5, "$0.50"),
        (0.1234, "$0.1234"),
        (0.00002, "$0.000020"),
        (1.5, "$1.50"),
        (12345, "$12,345.00"),
    ],
)
def test_a_small_cost_never_looks_like_none(amount: float, text: str) -> None:
    assert dollars(amount) == text
