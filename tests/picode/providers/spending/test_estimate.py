"""Estimates of tokens against what three tokenizers count, and against what a provider reported."""

import json
import statistics
from pathlib import Path
from typing import Any

import pytest

from picode.messages import Assistant, CompactionSummary, Text, ToolSpec, Usage
from picode.providers.spending import estimate
from support.model_calls import request, user

COUNTED: list[dict[str, Any]] = json.loads(Path(__file__).with_name("token_counts.json").read_text())
ORDINARY = [one for one in COUNTED if one["kind"] not in ("german", "chinese", "japanese", "russian")]


def errors(cases: list[dict[str, Any]]) -> list[float]:
    return [estimate.tokens(one["text"]) / count - 1 for one in cases for count in one["tokens"].values()]


@pytest.mark.parametrize("one", ORDINARY, ids=lambda one: one["kind"])
def test_code_logs_and_prose_are_estimated_within_15_percent(one: dict[str, Any]) -> None:
    assert max(map(abs, errors([one]))) <= 0.155


def test_half_of_them_within_6_percent_and_none_beyond_the_margin_of_a_worst_case() -> None:
    found = errors(ORDINARY)
    assert statistics.median(map(abs, found)) <= 0.06
    assert min(found) * estimate.MARGIN > 1 / estimate.MARGIN - 1 - 0.05
    assert min(found) > 1 / estimate.MARGIN - 1


def test_other_alphabets_are_in_the_right_order() -> None:
    for one in COUNTED:
        assert all(abs(error) < 0.45 for error in errors([one])), one["kind"]


def answer(total: int, **fields: Any) -> Assistant:
    made = Assistant(
        [Text("yes")], "a", "anthropic", "claude-sonnet-5-5", Usage(total_tokens=total), "stop", 5
    )
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def test_what_a_model_reported_is_taken_over_and_only_the_rest_estimated() -> None:
    asked = request(user("x" * 10_000), answer(3000), user("and now?"))
    assert 3000 < estimate.prompt(asked) < 3020


def test_a_report_of_another_model_or_of_before_a_summary_counts_for_nothing() -> None:
    other = request(user("a question"), answer(3000, model="gpt-5.4"), user("and now?"))
    assert estimate.prompt(other) < 100
    failed = request(user("a question"), answer(3000, stop_reason="error"), user("and now?"))
    assert estimate.prompt(failed) < 100
    summed = request(CompactionSummary("short", 3000, timestamp=9), answer(3000), user("and now?"))
    assert estimate.prompt(summed) < 100


def test_tools_and_the_system_prompt_count_where_nothing_was_reported() -> None:
    tool = ToolSpec("read", "Read a file.", {"type": "object", "properties": {"path": {"type": "string"}}})
    assert estimate.prompt(request(tools=[tool])) > estimate.prompt(request()) + 20
