"""Where operations are."""

from pathlib import Path
from unittest import mock

import pytest

from picode.errors import BadData
from picode.openapi.document import File
from picode.openapi.node import Node
from picode.openapi.operations import heads
from picode.openapi.servers import base
from support.documents import DOCUMENTS, node, top


def test_variables_have_defaults_and_can_be_chosen() -> None:
    document = top(DOCUMENTS / "regions.yaml")
    assert base((document,), {}) == "https://eu.store.example:443/v3"
    assert base((document,), {"region": "us", "port": "8443"}) == "https://us.store.example:8443/v3"
    with pytest.raises(BadData, match=r"enum is not for 'mars'; expected region to be one of eu, us"):
        base((document,), {"region": "mars"})


def test_an_operation_s_servers_go_before_its_path_s_and_the_document_s() -> None:
    document = top(DOCUMENTS / "regions.yaml")
    found = {one.name: base((one.node, one.above, document), {}) for one in heads(document)}
    assert found == {
        "near": "https://eu.store.example:443/v3", "far": "https://far.example", "farther": "https://farther.example/x",
    }  # fmt: skip


def test_a_relative_address_is_meant_from_the_document_s_own() -> None:
    file = File("https://a.example/docs/spec.json", "", {})

    def of(root: object) -> str:
        return base((Node(mock.Mock(), file, (), root),), {})

    assert of({"servers": [{"url": "/api/v1"}]}) == "https://a.example/api/v1"
    assert of({"servers": [{"url": "v2/"}]}) == "https://a.example/docs/v2"
    assert of({}) == "https://a.example"


def test_a_file_without_servers_has_no_address(home: Path) -> None:
    assert base((node(home, "openapi: 3.1.0\n"),), {}) == ""
    assert base((node(home, "servers: [{url: /}]\n"),), {}) == ""


@pytest.mark.parametrize(
    ("servers", "told"),
    [
        ("[{}]", "/servers/0/url is nothing; expected the server's address"),
        ("['x']", "/servers/0 is 'x'; expected a server, which is a mapping with a url"),
        ("{url: x}", "/servers is a mapping; expected a list of servers"),
        ("[{url: 'https://{a}'}]", "/servers/0/variables/a is nothing; expected a variable a with a default"),
    ],
)
def test_broken_servers_are_told_with_their_place(home: Path, servers: str, told: str) -> None:
    with pytest.raises(BadData) as error:
        base((node(home, f"servers: {servers}\n"),), {})
    assert told in error.value.message
