import json
from pathlib import Path

from picode.protocol import describe, requests

DOCS = Path(__file__).parents[3] / "docs"
STALE = "run `make docs`"


def test_the_page_is_what_the_structs_say() -> None:
    assert (DOCS / "protocol.md").read_text() == describe.page(), STALE


def test_the_schema_is_what_the_structs_say() -> None:
    assert (DOCS / "protocol.schema.json").read_bytes() == describe.schema(), STALE


def test_every_message_has_a_section() -> None:
    page = describe.page()
    for _, union, _ in describe.SECTIONS:
        for kind in describe.structs(union):
            assert f"### `{kind.__struct_config__.tag}`\n" in page


def test_every_request_says_what_it_is_for() -> None:
    undescribed = [
        kind.__name__ for kind in describe.structs(requests.AnyRequest) if not vars(kind).get("__doc__")
    ]
    assert undescribed == []


def test_notes_under_fields_come_with_them() -> None:
    assert describe.field_notes(requests.Open)["model"] == "For a new conversation; empty: the default."


def test_the_schema_names_every_side() -> None:
    schema = json.loads(describe.schema())
    assert {"Request", "Reply", "Announced"} <= set(schema["$defs"])
