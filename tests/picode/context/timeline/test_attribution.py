"""Which command changed which file."""

import pytest

from picode.context.timeline.attribution import LATE, Attribution, Change, Touched, Window, letter


def noted(*changes: Change, windows: "list[tuple[str, float, float | None]]") -> Attribution:
    made = Attribution()
    for key, began, ended in windows:
        made.begin(key, began)
        if ended is not None:
            made.end(key, ended)
    made.note(changes)
    return made


def files(attribution: Attribution, key: str) -> dict[str, Touched]:
    window = attribution.take(key)
    assert window is not None
    return window.files


def wrote(time: float, path: str = "f", exact: bool = True) -> Change:
    return Change(time, "wrote", path, True, exact)


def test_a_change_belongs_to_the_command_that_ran_then() -> None:
    made = noted(wrote(10.5, "a"), wrote(12.5, "b"), windows=[("one", 10, 11), ("two", 12, None)])
    assert list(files(made, "one")) == ["a"]
    assert list(files(made, "two")) == ["b"]


def test_of_two_at_once_both_get_it_and_know_of_each_other() -> None:
    made = noted(wrote(11), wrote(10.2, "mine"), windows=[("one", 10, None), ("two", 10.5, 12)])
    one, two = made.take("one"), made.take("two")
    assert one is not None
    assert two is not None
    assert {path: touched.shared for path, touched in one.files.items()} == {"f": True, "mine": False}
    assert [touched.shared for touched in two.files.values()] == [True]
    assert (one.beside, two.beside) == (["two"], ["one"])


@pytest.mark.parametrize(
    ("change", "owner"),
    [
        (wrote(9.99), "one"), (wrote(11.01), "one"), (wrote(11.3), ""), (wrote(9.9), ""),
        (Change(11 + LATE - 0.1, "gone", "f", True), "one"), (Change(11 + LATE + 0.1, "gone", "f", True), ""),
    ],
    ids=["a tick early", "a tick late", "after it", "before it", "told late", "told too late"],
)  # fmt: skip
def test_a_file_systems_clock_goes_in_ticks_and_what_went_is_told_late(change: Change, owner: str) -> None:
    made = noted(change, windows=[("one", 10, 11)])
    loose = made.take_loose()
    assert (list(files(made, "one")) == ["f"]) == (owner == "one")
    assert (loose is not None) == (owner == "")


def test_between_two_commands_the_nearer_one_has_it() -> None:
    made = noted(Change(11.4, "gone", "f", True), windows=[("one", 10, 11), ("two", 11.5, None)])
    assert list(files(made, "one")) == ["f"] or list(files(made, "two")) == ["f"]
    after = noted(wrote(10.9), windows=[("one", 10, 11), ("two", 11.005, None)])
    assert list(files(after, "one")) == ["f"]
    assert files(after, "two") == {}


def test_one_that_begins_in_the_same_tick_while_the_other_goes_on_has_it_too() -> None:
    made = noted(wrote(10.499), windows=[("one", 10, None), ("two", 10.5, 10.6)])
    assert files(made, "one")["f"].shared
    assert files(made, "two")["f"].shared


def test_what_changes_while_nothing_runs_is_gathered() -> None:
    made = noted(wrote(5, "a"), wrote(4, "b"), windows=[])
    loose = made.take_loose()
    assert loose is not None
    assert (loose.began, loose.ended, sorted(loose.files)) == (4, 5, ["a", "b"])
    assert made.take_loose() is None


def test_more_than_can_be_kept_is_said() -> None:
    made = noted(Change(10.5, "gone", "", False), windows=[("one", 10, None)])
    window = made.take("one")
    assert window is not None
    assert window.incomplete
    assert window.files == {}


@pytest.mark.parametrize(
    ("kinds", "known", "exists", "told"),
    [
        (["came"], False, True, "A"), (["came", "wrote"], False, True, "A"), (["wrote"], True, True, "M"),
        (["came"], True, True, "M"), (["gone", "came"], True, True, "M"), (["gone"], True, False, "D"),
        (["came", "gone"], False, False, ""), (["gone"], False, False, "D"), (["wrote"], False, True, "M"),
    ],
)  # fmt: skip
def test_what_became_of_a_file(kinds: list[str], known: bool, exists: bool, told: str) -> None:
    changes = [Change(10.5, kind, "f", known) for kind in kinds]
    made = noted(*changes, windows=[("one", 10, None)])
    assert letter(files(made, "one")["f"], exists) == told


def test_windows_are_bounded() -> None:
    made = Attribution()
    for number in range(1000):
        made.begin(str(number), number)
    assert made.take("0") is None
    assert isinstance(made.take("999"), Window)
