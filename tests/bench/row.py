"""One line of the benchmark's table: what was measured, beside what it is held against in the same run."""

from typing import NamedTuple


class Row(NamedTuple):
    what: str
    ours: float
    reference: float
    """The same thing done bare, in the same run; 0 where the goal is an absolute figure."""
    ratio: float
    """ours / reference; for an absolute figure, ours."""
    goal: float
    """The ratio (or figure) that we want; `better` says on which side of it."""
    unit: str
    better: str = "lower"

    @property
    def met(self) -> bool:
        return self.ratio <= self.goal if self.better == "lower" else self.ratio >= self.goal


def against(
    what: str, ours: float, reference: float, *, goal: float, unit: str, better: str = "lower"
) -> Row:
    """A ratio to something bare."""
    return Row(what, ours, reference, ours / reference, goal, unit, better)


def absolute(what: str, ours: float, *, goal: float, unit: str) -> Row:
    """A figure with a goal of its own."""
    return Row(what, ours, 0, ours, goal, unit)
