"""What a few letters find, and in which order."""

import pytest

from picode.context.fuzzy import MOST, Finder

PATHS = [
    "docs/explorer.md",
    "src/Explorer.py",
    "src/core/explore_all.rs",
    "tests/test_explorer.py",
    "exp/readme",
    "a b.txt",
]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("explorer", ["src/Explorer.py", "docs/explorer.md", "tests/test_explorer.py"]),
        ("EXPLORE_", ["src/core/explore_all.rs"]),
        (
            "exp",
            [
                "src/Explorer.py",
                "docs/explorer.md",
                "src/core/explore_all.rs",
                "tests/test_explorer.py",
                "exp/readme",
            ],
        ),
        ("src/", ["src/Explorer.py", "src/core/explore_all.rs"]),
        ("tpy", ["tests/test_explorer.py"]),
        ("core rs", ["src/core/explore_all.rs"]),
        ("a b", ["a b.txt"]),
        ("zz", []),
        ("[", []),
        ("^", []),
        ("\\", []),
    ],
)
def test_the_best_come_first(query: str, found: list[str]) -> None:
    hits = [PATHS[at] for at in Finder(PATHS).find(query)]
    assert hits[: len(found)] == found
    assert bool(hits) == bool(found)


def test_no_more_are_found_than_anybody_scrolls_through() -> None:
    assert len(Finder(f"f{number}" for number in range(5000)).find("f")) == MOST


def test_letters_that_mean_something_in_patterns_mean_themselves() -> None:
    odd = ["a[1].py", "b^.x", "c\\d", "e-f", "g]h", "new\nline"]
    for name in odd:
        assert [odd[at] for at in Finder(odd).find(name)] == [name]
        assert [odd[at] for at in Finder(odd).find(" ".join(name))] == [name]
