"""From arguments to a request."""

from typing import Any

import pytest

from picode.openapi.calls import Call, call
from picode.openapi.operations import heads, whole
from picode.openapi.security import Shown
from support.documents import DOCUMENTS, top

NOTHING = Shown({})


def made(file: str, name: str, arguments: dict[str, Any], shown: Shown = NOTHING) -> Call:
    [read] = [whole(one) for one in heads(top(DOCUMENTS / file)) if one.name == name]
    return call(read, "https://x.example", arguments, shown)


def test_every_place_of_a_parameter() -> None:
    arguments = {
        "simple": ["a", "b"], "label": ["c", "d"], "matrix": {"e": 1}, "form": [1, 2], "spaces": ["f", "g"],
        "pipes": ["h", "i"], "deep": {"j": {"k": 1}}, "json": {"l": 1}, "path": "/m", "filter_name": "n",
        "session": "s 1", "X-List": ["o", "p"],
    }  # fmt: skip
    found = made("styles.yaml", "styles", arguments)
    assert found.method == "GET"
    assert found.url == (
        "https://x.example/s/a,b/l/.c.d/m/;matrix=e,1?form=1&form=2&spaces=f%20g&pipes=h%7Ci"
        "&deep%5Bj%5D=%7B%22k%22%3A%201%7D&json=%7B%22l%22%3A%201%7D&path=/m&filter%5Bname%5D=n"
    )
    assert (found.headers["x-list"], found.headers["cookie"], found.body) == ("o,p", "session=s%201", None)


def test_what_is_shown_as_a_key_goes_along_and_into_nothing_that_is_told() -> None:
    shown = Shown({"X-App": "app"}, (("key", "s&cret"),), (("sid", "c1"),), ("s&cret",))
    found = made("maps.yaml", "geocode", {"address": "Hill 1"}, shown)
    assert found.url == "https://x.example/geocode/json?address=Hill%201"
    assert found.address == f"{found.url}&key=s%26cret"
    assert (found.headers["x-app"], found.headers["cookie"]) == ("app", "sid=c1")
    assert "cret" not in repr(found)


@pytest.mark.parametrize(
    ("file", "name", "body", "kind", "sent"),
    [
        ("pets.yaml", "createPet", {"name": "Rex é"}, "application/json", '{"name":"Rex é"}'.encode()),
        ("payments.yaml", "PostCharges", {"amount": 5, "metadata": {"a b": "c"}}, "application/x-www-form-urlencoded",
         b"amount=5&metadata%5Ba+b%5D=c"),
        ("messages.json", "CreateMessage", {"To": "+1", "MediaUrl": ["x", "y"]}, "application/x-www-form-urlencoded",
         b"To=%2B1&MediaUrl=x&MediaUrl=y"),
        ("files.yaml", "replace", "plain text", "text/plain", b"plain text"),
        ("cluster.json", "patchDefinition", {"a": 1}, "application/json-patch+json", b'{"a":1}'),
    ],
)  # fmt: skip
def test_bodies_of_every_form(file: str, name: str, body: Any, kind: str, sent: bytes) -> None:
    path = {"id": "1", "AccountSid": "AC1", "namespace": "n"}
    found = made(file, name, {"body": body, **path})
    assert (found.headers["content-type"], found.body) == (kind, sent)


def test_a_form_in_parts() -> None:
    found = made("files.yaml", "upload", {"body": {"file": "abc", "purpose": "batch"}})
    boundary = found.headers["content-type"].partition("boundary=")[2]
    assert made("files.yaml", "upload", {"body": {"file": "abc", "purpose": "batch"}}) == found
    assert (
        found.body
        == (
            f'--{boundary}\r\ncontent-disposition: form-data; name="file"\r\n\r\nabc\r\n'
            f'--{boundary}\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--{boundary}--\r\n'
        ).encode()
    )


@pytest.mark.parametrize("value", ["..", ".", ""])
def test_a_value_leads_to_no_other_path(value: str) -> None:
    with pytest.raises(ValueError, match="it stands in the address"):
        made("files.yaml", "download", {"id": value})
    found = made("files.yaml", "download", {"id": "../../me"})
    assert found.url == "https://x.example/files/..%2F..%2Fme/content"


def test_a_value_makes_no_second_header() -> None:
    arguments = {"owner": "o", "repo": "r", "X-Trace": "a\r\nX-Evil: 1"}
    found = made("repositories.yaml", "issues_list-for-repo", arguments)
    assert found.headers["x-trace"] == "aX-Evil: 1"
