"""Operations of a document: names, arguments, answers."""

import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from picode.errors import BadData
from picode.openapi.operations import Whole, chosen, heads, whole
from support.documents import DOCUMENTS, node, top


def of(file: str) -> dict[str, Whole]:
    return {one.name: whole(one) for one in heads(top(DOCUMENTS / file))}


def test_a_name_is_the_operation_s_id_or_made_of_method_and_path_and_there_once(home: Path) -> None:
    document = node(
        home,
        """
        openapi: 3.0.0
        paths:
          /a/{b}: {get: {}, post: {operationId: "issues/list all"}}
          /a/b: {get: {}, put: {operationId: issues_list_all}}
          x-more: {}
        """,
    )
    assert [(one.name, one.method) for one in heads(document)] == [
        ("get_a_b", "get"), ("issues_list_all", "post"), ("get_a_b_2", "get"), ("issues_list_all_2", "put"),
    ]  # fmt: skip
    assert [one.name for one in heads(top(DOCUMENTS / "meetings.yaml"))] == ["meetings", "meetings_2"]


def test_only_get_and_head_read(home: Path) -> None:
    written = " ".join(
        f"{method}: {{}}," for method in ("get", "head", "post", "put", "patch", "delete", "options")
    )
    document = node(home, f"paths: {{/a: {{{written}}}}}\n")
    assert [one.method for one in heads(document) if one.reads] == ["get", "head"]


def test_arguments_are_one_schema_with_a_body() -> None:
    assert of("pets.yaml")["createPet"].arguments() == {
        "type": "object",
        "properties": {
            "body": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "tag": {"type": ["string", "null"]}},
                "required": ["name"],
            }
        },
        "required": ["body"],
    }
    shown = of("pets.yaml")["showPet"].arguments()
    assert shown["properties"]["petId"] == {"type": "integer", "format": "int64"}
    assert shown["required"] == ["petId"]


def test_names_that_no_model_takes_are_written_otherwise() -> None:
    read = of("styles.yaml")["styles"]
    assert {one.name: one.argument for one in read.parameters}["filter[name]"] == "filter_name"
    # by the letter of the specification, this header is no parameter
    assert "Authorization" not in {one.name for one in read.parameters}


def test_two_of_one_name_in_two_places_stay_apart(home: Path) -> None:
    document = node(
        home,
        """
        paths:
          /x/{id}:
            parameters: [{name: id, in: query, schema: {type: integer}}, {name: q, in: query, schema: {type: string}}]
            get:
              parameters: [{name: q, in: query, description: mine}, {name: body, in: query}]
        """,
    )
    [read] = [whole(one) for one in heads(document)]
    assert [(one.place, one.argument) for one in read.parameters] == [
        ("query", "id"), ("query", "q"), ("query", "body_query"), ("path", "id_path"),
    ]  # fmt: skip
    assert read.arguments()["properties"]["q"] == {"description": "mine"}


def test_a_model_is_told_what_comes_back() -> None:
    told = of("pets.yaml")["listPets"].told()
    assert told == "GET /pets\nAll pets\nAnswers with [{name: string, tag: string | null, id: integer}]"


def test_the_media_type_that_is_spoken_best_is_taken() -> None:
    assert chosen(["application/xml", "text/plain", "application/json; charset=utf-8"]).startswith(
        "application/json"
    )
    assert chosen(["application/xml", "application/vnd.x+json"]) == "application/vnd.x+json"
    assert chosen(["text/plain", "multipart/form-data"]) == "multipart/form-data"
    assert chosen(["image/png"]) == "image/png"
    assert chosen(["*/*"]) == "application/json"


@pytest.mark.parametrize("file", sorted(path.name for path in DOCUMENTS.glob("*.*")))
def test_every_tool_s_arguments_are_a_json_schema(file: str) -> None:
    for read in of(file).values():
        arguments = read.arguments()
        jsonschema.Draft202012Validator.check_schema(arguments)
        assert "$ref" not in json.dumps(arguments).replace('"$ref": {"type"', "")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{pets: {}}", "/paths/pets is under 'pets'; expected a path that begins with /"),
        ("[a]", "/paths is a list; expected a mapping of paths"),
        ("{/a: {get: x}}", "/paths/~1a/get is 'x'; expected an operation, which is a mapping"),
        ("{/a: {get: {tags: x}}}", "/paths/~1a/get/tags is 'x'; expected a list of tags"),
        (
            "{/a: {get: {parameters: {}}}}",
            "/paths/~1a/get/parameters is a mapping; expected a list of parameters",
        ),
        (
            "{/a: {get: {requestBody: {}}}}",
            "/requestBody/content is nothing; expected a mapping from media types",
        ),
        (
            "{/a: {get: {responses: [x]}}}",
            "/responses is a list; expected a mapping from a status to an answer",
        ),
        (
            "{/a: {get: {security: [{x: []}]}}}",
            "/security/0/x is nowhere described; expected the name of a scheme",
        ),
    ],
)
def test_a_broken_operation_is_told_with_its_place(home: Path, written: str, told: str) -> None:
    with pytest.raises(BadData) as error:
        [whole(one) for one in heads(node(home, f"paths: {written}\n"))]
    assert told in error.value.message
    assert error.value.message.startswith("~/spec.yaml:1: /paths")
