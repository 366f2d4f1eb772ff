"""The files of a document: read from a disk or a server, within bounds."""

from pathlib import Path
from unittest import mock

import pytest

from picode.errors import BadData, Missing, Unavailable
from picode.openapi import document
from picode.openapi.document import Files
from support.model_server import ModelServer


def test_a_file_that_is_not_there_or_no_document_is_told(home: Path) -> None:
    with pytest.raises(Missing, match=r"There is no file .*/none\.yaml"):
        Files(str(home / "none.yaml"))
    (home / "list.yaml").write_text("- a\n- b\n")
    with pytest.raises(BadData, match=r"list\.yaml:1: this is no OpenAPI document"):
        Files(str(home / "list.yaml"))
    (home / "latin.yaml").write_bytes("a: é".encode("latin-1"))
    with pytest.raises(BadData, match=r"is not UTF-8 text \(byte 3\)"):
        Files(str(home / "latin.yaml"))
    (home / "slip.yaml").write_text("a: 1\nb: [\n")
    with pytest.raises(BadData, match=r"slip\.yaml:3:1: .*; expected JSON or YAML"):
        Files(str(home / "slip.yaml"))


def test_what_is_too_large_is_not_read(home: Path) -> None:
    (home / "big.yaml").write_text("a: 1\n")
    with mock.patch.object(document, "LARGEST", 3), pytest.raises(BadData, match="larger than"):
        Files(str(home / "big.yaml"))


def test_a_path_may_begin_at_home(home: Path) -> None:
    (home / "a.yaml").write_text("openapi: 3.1.0\n")
    assert Files("~/a.yaml").first.shown == "~/a.yaml"


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("#/a/b%20c", ("", "/a/b c")),
        ("other.json#/x", ("other.json", "/x")),
        ("./d/e%20f.yaml", ("d/e f.yaml", "")),
    ],
)
def test_references_of_a_file_lead_to_files(home: Path, reference: str, found: tuple[str, str]) -> None:
    (home / "a.yaml").write_text("openapi: 3.1.0\n")
    files = Files(str(home / "a.yaml"))
    source, fragment = files.referred(files.first, reference)
    assert (Path(source), fragment) == ((home / found[0]) if found[0] else home / "a.yaml", found[1])


def test_a_document_from_a_server_leads_nowhere_else() -> None:
    files = mock.Mock()
    file = document.File("https://a.example/v1/spec.json", "", {})
    assert Files.referred(files, file, "../x.json#/y") == ("https://a.example/x.json", "/y")
    for reference in ("https://b.example/x.json", "file:///etc/passwd", "//b.example/x"):
        with pytest.raises(ValueError, match="on the same server"):
            Files.referred(files, file, reference)
    with pytest.raises(ValueError, match="beside it"):
        Files.referred(files, document.File("/a/spec.json", "", {}), "http://127.0.0.1/x")


def test_what_came_from_a_server_is_kept_for_when_it_is_silent(home: Path, model_server: ModelServer) -> None:
    address = f"{model_server.url}/openapi.json"
    # the list of models is the one thing that the server says to a GET
    first = Files(address, home)
    assert (first.first.root["object"], first.notices) == ("list", [])
    model_server.close()
    again = Files(address, home)
    assert again.first.root == first.first.root
    assert "cannot be fetched" in again.notices[0]
    assert again.notices[0].endswith("The copy of the last time is used.")
    with pytest.raises(Unavailable, match="cannot be fetched"):
        Files(f"{model_server.url}/other.json", home)
