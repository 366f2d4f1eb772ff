import pytest

from picode.resources.frontmatter import BrokenFrontmatter, split


@pytest.mark.parametrize(
    ("text", "given", "body"),
    [
        ("just text", {}, "just text"),
        ("---\nname: a\n---\n\nbody\n", {"name": "a"}, "body"),
        ("---\nname: a\n---", {"name": "a"}, ""),
        ("---\n---\nbody", {}, "body"),
        ("---\nname: a\nnever closed", {}, "---\nname: a\nnever closed"),
        ("text\n---\nname: a\n---\n", {}, "text\n---\nname: a\n---\n"),
        ("---\ndescription: |\n  one\n  two\n---\nb", {"description": "one\ntwo\n"}, "b"),
        ("---\ndescription: 'a: b'\n---\nb\n---\nc", {"description": "a: b"}, "b\n---\nc"),
        ("---\nflag: true\n1: x\n---\n", {"flag": True, "1": "x"}, ""),
    ],
)
def test_a_block_is_told_from_the_text(text: str, given: dict[str, object], body: str) -> None:
    assert split(text) == (given, body)


@pytest.mark.parametrize(
    "block",
    [
        "a: b: c",
        "- a\n- b",
        "a: [",
        "\t",
        "a: 2020-99-99",
        "[" * 5000,
        "!!python/object/apply:os.system [id]",
    ],
)
def test_what_cannot_be_read_is_told(block: str) -> None:
    with pytest.raises(BrokenFrontmatter):
        split(f"---\n{block}\n---\nbody")


def test_the_line_that_is_wrong_is_named() -> None:
    with pytest.raises(BrokenFrontmatter, match="line 3: "):
        split("---\nname: a\ndescription: use when: never\n---\n")
