"""Each tool says what real pi says, on what was recorded from it; where it does not, pi is wrong, and docs/tools.md
says so. `python -m support.record_pi_tools VERSION` records anew."""

import json
from pathlib import Path
from typing import Any

import pytest

from support.pi_replay import as_pi, ours
from support.pi_tools_page import page
from support.tools import need

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("pi_cases.json").read_text())
PAGE = Path(__file__).parents[3] / "docs" / "tools.md"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['tool']}: {case['name']}")
async def test_a_tool_says_what_pi_says(home: Path, case: dict[str, Any]) -> None:
    if case["tool"] == "grep":
        need("rg")  # its own words for a pattern that is none
    outcome = await ours(home, case)
    if case["follow"] == "picode":
        assert outcome | {"details": {}} == case["ours"] | {"details": {}}
        assert all(as_pi(outcome, pi) != pi for pi in case["pi"].values()), "pi is right by now: follow it"
        return
    [followed] = [pi for versions, pi in case["pi"].items() if case["follow"] in versions.split()]
    assert as_pi(outcome, followed) == followed


def test_where_versions_differ_or_pi_is_not_followed_it_is_said_why() -> None:
    silent = [
        case["name"]
        for case in CASES
        if not case["why"] and (case["follow"] == "picode" or len(case["pi"]) > 1)
    ]
    assert silent == []


def test_there_are_enough_cases_and_most_of_them_are_as_pi() -> None:
    assert len(CASES) >= 150
    assert sum(case["follow"] != "picode" for case in CASES) >= 150


def test_the_page_is_printed_from_the_cases() -> None:
    assert PAGE.read_text() == page(CASES), "run `make docs`"
