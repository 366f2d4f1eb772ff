"""The table of `picode models`."""

from picode.cli.models import size, table
from picode.protocol.values import ModelInfo


def test_what_can_be_used_comes_first_and_the_default_has_a_star() -> None:
    shown = table(
        [
            ModelInfo("anthropic/claude-opus-5", False, "no key", 1_000_000),
            ModelInfo("demo/demo", True, "built in", 200_000, default=True),
        ]
    )
    assert [line.split() for line in shown] == [
        ["MODEL", "USABLE", "CONTEXT", "WHY"],
        ["*", "demo/demo", "yes", "200k", "built", "in"],
        ["anthropic/claude-opus-5", "no", "1M", "no", "key"],
    ]
    assert len({line.index(word) for line, word in zip(shown, ("WHY", "built", "no key"), strict=True)}) == 1


def test_sizes_are_short() -> None:
    assert [size(n) for n in (0, 8192, 128_000, 1_047_576)] == ["", "8k", "128k", "1.05M"]
