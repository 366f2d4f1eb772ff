"""The table of what was spent, and its bars."""

from picode.pane.commands import run_command
from picode.pane.spending import bar, lines
from picode.pane.state import Replied, State, Tell
from picode.pane.update import update
from picode.protocol.replies import Spending
from picode.protocol.requests import GetSpending
from picode.protocol.spending import EstimateError, SpendRow, SpendSpan

DAYS = Spending(
    0, "day",
    [SpendRow("2026-11-20", 12, 1.2, 1_200_000, 14_000, 900_000), SpendRow("2026-11-21", 3, 0.03, 950, 80, guessed=1)],
    [SpendSpan("turn", 0.03, 0.5), SpendSpan("day", 0.03)],
    SpendRow("", 15, 1.23, 1_200_950, 14_080, 900_000, guessed=1),
    EstimateError(15, 0.04, 0.11),
)  # fmt: skip


def test_sums_a_table_and_bars() -> None:
    assert lines(DAYS, 90) == [
        "last turn        $0.0300 of $0.50  █▎                    6%",
        "today            $0.0300",
        "",
        "DAY         REQUESTS  INPUT  CACHED  OUTPUT     COST",
        "2026-11-20        12   1.2M  900.0k   14.0k  $1.2000  ██████████████████████████████",
        "2026-11-21         3    950       0      80  $0.0300  ▊",
        "                  15   1.2M  900.0k   14.1k  $1.2300",
        "1 request was cut or not reported in full; what could be estimated of them is counted.",
        "Estimates of prompts: half within 4%, nine of ten within 11% (15 requests).",
    ]


def test_a_narrow_terminal_has_no_room_for_bars() -> None:
    assert not any("█" in line for line in lines(DAYS, 40)[3:])


def test_names_are_harmless_and_long_ones_cut() -> None:
    row = SpendRow("c0ffee00-1", 1, 0.1, name="evil \x1b[31m name " + "x" * 80)
    told = "\n".join(lines(Spending(0, "conversation", [row]), 80))
    assert "\x1b" not in told
    assert "c0ffee00 evil" in told
    assert max(map(len, told.split("\n"))) <= 100
    path = SpendRow("/home/ada/" + "d" * 60 + "/project", 1, 0.1)
    assert "d/project  " in "\n".join(lines(Spending(0, "workspace", [path]), 80))


def test_nothing_was_spent_yet() -> None:
    assert lines(Spending(0, "day")) == ["Nothing was asked of a model yet."]


def test_a_bar_shows_that_something_is_not_nothing() -> None:
    assert (bar(0.0001, 1, 10), bar(0, 1, 10), bar(1, 1, 3)) == ("▏", "", "███")


def test_the_command_asks_for_this_conversation_or_for_all_and_shows_the_answer() -> None:
    state = State(conversation="c1", width=90)
    _, effects = run_command(state, "/cost")
    assert effects == [Tell(GetSpending(0, "model", "c1", only=True))]
    _, effects = run_command(state, "/cost day")
    assert effects == [Tell(GetSpending(0, "day", "c1"))]
    _, effects = run_command(state, "/cost nonsense")
    assert "/cost day, model, conversation, workspace" in str(effects)
    _, effects = update(state, Replied(GetSpending(0, "day", "c1"), DAYS))
    assert "2026-11-20        12" in str(effects)
    assert "today            $0.0300" in str(effects)
