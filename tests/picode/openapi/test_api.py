"""Whole documents: twenty that have the shapes of public ones, all of which are read; and broken ones, told."""

from pathlib import Path

import pytest
from openapi_spec_validator import validate

from picode.errors import BadData
from picode.openapi.api import Api, problems, read
from support.documents import ALL, DOCUMENTS, node, top

SINS = {
    "meetings.yaml": "Operation ID 'meetings'",
    "shortcuts.yaml": "is not of type 'string'",
}
"""What is often done, is read here, and is not right by the letter: an id twice, a version that is a number."""


def api(file: str) -> Api:
    return read(str(DOCUMENTS / file))


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_every_document_is_read_to_its_end(path: Path) -> None:
    found = read(str(path))
    good, bad = problems(found)
    assert bad == []
    assert len(good) == len(found.operations)
    assert good or found.title == "Only webhooks"


def test_there_are_at_least_twenty() -> None:
    assert len(ALL) >= 20
    assert {path.suffix for path in ALL} == {".json", ".yaml"}
    assert {read(str(path)).version[:3] for path in ALL} == {"3.0", "3.1"}


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_a_judge_of_documents_finds_them_right(path: Path) -> None:
    root = top(path).value
    if path.name in SINS:
        with pytest.raises(Exception, match=SINS[path.name]):
            validate(root)
    else:
        validate(root, base_uri=path.as_uri())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "swagger: '2.0'\npaths: {}\n",
            "spec.yaml:1: /swagger is '2.0'; expected a document of OpenAPI 3.0 or 3.1",
        ),
        (
            "info: {}\npaths: {}\n",
            "spec.yaml:1: /openapi is nothing; expected the version of OpenAPI, 3.0 or 3.1.",
        ),
        (
            "openapi: '4.0'\npaths: {}\n",
            "spec.yaml:1: /openapi is '4.0'; expected the version of OpenAPI, 3.0 or 3.1.",
        ),
        (
            "openapi: 3.1.0\ninfo: {title: x}\n",
            "spec.yaml:1: /paths is nothing; expected a mapping of paths.",
        ),
        ("openapi: 3.1.0\ninfo: {title: 5}\npaths: {}\n", "spec.yaml:2: /info/title is 5; expected a text."),
        (
            "openapi: 3.1.0\npaths:\n  pets: {}\n",
            "spec.yaml:3: /paths/pets is under 'pets'; expected a path that",
        ),
    ],
)
def test_a_broken_document_is_told_in_one_sentence_with_file_line_and_pointer(
    home: Path, text: str, told: str
) -> None:
    (home / "spec.yaml").write_text(text)
    with pytest.raises(BadData) as error:
        read(str(home / "spec.yaml"))
    assert error.value.message.startswith(f"~/{told}")


def test_one_broken_operation_breaks_no_other(home: Path) -> None:
    node(
        home,
        """
        openapi: 3.1.0
        info: {title: x}
        paths:
          /good: {get: {operationId: good}}
          /bad: {get: {operationId: bad, parameters: [{name: a, in: body}]}}
        """,
    )
    good, bad = problems(read(str(home / "spec.yaml")))
    assert [one.head.name for one in good] == ["good"]
    assert [error.message for error in bad] == [
        "~/spec.yaml:6: /paths/~1bad/get/parameters/0/in is 'body'; expected path, query, header or cookie."
    ]


def test_operations_are_chosen_by_name_pattern_tag_and_path() -> None:
    pets = api("pets.yaml")

    def names(*wanted: str) -> list[str]:
        return [one.name for one in pets.chosen(list(wanted))]

    assert names() == ["listPets", "createPet", "showPet", "deletePet"]
    assert names("showPet", "tag:danger") == ["showPet", "deletePet"]
    assert names("*Pet") == ["createPet", "showPet", "deletePet"]
    assert names("path:/pets") == ["listPets", "createPet"]
    assert names("nothing") == []
    assert [one.name for one in api("repositories.yaml").chosen(["issues/create"])] == ["issues_create"]


def test_the_chat_endpoint_is_no_tool_and_of_a_large_document_nothing_is_one_unasked(home: Path) -> None:
    assert "createChatCompletion" not in [one.name for one in api("chat_tools.yaml").chosen([])]
    paths = "\n".join(f"  /p{number}: {{get: {{}}}}" for number in range(21))
    node(home, f"openapi: 3.1.0\npaths:\n{paths}\n")
    assert read(str(home / "spec.yaml")).chosen([]) == []
