"""Lists to choose from: what fits, where one is, and how they look at any width."""

from dataclasses import replace

import pytest

from picode.pane.fuzzy import fitting
from picode.pane.lines import Line, line_width, plain
from picode.pane.picker import Choice, Picker, filtered, moved, picker, with_choices, with_found
from picode.pane.picker_view import picker_lines

NAMES = ("alpha one", "beta two", "gamma three", "delta four", "ALPHABET")


def made(count: int = 0) -> Picker:
    names = [f"row {number}" for number in range(count)] if count else NAMES
    return picker("model", "Which?", [Choice(name, name, note="note") for name in names])


def fits(one: Picker) -> list[str]:
    return [one.choices[place].value for place in one.fits]


def drawn(one: Picker, rows: int, width: int) -> list[str]:
    return [plain(line) for line in picker_lines(one, "keys", rows, width)]


def test_letters_in_their_order_fit_and_the_beginning_of_a_word_comes_first() -> None:
    assert fitting("alp", NAMES) == [0, 4]
    assert fitting("gth", NAMES) == [2]
    assert fitting("two beta", NAMES) == [1]
    assert fitting("t", ("xtx", "a tree", "tea")) == [1, 2, 0]
    assert fitting("", NAMES) == [0, 1, 2, 3, 4]
    assert fitting("zzz", NAMES) == []


def test_the_letters_of_a_word_need_not_be_neighbours() -> None:
    assert fitting("aeet", ("alphabeet", "beta")) == [0]
    assert fitting("(.*", ("a(b.c*", "abc")) == [0]


def test_what_is_typed_narrows_and_the_best_is_the_current_one() -> None:
    one = filtered(made(), "alpha")
    assert fits(one) == ["alpha one", "ALPHABET"]
    assert one.current is not None
    assert one.current.value == "alpha one"
    assert filtered(one, "nothing").current is None


def test_taking_the_filter_away_stays_at_the_current_one() -> None:
    one = filtered(filtered(made(), "delta"), "")
    assert one.current is not None
    assert one.current.value == "delta four"
    assert len(one.fits) == 5


def test_arrows_go_round_and_pages_stop_at_the_ends() -> None:
    one = made(30)
    assert moved(one, "tui.select.up", 10).at == 29
    assert moved(moved(one, "tui.select.last", 10), "tui.select.down", 10).at == 0
    assert moved(one, "tui.select.pageDown", 10).at == 10
    assert moved(moved(one, "tui.select.pageDown", 25), "tui.select.pageDown", 25).at == 29
    assert moved(one, "tui.select.pageUp", 10).at == 0
    assert moved(filtered(one, "no such"), "tui.select.down", 10).at == 0


def test_what_a_search_found_stands_last_until_something_else_is_typed() -> None:
    one = with_found(filtered(made(), "alpha"), [Choice("found", "found"), Choice("alpha one", "again")])
    assert fits(one) == ["alpha one", "ALPHABET", "found"]
    assert fits(filtered(one, "")) == list(NAMES)
    assert fits(with_found(one, [])) == ["alpha one", "ALPHABET"]


def test_other_choices_keep_the_filter_and_the_current_one() -> None:
    one = moved(filtered(made(), "a"), "tui.select.last", 5)
    assert one.current is not None
    kept = with_choices(one, one.choices[1:])
    assert kept.current is not None
    assert kept.current.value == one.current.value


def test_a_slash_is_no_filter() -> None:
    one = filtered(made(), "/")
    assert one.current is None
    assert "a command" in drawn(one, 10, 60)[1]


@pytest.mark.parametrize("width", [4, 10, 40, 79, 99, 100, 120, 200])
@pytest.mark.parametrize("rows", [1, 2, 3, 6, 10, 24, 50])
def test_a_list_fits_into_any_size_and_shows_the_current_row(width: int, rows: int) -> None:
    one = replace(
        made(50), kind="tree", peeked={"row 25": tuple[Line, ...]([("", "word " * 60)] for _ in range(30))}
    )
    one = replace(one, at=25)
    lines = picker_lines(one, "keys " * 40, rows, width)
    assert len(lines) <= rows
    assert max(map(line_width, lines)) <= width
    if rows >= 3 and width >= 20:
        assert any(plain(line).startswith("❯ row 25") for line in lines)


def test_the_preview_stands_beside_a_wide_list_and_below_a_narrow_one() -> None:
    preview: tuple[Line, ...] = ([("", "the preview")],)
    one = replace(made(), kind="tree", peeked={"alpha one": preview})
    wide = drawn(one, 20, 120)
    assert any("alpha one" in line and "│ the preview" in line for line in wide)
    narrow = drawn(one, 20, 60)
    assert " the preview" in narrow
    assert narrow.index(" the preview") > next(at for at, line in enumerate(narrow) if "ALPHABET" in line)


def test_a_list_with_previews_stands_still_while_they_come() -> None:
    empty = replace(made(), kind="tree")
    came = replace(empty, peeked={"alpha one": ([("", "one")],)})
    assert len(drawn(empty, 20, 60)) == len(drawn(came, 20, 60))
