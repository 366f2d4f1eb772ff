"""A line that only grew is told from every other change."""

import pytest

from picode.pane.growth import Growth, growth
from picode.pane.lines import Line


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ([[("", "ab")]], [[("", "abc")]], Growth(0, 2, [("", "c")], [])),
        (
            [[], [("", "ab")]],
            [[], [("", "ab d"), ("bold", "x")]],
            Growth(1, 2, [("", " d"), ("bold", "x")], []),
        ),
        ([[("", "ab")]], [[("", "ax")]], None),
        ([[("", "ab")]], [[("bold", "abc")]], None),
        ([[("", "**ab")]], [[("bold", "ab")]], None),
        ([[("", "ab")]], [[("", "ab")], [("", "c")]], Growth(0, 2, [("", "")], [[("", "c")]])),
        ([[("", "x")], [("", "ab")]], [[("", "y")], [("", "abc")]], None),
        ([[("", "ab")]], [[("", "ab日")]], None),
        ([], [[("", "a")]], None),
    ],
)
def test_growth(before: list[Line], after: list[Line], told: Growth | None) -> None:
    assert growth(before, after) == told
