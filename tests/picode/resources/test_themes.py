import json
from pathlib import Path
from typing import Any

import pytest

from picode.errors import BadData, Missing
from picode.resources.origin import Origin, Place
from picode.resources.themes import BUILT_IN, TOKENS, built_in, find, load, names, parse

WHOLE: dict[str, Any] = {
    "name": "night",
    "vars": {"blue": "#0000ff", "again": "blue"},
    "colors": dict.fromkeys(TOKENS, "blue"),
}


def changed(**colours: Any) -> str:
    return json.dumps(WHOLE | {"colors": WHOLE["colors"] | colours})


def place(path: Path) -> list[Place]:
    return [Place(path, Origin("user", "auto", path))]


def test_there_are_pi_s_51_tokens_and_the_built_in_themes_have_all_of_them() -> None:
    assert (len(TOKENS), len(set(TOKENS))) == (51, 51)
    for name in ("dark", "light"):
        assert set(built_in(name).colours) == set(TOKENS)
    assert built_in("terminal").colours == {}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("#AbCdEf", "#abcdef"), (0, 0), (255, 255), ("", ""), ("blue", "#0000ff"), ("again", "#0000ff"),
    ],
)  # fmt: skip
def test_a_colour_is_hex_a_number_a_var_or_nothing(value: Any, found: Any) -> None:
    assert parse(changed(accent=value), "x").colours["accent"] == found


def test_tokens_of_later_versions_and_other_keys_are_passed_over() -> None:
    theme = parse(
        json.dumps(json.loads(changed(thinkingMax="#ffffff")) | {"$schema": "x", "export": {}}), "x"
    )
    assert set(theme.colours) == set(TOKENS)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "The theme x is no JSON"),
        ("[]", "has no colors"),
        ("[" * 100_000, "is no JSON"),
        (json.dumps(WHOLE | {"name": 3}), "has no name"),
        (json.dumps(WHOLE | {"vars": []}), "its vars are no object"),
        (json.dumps(WHOLE | {"colors": {}}), "lacks accent, border, borderAccent and 48 more."),
        (changed(accent="green"), "gives accent 'green', neither a colour nor one of its vars"),
        (changed(accent="#12345"), "gives accent '#12345'"),
        (changed(accent=256), "gives accent no colour: 256"),
        (changed(accent=True), "gives accent no colour"),
        (changed(accent=None), "gives accent no colour"),
        (changed(accent=["#000000"]), "gives accent no colour"),
        (json.dumps(WHOLE | {"vars": {"blue": "again", "again": "blue"}}), "gives accent no colour"),
    ],
)
def test_what_is_wrong_is_told_in_one_sentence(text: str, told: str) -> None:
    with pytest.raises(BadData, match=r"^The theme x ") as failure:
        parse(text, "x")
    assert told in failure.value.message
    assert "\n" not in failure.value.message


def test_a_theme_is_found_by_its_name_by_its_file_s_and_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(changed())
    for wanted in ("night", "mine", str(tmp_path / "mine.json"), "./mine.json"):
        theme = find(wanted, place(tmp_path), tmp_path)
        assert (theme.name, theme.file) == ("night", tmp_path / "mine.json")
    assert names(place(tmp_path)) == [*BUILT_IN, "night"]


def test_a_theme_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(Missing, match=r"There is no theme named 'day'. There are terminal, dark, light."):
        find("day", place(tmp_path), tmp_path)


def test_a_broken_one_is_told_when_it_is_wanted_and_only_then(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "mine.json").write_text(changed())
    assert find("night", place(tmp_path), tmp_path).name == "night"
    with pytest.raises(BadData, match="is no JSON"):
        find("broken", place(tmp_path), tmp_path)


def test_a_theme_of_pi_itself_can_be_read(tmp_path: Path) -> None:
    """As it writes them: numbers, vars, empty values and a schema."""
    (tmp_path / "a.json").write_text(json.dumps({
        "$schema": "https://example.org/theme-schema.json", "name": "pi-like", "vars": {"gray": 242},
        "colors": dict.fromkeys(TOKENS, "gray") | {"text": "", "accent": "#d787af"},
        "export": {"pageBg": "#18181e"},
    }))  # fmt: skip
    colours = load(tmp_path / "a.json").colours
    assert (colours["text"], colours["dim"], colours["accent"]) == ("", 242, "#d787af")
