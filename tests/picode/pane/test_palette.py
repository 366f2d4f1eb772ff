import re
from pathlib import Path

import pytest
from prompt_toolkit.styles import Attrs, Style

from picode.pane import lines
from picode.pane.lines import to_ansi
from picode.pane.palette import STANDS_FOR, TERMINAL, nearest, palette
from picode.resources.themes import TOKENS, Theme, built_in


@pytest.fixture(autouse=True)
def put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LOOK", lines.LOOK)


def theme(**colours: str | int) -> Theme:
    return Theme("t", {token: colours.get(token, "") for token in TOKENS})


@pytest.mark.parametrize("name", ["terminal", "dark", "light"])
@pytest.mark.parametrize("true_colour", [True, False])
def test_every_token_has_a_look_that_prompt_toolkit_understands(name: str, true_colour: bool) -> None:
    look = palette(built_in(name), true_colour)
    for token in TOKENS:
        Style.from_dict({"x": look.native[token]}).get_attrs_for_style_str("class:x")


@pytest.mark.parametrize("word", sorted({*TOKENS, "ansicyan", "ansired", "dim", "bold"}))
def test_the_scrollback_and_the_live_area_look_the_same(word: str) -> None:
    look = palette(built_in("dark"), True)
    attrs = Style([]).get_attrs_for_style_str(look.native[word], Attrs("", "", *[False] * 8))
    colours = [(38, attrs.color), (48, attrs.bgcolor)]
    codes = [
        f"{ground};2;{';'.join(str(int(c[at : at + 2], 16)) for at in (0, 2, 4))}"
        for ground, c in colours
        if c
    ]
    assert all(code in look.sgr[word] for code in codes)
    assert bool(attrs.bold) == bool(
        re.search(r"(^|;)1(;|$)", re.sub(r"[34]8;2(;\d+){3}", "", look.sgr.get(word, "")))
    )


def test_the_terminal_s_own_colours_are_what_they_always_were() -> None:
    styled = [
        ("ansicyan", "a"),
        ("bold ansigreen", "b"),
        ("dim", "c"),
        ("", "d"),
        ("mdCode", "e"),
        ("toolDiffRemoved", "f"),
    ]
    assert to_ansi([styled]) == (
        "\x1b[36ma\x1b[0m\x1b[1;32mb\x1b[0m\x1b[2mc\x1b[0md\x1b[36me\x1b[0m\x1b[31mf\x1b[0m\n"
    )


def test_a_theme_s_colours_reach_the_words_that_stand_for_them() -> None:
    lines.use(
        palette(theme(accent="#010203", success=2, dim=242, text="#fefefe", userMessageBg="#0a0b0c"), True)
    )
    styled = [("ansicyan", "a"), ("bold ansigreen", "b"), ("dim", "c"), ("", "d"), ("userMessageBg", "e")]
    base = "38;2;254;254;254"
    assert to_ansi([styled]) == (
        f"\x1b[{base};38;2;1;2;3ma\x1b[0m\x1b[{base};1;32mb\x1b[0m\x1b[{base};38;5;242mc\x1b[0m"
        f"\x1b[{base}md\x1b[0m\x1b[{base};48;2;10;11;12me\x1b[0m\n"
    )
    assert lines.native("bold ansicyan") == "bold #010203"


def test_a_terminal_of_256_colours_gets_the_nearest() -> None:
    assert [nearest(colour) for colour in ("#000000", "#ffffff", "#ff0000", "#808080", "#5f87af")] == [
        16,
        231,
        196,
        244,
        67,
    ]
    assert palette(theme(accent="#5f87b0"), False).sgr["accent"] == "38;5;67"


def test_without_a_colour_of_its_own_what_is_chosen_is_reversed() -> None:
    assert palette(theme(), True).native["selectedBg"] == "reverse"


def test_the_terminal_s_palette_names_only_tokens() -> None:
    assert set(TERMINAL) <= set(TOKENS)


def test_every_token_that_the_pane_draws_with_is_one_of_the_theme_s() -> None:
    """Words in the styles of the pane's sources: a misspelt token would have no look."""
    sources = Path(lines.__file__).parent.glob("*.py")
    styles = [style for file in sources for style in re.findall(r'\(f?"([a-zA-Z ]+)", ', file.read_text())]
    kinds = "tool|md|syntax|thinking|user|custom|bash|border|selected"
    camel = {word for style in styles for word in style.split() if re.fullmatch(rf"({kinds})[A-Z]\w+", word)}
    assert camel <= set(TOKENS)
    assert {"toolDiffAdded", "mdHr", "toolTitle"} & camel


NOT_DRAWN = {"borderAccent"}
"""The pane has no frames that could be highlighted."""


def test_every_token_of_a_theme_is_drawn_with_somewhere() -> None:
    """Under its own name, by a word that stands for it, or for one of the levels of thinking."""
    sources = [
        file.read_text() for file in Path(lines.__file__).parent.glob("*.py") if file.stem != "palette"
    ]
    drawn = {word for source in sources for word in re.findall(r"[a-zA-Z]+", source)}
    standing = {token for word, token in STANDS_FOR.items() if word in drawn}
    levels = {token for token in TOKENS if re.fullmatch("thinking(Off|Minimal|Low|Medium|High|Xhigh)", token)}
    assert set(TOKENS) - drawn - standing - levels == NOT_DRAWN


@pytest.mark.parametrize("level", ["off", "minimal", "low", "medium", "high", "xhigh"])
def test_how_hard_a_model_thinks_has_a_colour(level: str) -> None:
    assert f"thinking{level.capitalize()}" in TOKENS
