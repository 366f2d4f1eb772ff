"""Reading a file from end to end."""

from pathlib import Path

import pytest

from picode.errors import BadData
from picode.sessions.scan import scan
from support.sessions import entry, header

WHERE = Path("/s.jsonl")


def lines(*texts: str) -> list[bytes]:
    return [text.encode() for text in texts]


def test_blank_and_broken_lines_and_carriage_returns_are_tolerated() -> None:
    found = scan(
        lines(header(), "\n", entry("a", None)[:-1] + "\r\n", "{broken\n", "[]\n", entry("b", "a")), WHERE
    )
    assert found.tree.ids == ["a", "b"]
    assert found.unread == 2
    assert found.leaf == "b"
    assert not found.torn


def test_a_second_header_is_no_entry() -> None:
    assert scan(lines(header(), entry("a", None), header()), WHERE).tree.ids == ["a"]


def test_offsets_and_lengths_are_those_of_the_lines() -> None:
    texts = lines(header(), entry("a", None, "é"), entry("b", "a"))
    found = scan(texts, WHERE)
    content = b"".join(texts)
    for position, text in enumerate(texts[1:]):
        offset, length = found.tree.offsets[position], found.tree.lengths[position]
        assert content[offset : offset + length] + b"\n" == text
    assert found.size == len(content)


def test_a_last_line_without_line_feed_is_whole_or_torn() -> None:
    whole = scan(lines(header(), entry("a", None)[:-1]), WHERE)
    assert whole.open_end
    assert not whole.torn
    torn = scan(lines(header(), entry("a", None)[:-9]), WHERE)
    assert torn.torn
    assert torn.size == len(header())


@pytest.mark.parametrize(
    "content", [[], ["\n"], ["garbage"], ["{}"], [entry("a", None)], ['{"type":"session"}'], ["\x00" * 40]]
)
def test_a_file_without_a_header_is_no_session(content: list[str]) -> None:
    with pytest.raises(BadData, match="is not a session file"):
        scan(lines(*content), WHERE)
