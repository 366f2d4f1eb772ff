"""JSON text as JavaScript writes it."""

import json
from typing import Any

import pytest

from picode.sessions.stringify import number, stringify
from support.sessions import PI_LINES


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (-0.0, "0"), (1.0, "1"), (0.1, "0.1"), (7.999e-05, "0.00007999"), (1e-6, "0.000001"),
        (1.5e-7, "1.5e-7"), (1e-7, "1e-7"), (5e-324, "5e-324"), (1e21, "1e+21"), (1.25e22, "1.25e+22"),
        (1.5e20, "150000000000000000000"), (7.56878806502021e16, "75687880650202100"), (-2.5, "-2.5"),
        (0.00007999999999999999, "0.00007999999999999999"), (float("nan"), "null"), (float("inf"), "null"),
    ],
)  # fmt: skip
def test_a_number_is_written_as_javascript_prints_it(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "{}"), ([], "[]"), ({"a": [1, True, None, False]}, '{"a":[1,true,null,false]}'),
        ("é\u2028\x7f/", '"é\u2028\x7f/"'), ('\x00\x1b\n\t"\\', '"\\u0000\\u001b\\n\\t\\"\\\\"'),
        ({"b": 1, "a": {"c": "d"}}, '{"b":1,"a":{"c":"d"}}'), (12345678901234567890123, "12345678901234567890123"),
    ],
)  # fmt: skip
def test_there_are_no_spaces_and_only_what_must_be_is_escaped(value: Any, text: str) -> None:
    assert stringify(value) == text.encode()


def test_a_lone_surrogate_is_escaped_and_a_pair_is_raw() -> None:
    assert stringify("a\ud800b") == b'"a\\ud800b"'
    assert stringify("\ud83d\ude00") == '"😀"'.encode()


def test_what_is_nested_too_deeply_for_us_is_written_all_the_same() -> None:
    deep: Any = "x"
    for _ in range(900):
        deep = [deep]
    assert json.loads(stringify(deep)) == deep


@pytest.mark.parametrize("line", PI_LINES.read_bytes().splitlines())
def test_a_line_that_pi_wrote_comes_out_byte_for_byte(line: bytes) -> None:
    assert stringify(json.loads(line)) == line
