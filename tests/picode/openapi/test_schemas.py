"""Schemas of both versions as plain JSON Schemas."""

import json
from pathlib import Path

import pytest

from picode.errors import BadData
from picode.openapi.schemas import LARGEST, brief, plain, properties
from support.documents import DOCUMENTS, node, schema, top


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{type: string, nullable: true}", {"type": ["string", "null"]}),
        ("{type: string, nullable: true, enum: [a]}", {"type": ["string", "null"], "enum": ["a", None]}),
        ("{type: integer, minimum: 1, exclusiveMinimum: true}", {"type": "integer", "exclusiveMinimum": 1}),
        ("{type: integer, minimum: 1, exclusiveMinimum: false}", {"type": "integer", "minimum": 1}),
        ("{type: number, exclusiveMaximum: 5}", {"type": "number", "exclusiveMaximum": 5}),
        ("{type: [string, 'null'], xml: {}, example: 1, x-a: 2}", {"type": ["string", "null"]}),
        ("{properties: {a: {}}}", {"type": "object", "properties": {"a": {}}}),
        ("{items: {type: string}}", {"type": "array", "items": {"type": "string"}}),
        ("{oneOf: [{type: string}, {type: integer}]}", {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        ("{type: string, required: true}", {"type": "string"}),
        ("true", {}), ("{}", {}), ("false", {"not": {}}),
        ("{type: object, additionalProperties: {type: string}}",
         {"type": "object", "additionalProperties": {"type": "string"}}),
        ("{allOf: [{type: object, required: [a], properties: {a: {type: string}}}, {properties: {b: {const: 1}}}]}",
         {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "b": {"const": 1}}}),
    ],
)  # fmt: skip
def test_what_3_0_and_3_1_say_becomes_one_form(home: Path, written: str, meant: object) -> None:
    assert plain(schema(home, written)) == meant


def test_what_only_one_side_writes_is_left_out_for_the_other(home: Path) -> None:
    place = schema(
        home, "{type: object, required: [id, p], properties: {id: {readOnly: true}, p: {writeOnly: true}}}"
    )
    assert plain(place, "request") == {"type": "object", "required": ["p"], "properties": {"p": {}}}
    assert plain(place, "answer") == {"type": "object", "required": ["id"], "properties": {"id": {}}}


def test_a_loop_ends_with_a_word(home: Path) -> None:
    document = node(
        home,
        """
        a: {type: object, properties: {next: {$ref: "#/a"}, many: {type: array, items: {$ref: "#/b"}}}}
        b: {type: object, properties: {back: {$ref: "#/a"}}}
        use: {$ref: "#/a"}
        """,
    )
    again = {"description": "Again a, as above."}
    inner = {"type": "object", "properties": {"back": again}}
    assert plain(document.child("use")) == {
        "type": "object",
        "properties": {"next": again, "many": {"type": "array", "items": inner}},
    }


def test_a_schema_that_grows_without_end_is_told_less_deeply(home: Path) -> None:
    """Ten levels of three: 59,049 leaves."""
    levels = []
    for level in range(10):
        below = ", ".join(f"p{one}: {{$ref: '#/l{level + 1}'}}" for one in range(3))
        levels.append(f"l{level}: {{type: object, properties: {{{below}}}}}")
    document = node(home, "\n".join([*levels, "l10: {type: string, description: " + "long " * 50 + "}"]))
    found = plain(document.child("l0"))
    assert len(json.dumps(found)) <= LARGEST
    assert set(found["properties"]) == {"p0", "p1", "p2"}


def test_a_few_lines_that_mean_millions_of_parts_cost_nothing(home: Path) -> None:
    """Thirty levels, each of them twice the next one: a schema made for harm."""
    lines = [f"l{n}: {{allOf: [{{$ref: '#/l{n + 1}'}}, {{$ref: '#/l{n + 1}'}}]}}" for n in range(30)]
    document = node(home, "\n".join([*lines, "l30: {type: string}"]))
    assert plain(document.child("l0")) == {}
    assert properties(document.child("l0")) == {}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{type: object, properties: [a]}", "/schema/properties is a list; expected a mapping of properties"),
        ("{allOf: {}}", "/schema/allOf is a mapping; expected a list of schemas"),
        ("{enum: a}", "/schema/enum is 'a'; expected a list"),
        ("{type: {}}", "/schema/type is a mapping; expected a type's name"),
        ("7", "/schema is 7; expected a schema, which is a mapping or a boolean"),
    ],
)
def test_what_is_no_schema_is_told_with_its_place(home: Path, written: str, told: str) -> None:
    with pytest.raises(BadData) as error:
        plain(schema(home, written))
    assert told in error.value.message


def test_properties_are_found_through_references_and_alternatives() -> None:
    document = top(DOCUMENTS / "chat_tools.yaml")
    found = properties(document.at("components", "schemas", "ChatRequest"))
    assert {"messages", "temperature", "stream", "functions"} <= set(found)


def test_a_schema_fits_in_a_line(home: Path) -> None:
    told = (
        "{type: object, properties: {id: {type: integer}, tags: {items: {type: string}}, s: {enum: [a, 1]}}}"
    )
    assert brief(plain(schema(home, told))) == '{id: integer, tags: [string], s: "a" | 1}'
