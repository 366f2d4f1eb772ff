"""Places in a document: references of every kind, and how a person is told where something is wrong."""

from pathlib import Path

import pytest

from picode.errors import BadData
from support.documents import DOCUMENTS, node, top


def test_references_lead_through_files_and_through_each_other() -> None:
    document = top(DOCUMENTS / "spread" / "api.yaml")
    found = document.at(
        "paths", "/trees/{id}", "get", "responses", "200", "content", "application/json", "schema"
    )
    assert found.file.source.endswith("common.json")
    assert found.pointer == "/schemas/Tree"
    # a tree in a tree in a tree: the place is the same each time
    again = found.at("properties", "children", "items", "properties", "leaves", "items", "properties", "on")
    assert again == found


def test_a_pointer_may_lead_through_a_reference_and_has_its_escapes(home: Path) -> None:
    document = node(
        home,
        """
        a: {$ref: "#/b~1c/d~0e"}
        b/c: {"d~e": {x: {y: found}}}
        z: {$ref: "#/a/x"}
        """,
    )
    assert document.at("z", "y").value == "found"
    assert document.at("z").pointer == "/b~1c/d~0e/x"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "a: {$ref: '#/b'}\nb: {$ref: '#/a'}\n",
            "spec.yaml:1: /a/$ref is '#/b'; expected a reference that does not",
        ),
        (
            "x: 1\na: {$ref: '#/none'}\n",
            "spec.yaml:2: /a/$ref is '#/none'; expected a reference to something",
        ),
        (
            "a: {$ref: 'http://x.example/y'}\n",
            "spec.yaml:1: /a/$ref is 'http://x.example/y'; expected a reference to a",
        ),
        ("a: {$ref: '#nowhere'}\n", "spec.yaml:1: /a/$ref is '#nowhere'; expected a reference to something"),
    ],
)
def test_a_reference_that_leads_nowhere_is_told_with_its_line(home: Path, text: str, told: str) -> None:
    with pytest.raises(BadData) as error:
        node(home, text).at("a")
    assert told in error.value.message
    assert error.value.message.startswith("~/spec.yaml")


def test_wrong_kinds_are_told_in_words(home: Path) -> None:
    document = node(home, "t: [1]\nf: maybe\nl: {a: 1}\nm: []\n")
    for what, told in (
        (lambda: document.text("t"), "spec.yaml:1: /t is a list; expected a text."),
        (lambda: document.flag("f"), "spec.yaml:2: /f is 'maybe'; expected true or false."),
        (lambda: document.at("l").list("a list of x"), "spec.yaml:3: /l is a mapping; expected a list of x."),
        (lambda: document.at("m").mapping("a mapping"), "spec.yaml:4: /m is a list; expected a mapping."),
        (lambda: document.at("n").mapping("a mapping"), "spec.yaml:1: /n is nothing; expected a mapping."),
    ):
        with pytest.raises(BadData) as error:
            what()
        assert error.value.message == f"~/{told}"


def test_an_anchor_is_found() -> None:
    document = top(DOCUMENTS / "modern.yaml")
    assert document.at("paths", "/shapes", "post", "requestBody", "content", "application/json", "schema",
                       "properties", "shape").pointer == "/components/schemas/Shape"  # fmt: skip


def test_yaml_that_holds_itself_is_no_trap(home: Path) -> None:
    document = node(home, "a: &a {b: *a, c: 1}\n")
    assert document.at("a", "b", "b", "c").value == 1
