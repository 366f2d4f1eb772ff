"""What becomes of a question, what is tallied, and what is told."""

import pytest

from picode.messages import Text, ToolResult
from picode.protocol import events as e
from picode.protocol.values import Approval, Entry, Status
from picode.server.away import MOST, Policy, Tally, answer_for, digest


@pytest.mark.parametrize(
    ("policy", "present", "answer"),
    [
        ("hold", True, None), ("hold", False, None), ("deny", True, None), ("deny", False, "deny"),
        ("allow", True, None), ("allow", False, "allow"),
    ],
)  # fmt: skip
def test_only_who_is_away_is_answered_for(policy: Policy, present: bool, answer: str | None) -> None:
    assert answer_for(policy, present) == answer


def result(call_id: str, tool: str, is_error: bool = False) -> e.EntryAdded:
    message = ToolResult(
        tool_call_id=call_id, tool_name=tool, content=[Text(text="done")], is_error=is_error, timestamp=0
    )
    return e.EntryAdded(Entry("e", message))


def test_commands_files_turns_and_cost_are_counted() -> None:
    tally = Tally(since=1000, cost_before=0.25, away=True)
    for event in (
        e.TurnStarted(),
        e.ToolStarted("1", "bash", "make  test\nmore"), result("1", "bash"),
        e.ToolStarted("2", "edit", "edit src/app.py"), result("2", "edit"),
        e.ToolStarted("3", "edit", "edit src/app.py"), result("3", "edit"),
        e.ToolStarted("4", "write", "write no.py"), result("4", "write", is_error=True),
        e.ToolStarted("5", "read", "read a.py"), result("5", "read"),
        e.TurnEnded("done"), e.TurnEnded("failed"),
    ):  # fmt: skip
        tally.take(event)
    found = digest(tally, Status(cost=0.75), 9000)
    assert found is not None
    assert (found.since, found.until, found.turns, found.failed, found.tools) == (1000, 9000, 2, 1, 5)
    assert found.commands == ["make test more"]
    assert found.files == ["src/app.py"]
    assert found.cost == 0.5


def test_what_waits_is_told_even_when_nothing_else_happened() -> None:
    status = Status(approvals=[Approval("1", "bash", "rm -rf build")])
    found = digest(Tally(1, away=True), status, 2)
    assert found is not None
    assert found.waiting == ["bash: rm -rf build"]


def test_nothing_is_told_when_nothing_happened_or_somebody_was_there() -> None:
    assert digest(Tally(1, away=True), Status(cost=3), 2) is None
    there = Tally(1)
    there.take(e.TurnEnded("done"))
    assert digest(there, Status(), 2) is None


def test_a_long_absence_is_told_in_short() -> None:
    tally = Tally(1, away=True)
    for number in range(1000):
        tally.take(e.ToolStarted(str(number), "bash", f"echo {number} {'x' * 1000}"))
        tally.take(result(str(number), "bash"))
        tally.answered("deny", f"bash: {number}")
    found = digest(tally, Status(), 2)
    assert found is not None
    assert found.tools == 1000
    assert (len(found.commands), len(found.denied)) == (MOST, MOST)
    assert found.denied[-1] == "bash: 999"
    assert max(map(len, found.commands)) <= 200
    assert not tally.titles
