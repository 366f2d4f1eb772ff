"""Names of models as people write them."""

import pytest

from picode.modelnames import named, scoped, with_level

NAMES = [
    "anthropic/claude-haiku-4-5", "anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4-5-20250929",
    "anthropic/claude-sonnet-4-20250514", "openai/gpt-4o", "openai/gpt-4o-mini", "google/gpt-4o", "other/x/y:low",
]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        ("a/b:high", ("a/b", "high")),
        ("a/b:exacto", ("a/b:exacto", "")),
        ("a/b", ("a/b", "")),
        (":low", (":low", "")),
    ],
)
def test_a_level_stands_behind_a_colon(given: str, parts: tuple[str, str]) -> None:
    assert with_level(given) == parts


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
        ("SONNET", "anthropic/claude-sonnet-4-5"),
        ("claude-sonnet-4-2", "anthropic/claude-sonnet-4-20250514"),
        ("gpt-4o-mini", "openai/gpt-4o-mini"),
        ("openai/mini", "openai/gpt-4o-mini"),
        ("x/y:low", "other/x/y:low"),
        ("nothing", ""),
        ("", ""),
    ],
)
def test_a_part_of_a_name_means_the_newest_without_a_date(pattern: str, name: str) -> None:
    assert named(pattern, NAMES) == name


def test_patterns_choose_models_in_their_order_each_once_with_a_level() -> None:
    found, nothing = scoped(["haiku:low", "*sonnet-4-5*:high", "claude-haiku-4-5", "zzz", "y/*", ""], NAMES)
    assert found == [
        ("anthropic/claude-haiku-4-5", "low"),
        ("anthropic/claude-sonnet-4-5", "high"),
        ("anthropic/claude-sonnet-4-5-20250929", "high"),
    ]
    assert nothing == ["zzz", "y/*"]
    assert scoped(["openai/*"], NAMES)[0] == [("openai/gpt-4o", ""), ("openai/gpt-4o-mini", "")]
    assert scoped(["x/y:low"], NAMES)[0] == [("other/x/y:low", "")]
