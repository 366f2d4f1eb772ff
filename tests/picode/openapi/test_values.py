"""YAML and JSON as OpenAPI means them."""

import json

import pytest

from picode.openapi.values import Unreadable, line_of, parse


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("on", "on"), ("yes", "yes"), ("NO", "NO"), ("true", True), ("False", False), ("~", None), ("", None),
        ("2026-01-31", "2026-01-31"), ("12:30:45", "12:30:45"), ("012", 12), ("0x1F", 31), ("0o17", 15),
        ("1e3", 1000.0),
        ("-1.5", -1.5), ("+7", 7), ("1_000", "1_000"), ("'5'", "5"), ("3.1.0", "3.1.0"), ("=", "="), ("null", None),
    ],
)  # fmt: skip
def test_words_are_what_yaml_1_2_takes_them_for(written: str, meant: object) -> None:
    found = parse(f"value: {written}")["value"]
    assert found == meant
    assert type(found) is type(meant)


def test_keys_are_texts_and_mappings_can_be_merged() -> None:
    assert parse("a: &a {200: x, 1.5: y, true: z}\nb: {<<: *a, 404: n}") == {
        "a": {"200": "x", "1.5": "y", "true": "z"},
        "b": {"200": "x", "1.5": "y", "true": "z", "404": "n"},
    }


def test_no_object_is_made_of_a_tag() -> None:
    with pytest.raises(Unreadable, match="could not determine a constructor"):
        parse("a: !!python/object/apply:os.system [id]")


def test_json_is_read_with_and_without_a_byte_order_mark() -> None:
    assert parse("\ufeff" + json.dumps({"a": [1, "é"]})) == {"a": [1, "é"]}
    assert parse("{a: 1, b: [x]}") == {"a": 1, "b": ["x"]}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a: 1\nb: [1,\n", 3, 1),
        ('{"a": 1,\n "b": }\n', 2, 7),
        ("a: 1\n\tb: 2\n", 2, 1),
        ("a: 1\na b\n", 3, 1),
    ],
)
def test_a_slip_is_told_with_its_line(text: str, line: int, column: int) -> None:
    with pytest.raises(Unreadable) as told:
        parse(text)
    assert (told.value.line, told.value.column) == (line, column)


@pytest.mark.parametrize("text", ['{"a":', "[", "- ", "a: [", "? "])
def test_nesting_without_end_is_refused_and_ends_no_process(text: str) -> None:
    with pytest.raises(Unreadable):
        parse(text * 100_000)


def test_a_place_has_a_line_in_yaml_and_in_json_with_tabs() -> None:
    assert line_of("a:\n  b:\n    - x\n    - y\n", ["a", "b", "1"]) == 4
    assert line_of('{\n\t"a": {\n\t\t"b": [1,\n\t\t\t2]}}', ["a", "b", "1"]) == 4
    # what is not there has the line of what is above
    assert line_of("a:\n  b: 1\n", ["a", "c"]) == 1
