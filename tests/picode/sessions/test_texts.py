"""Which words of a line can be searched."""

import json

import pytest

from picode.messages import BashExecution, CompactionSummary
from picode.sessions.entries import entry_line, said
from picode.sessions.texts import LONGEST, text_of
from support.sessions import answer, entry, line, user


def test_messages_say_their_text() -> None:
    kind, fields = said(user("how\x1b[31m so\x00"))
    assert text_of(kind, entry_line(kind, "a", None, 0, fields)) == ("user", "how [31m so", 1_795_210_935_497)
    kind, fields = said(answer("thus", calls=("c1",)))
    assert text_of(kind, entry_line(kind, "a", None, 0, fields)) == (
        "assistant",
        "thus\nread a.txt",
        1_795_210_935_497,
    )
    kind, fields = said(BashExecution(command="ls", output="a.txt"))
    found = text_of(kind, entry_line(kind, "a", None, 0, fields))
    assert found is not None
    assert found[:2] == ("bashExecution", "ls\na.txt")


def test_names_and_summaries_are_found_and_the_rest_is_not() -> None:
    assert text_of("session_info", b'{"type":"session_info","id":"a","name":"Ann"}') == ("name", "Ann", 0)
    compaction = line({"type": "compaction", "id": "c", "summary": "short", "tokensBefore": 9}).encode()
    found = text_of("compaction", compaction)
    assert found is not None
    assert found[1] == "short"
    assert CompactionSummary("short", 9).summary == found[1]
    for raw in ({"type": "label", "label": "x"}, {"type": "message"}, {"type": "session_info", "name": 3}):
        assert text_of(str(raw["type"]), json.dumps(raw).encode()) is None
    assert text_of("message", entry("a", None, "").encode()) is None


@pytest.mark.parametrize("size", [LONGEST, LONGEST + 1, LONGEST * 4])
def test_of_a_long_one_both_ends_are_found(size: int) -> None:
    found = text_of("message", entry("a", None, "begin" + "x" * (size - 8) + "end").encode())
    assert found is not None
    assert found[1].startswith("begin")
    assert found[1].endswith("end")
    assert len(found[1]) <= LONGEST + 3
