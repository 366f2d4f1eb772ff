import pytest

from picode.installation import kdl

DOCUMENT = """// a comment with { and "
"/home/a b/plugin.wasm" {
    ReadApplicationState
    /- LeftOut
    OpenFiles; WebAccess
}
/* block /* nested */ } */
plain 1 true key="value" r#"raw "quoted" text"#
/- "out" { A
}
"esc\\"aped\\\\" { A; }; last { }
"""


def test_nodes_are_found_among_comments_strings_and_blocks() -> None:
    found = kdl.nodes(DOCUMENT)
    assert [node.name for node in found] == ["/home/a b/plugin.wasm", "plain", 'esc"aped\\', "last"]
    assert found[0].words == ("ReadApplicationState", "OpenFiles", "WebAccess")
    assert DOCUMENT[found[0].start : found[0].end].endswith("}")


def test_an_empty_document_has_no_nodes() -> None:
    assert kdl.nodes("") == kdl.nodes("\n // x\n") == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('"a" {\n  B\n', 3),
        ('a\n"unfinished\n', 2),
        ("a\n}\n", 2),
        ("a\n/* b", 2),
        ('a {\n"b', 2),
        ("a = = b", 1),
    ],
)
def test_what_is_no_kdl_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(kdl.NotKdl) as caught:
        kdl.nodes(text)
    assert caught.value.line == line


@pytest.mark.parametrize("text", ["plain", 'a "b" \\c', "tab\tline\n", "Grüße 🦀"])
def test_what_is_quoted_is_read_back(text: str) -> None:
    assert [node.name for node in kdl.nodes(f"{kdl.quote(text)} {{ }}")] == [text]
