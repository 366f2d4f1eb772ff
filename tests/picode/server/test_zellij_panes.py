"""Where a new pane goes."""

from typing import Any

from picode.server.zellij_panes import spot, words


def pane(id_: int, rows: int, columns: int, **more: Any) -> dict[str, Any]:
    return {"id": id_, "pane_rows": rows, "pane_columns": columns, "tab_id": 0, **more}


WORKSPACE = [
    pane(2, 43, 31, is_plugin=True),
    pane(0, 26, 109, terminal_command="/usr/bin/picode chat"),
    pane(1, 17, 109, is_focused=True),
    pane(5, 90, 200, tab_id=1, is_focused=True),
]


def test_a_split_is_made_from_the_terminal_and_not_from_the_assistant_or_another_tab() -> None:
    assert spot(WORKSPACE, "0") == ("1", "1")


def test_the_assistant_is_found_by_its_command_where_it_has_not_said_its_pane() -> None:
    assert spot(WORKSPACE, "") == ("1", "1")


def test_where_the_assistant_is_alone_it_is_split() -> None:
    assert spot([pane(0, 26, 109, is_focused=True)], "0") == ("0", "0")


def test_a_floating_pane_is_nothing_to_be_split() -> None:
    assert spot([*WORKSPACE[:2], pane(7, 50, 50, is_floating=True, is_focused=True)], "0") == ("0", "7")


def test_a_list_that_came_back_empty_leaves_the_place_to_zellij() -> None:
    assert spot([], "0") == ("", "")


def test_the_words_for_zellij() -> None:
    assert words("tab", "web", "/p")[0] == "new-tab"
    assert "--pinned" in words("floating", "web", "/p")
    assert words("split", "web", "/p")[:3] == ["new-pane", "--direction", "down"]
