from pathlib import Path
from typing import Any

import pytest

from picode.errors import BadData, Missing, UsageError
from picode.paths import assets, layout_named, layout_names
from picode.server.layouts import arrangement, fits, read_layout, spent, with_focus_on_assistant


def test_a_layouts_name_may_be_short_and_one_that_is_none_is_told_with_those_that_are() -> None:
    assert layout_named("wide") == layout_named("picode-wide") == "picode-wide"
    assert layout_named("picode") == "picode"
    with pytest.raises(UsageError, match="sideways") as told:
        layout_named("sideways")
    assert "picode-narrow" in told.value.hint


def test_the_file_of_the_sessions_own_configuration_is_read(home: Path) -> None:
    layouts = home / "elsewhere" / "layouts"
    layouts.mkdir(parents=True)
    (layouts / "picode.kdl").write_text("layout { }")
    env = {"ZELLIJ_CONFIG_DIR": str(home / "elsewhere"), "HOME": str(home)}
    assert read_layout("picode", env) == "layout { }"
    with pytest.raises(Missing, match="picode-wide.kdl is not there"):
        read_layout("picode-wide", env)
    (layouts / "picode-wide.kdl").write_bytes(b"\xff\xfe")
    with pytest.raises(BadData, match="cannot be read"):
        read_layout("picode-wide", env)


@pytest.mark.parametrize("name", layout_names())
def test_the_focus_goes_to_the_assistant_in_each_of_our_layouts(name: str) -> None:
    text = (assets() / "layouts" / f"{name}.kdl").read_text()
    moved = with_focus_on_assistant(text)
    assert moved.count("focus=true") == text.count('name="assistant"') == 1
    assert 'name="assistant" focus=true' in moved


def test_a_layout_without_an_assistant_stays_as_it_is() -> None:
    assert with_focus_on_assistant("layout { pane focus=true; }") == "layout { pane focus=true; }"


def test_only_the_diff_panes_of_the_same_tab_are_closed_and_not_for_the_review() -> None:
    panes: list[dict[str, Any]] = [
        {"id": 1, "tab_id": 0, "is_plugin": False, "terminal_command": "/bin/picode chat"},
        {"id": 2, "tab_id": 0, "is_plugin": False, "terminal_command": "/bin/picode diff --follow"},
        {"id": 3, "tab_id": 1, "is_plugin": False, "terminal_command": "/bin/picode diff --follow"},
        {"id": 1, "tab_id": 1, "is_plugin": True},
    ]
    assert spent(panes, "1", "picode") == [2]
    assert spent(panes, "1", "picode-review") == []
    assert spent(panes, "", "picode") == []


@pytest.mark.parametrize(
    ("text", "titles", "expected"),
    [
        ('pane name="explorer"', ["explorer", "assistant"], True),
        ('pane name="explorer"', ["assistant"], False),
        ('pane name="diff"', ["diff  [ EXIT CODE: 0 ]"], True),
        ('pane name="assistant"', ["assistant", "explorer"], False),
    ],
)
def test_a_layout_that_was_not_taken_is_seen_by_what_is_missing(
    text: str, titles: list[str], expected: bool
) -> None:
    assert fits(text, [{"title": title} for title in titles]) is expected


def test_a_pane_that_moved_is_another_arrangement() -> None:
    pane = {"id": 1, "is_plugin": False, "pane_x": 0}
    assert arrangement([pane]) == arrangement([dict(pane, title="other")])
    assert arrangement([pane]) != arrangement([dict(pane, pane_x=1)])
