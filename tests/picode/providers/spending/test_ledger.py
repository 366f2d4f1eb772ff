"""The ledger: what was spent is known after a restart, and a limit holds whoever asks at the same time."""

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from picode.errors import DiskFailed
from picode.messages import Cost, Usage
from picode.providers.spending import report
from picode.providers.spending.caps import Caps, SpendLimit
from picode.providers.spending.ledger import Asking, Ledger, Outcome

NOON = 1_800_000_000.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "spending.db"


@pytest.fixture
def ledger(file: Path) -> Iterator[Ledger]:
    made = Ledger(file, now=lambda: NOON)
    yield made
    made.close()


def asking(worst: float = 0.5, turn: str = "t", conversation: str = "c", workspace: str = "/p") -> Asking:
    return Asking(turn, conversation, workspace, "anthropic/claude-sonnet-5-5", 1000, worst)


def usage(cost: float, tokens: int = 1000) -> Usage:
    return Usage(input=tokens, output=10, total_tokens=tokens + 10, cost=Cost(total=cost))


def test_a_request_counts_with_its_worst_case_until_it_is_settled(ledger: Ledger) -> None:
    number = ledger.reserve(asking(0.5), Caps(turn=1))
    assert ledger.spent("t").turn == 0.5
    ledger.settle(number, Outcome(usage(0.1), True, 0.2, 0.9))
    assert ledger.spent("t", "c", "/p").workspace == pytest.approx(0.1)
    ledger.reserve(asking(0.9), Caps(turn=1))
    with pytest.raises(SpendLimit):
        ledger.reserve(asking(0.01), Caps(turn=1))


@pytest.mark.parametrize("span", ["turn", "conversation", "day", "workspace"])
def test_a_limit_holds_in_the_next_life_of_the_daemon(file: Path, span: str) -> None:
    first = Ledger(file, now=lambda: NOON)
    first.settle(first.reserve(asking(0.9), Caps()), Outcome(usage(0.6), True))
    first.reserve(asking(0.3), Caps())  # and the daemon is killed: nobody knows what this one cost
    first.close()
    second = Ledger(file, now=lambda: NOON + 60)
    with pytest.raises(SpendLimit):
        second.reserve(asking(0.2), Caps(**{span: 1.0}))
    second.reserve(asking(0.1), Caps(**{span: 1.0}))
    second.close()


def test_each_span_counts_its_own(ledger: Ledger) -> None:
    ledger.reserve(asking(1, "t1", "c1", "/p"), Caps())
    ledger.reserve(asking(1, "t2", "c1", "/p"), Caps())
    ledger.reserve(asking(1, "t3", "c2", "/p"), Caps())
    ledger.reserve(asking(1, "t4", "c3", "/q"), Caps())
    spent = ledger.spent("t2", "c1", "/p")
    assert (spent.turn, spent.conversation, spent.workspace, spent.day) == (1, 2, 3, 4)


def test_tomorrow_the_day_begins_anew(file: Path) -> None:
    clock = [NOON]
    ledger = Ledger(file, now=lambda: clock[0])
    ledger.reserve(asking(1), Caps(day=1))
    with pytest.raises(SpendLimit):
        ledger.reserve(asking(1), Caps(day=1))
    clock[0] += 86_400
    ledger.reserve(asking(1), Caps(day=1))
    ledger.close()


def test_many_at_once_never_go_over_a_limit(ledger: Ledger) -> None:
    def ask(number: int) -> bool:
        try:
            ledger.reserve(asking(0.1, turn=str(number)), Caps(day=1))
        except SpendLimit:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        sent = sum(pool.map(ask, range(50)))
    assert sent == 10
    assert ledger.spent().day == pytest.approx(1.0)


def test_nobody_else_may_read_it(ledger: Ledger, file: Path) -> None:
    ledger.reserve(asking(), Caps())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"this is no database" * 100, b""])
def test_a_file_that_is_none_of_ours_is_told_and_left_alone(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    ledger = Ledger(file)
    if content:
        with pytest.raises(DiskFailed, match=r"spending\.db, cannot be used"):
            ledger.reserve(asking(), Caps())
        assert file.read_bytes() == content
    else:
        assert ledger.reserve(asking(), Caps()) == 1
    ledger.close()


def test_a_model_s_own_ratio_is_learned_from_what_was_reported(ledger: Ledger) -> None:
    assert ledger.ratio("anthropic/claude-sonnet-5-5") == 1
    for tokens in (1200, 1300, 1400):
        ledger.settle(ledger.reserve(asking(), Caps()), Outcome(usage(0.1, tokens), True))
    assert ledger.ratio("anthropic/claude-sonnet-5-5") == pytest.approx(1.3)
    assert ledger.ratio("openai/gpt-5.4") == 1
    found = report.estimates(ledger)
    assert found.requests == 3
    assert found.median == pytest.approx(1 - 1000 / 1300)


def test_reports_add_up(ledger: Ledger) -> None:
    for conversation, cost in (("c1", 0.1), ("c2", 0.5), ("c1", 0.2)):
        ledger.settle(ledger.reserve(asking(conversation=conversation), Caps()), Outcome(usage(cost), True))
    ledger.reserve(asking(0.3, conversation="c2"), Caps())
    rows = report.rows(ledger, "conversation", 10)
    assert [(row.key, row.requests, row.guessed) for row in rows] == [("c2", 2, 1), ("c1", 2, 0)]
    assert [row.cost for row in rows] == pytest.approx([0.8, 0.3])
    total = report.total(ledger)
    assert (total.requests, total.input) == (4, 3000)
    assert total.cost == pytest.approx(1.1)
    only = report.rows(ledger, "model", 10, ("conversation", "c1"))
    assert [row.requests for row in only] == [2]
    assert only[0].cost == pytest.approx(0.3)
    [request, turn, *_] = report.spans(ledger, "c1", "/p")
    assert [request.cost, turn.cost] == pytest.approx([0.2, 1.1])
