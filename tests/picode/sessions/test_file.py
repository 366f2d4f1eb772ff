"""A session file that is open: appended whole, mended, locked."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from picode.errors import BadData, DiskFailed, Missing, TryLater
from picode.messages import CompactionSummary
from picode.protocol.values import Receipt
from picode.sessions.branching import clone
from picode.sessions.display import path_entries
from picode.sessions.file import SessionFile
from support.sessions import BEGAN, PI_LINES, conversation, entry, header, line, user, written


def entries(path: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in path.read_bytes().splitlines()]


def texts(session: SessionFile) -> list[str]:
    return [found.message.content[0].text for found in path_entries(session)[0]]  # type: ignore[union-attr]


def test_a_file_is_made_by_the_first_message_with_what_was_held_back(home: Path) -> None:
    session = SessionFile.create(home / "s", "/home/u/proj", lambda: BEGAN)
    session.append("model_change", {"provider": "demo", "modelId": "demo"})
    session.append("thinking_level_change", {"thinkingLevel": "off"})
    assert not session.path.exists()
    assert not session.on_disk
    leaf = session.append_message(user("hé"))
    assert session.path.name == f"2026-11-20T21-42-15-497Z_{session.id}.jsonl"
    assert session.path.stat().st_mode & 0o777 == 0o600
    found = entries(session.path)
    assert [raw["type"] for raw in found] == ["session", "model_change", "thinking_level_change", "message"]
    assert found[0] == {
        "type": "session", "version": 3, "id": session.id, "timestamp": "2026-11-20T21:42:15.497Z",
        "cwd": "/home/u/proj",
    }  # fmt: skip
    assert [raw.get("parentId") for raw in found[1:]] == [None, found[1]["id"], found[2]["id"]]
    assert session.leaf == leaf == found[3]["id"]


def test_each_entry_is_on_disk_before_the_call_returns(home: Path) -> None:
    session = conversation(home)
    for number in range(5):
        id_ = session.append_message(user(str(number)))
        assert entries(session.path)[-1]["id"] == id_
    session.sync()


def test_a_receipt_follows_its_message_and_is_joined_to_it(home: Path) -> None:
    session = conversation(home)
    receipt = Receipt(command="make", status=2, cwd="/", duration=3, size=4, sent=5, redacted=["secret"])
    id_ = session.append_message(user("why?"), receipt)
    assert session.leaf != id_
    session.append_message(user("and?"))
    found, earlier = path_entries(session)
    assert earlier == 0
    assert [entry.receipt for entry in found] == [None, receipt, None]


def test_what_was_there_stays_byte_for_byte(home: Path) -> None:
    content = (
        PI_LINES.read_bytes()
        + b'{"type":"later","id":"x","parentId":"9518ab33","n":1.0e2, "a" : "\\u00e9"}\r\n'
    )
    path = home / "pi.jsonl"
    path.write_bytes(content)
    session = SessionFile.open(path)
    assert path.read_bytes() == content
    session.append_message(user("on"))
    after = path.read_bytes()
    assert after.startswith(content)
    assert json.loads(after[len(content) :])["parentId"] == "x"


def test_a_conversation_that_was_closed_goes_on(home: Path) -> None:
    session = conversation(home, "one", "two")
    session.close()
    session.close()
    with pytest.raises(DiskFailed):
        session.append_message(user("lost"))
    again = SessionFile.open(session.path)
    again.append_message(user("three"))
    assert texts(again) == ["one", "two", "three"]


def test_a_branch_begins_where_the_leaf_was_moved(home: Path) -> None:
    session = conversation(home, "one")
    first = session.leaf
    session.append_message(user("two"))
    session.move(first)
    session.append_message(user("other"))
    assert texts(session) == ["one", "other"]
    session.move(None)
    session.append_message(user("anew"))
    assert texts(session) == ["anew"]
    with pytest.raises(Missing):
        session.move("nowhere")


def test_the_last_name_counts(home: Path) -> None:
    session = conversation(home)
    assert session.name == ""
    session.append("session_info", {"name": "first"})
    session.append("session_info", {"name": "second"})
    assert session.name == "second"


def test_a_compaction_is_appended_by_its_fields(home: Path) -> None:
    session = conversation(home)
    session.append("compaction", {"summary": "s", "firstKeptEntryId": session.leaf, "tokensBefore": 9})
    message = path_entries(session)[0][-1].message
    assert isinstance(message, CompactionSummary)
    assert message.summary == "s"


def test_a_torn_last_line_is_set_aside_wherever_it_was_torn(home: Path) -> None:
    content = (header() + entry("a", None, "one") + entry("b", "a", "zwei ü 😀")).encode()
    last = len((header() + entry("a", None, "one")).encode())
    for end in range(len(content) + 1):
        path = home / str(end) / "s.jsonl"
        path.parent.mkdir()
        path.write_bytes(content[:end])
        if end < len(header()) - 1:
            with pytest.raises(BadData):
                SessionFile.open(path)
            assert path.read_bytes() == content[:end]
            continue
        session = SessionFile.open(path, lambda: BEGAN)
        session.append_message(user("more"))
        said = texts(session)
        session.close()
        aside = list(path.parent.glob("*.torn-*"))
        # nothing is lost: what is not in the conversation lies beside it
        kept = b"".join(file.read_bytes() for file in aside)
        whole = path.read_bytes()
        assert whole[: len(content[:end]) - len(kept)] + kept == content[:end]
        assert said == texts(SessionFile.open(path))
        there = {"one": end >= last - 1, "zwei ü 😀": end >= len(content) - 1, "more": True}
        assert said == [text for text, whole_line in there.items() if whole_line]
        assert bool(aside) == bool(session.notices)


@pytest.mark.parametrize("content", [b"", b"garbage\n", b"\x00" * 99, b"{}\n", entry("a", None).encode()])
def test_a_file_that_is_no_session_is_told_and_left_alone(home: Path, content: bytes) -> None:
    path = home / "s.jsonl"
    path.write_bytes(content)
    with pytest.raises(BadData, match="is not a session file") as failure:
        SessionFile.open(path)
    assert failure.value.hint
    assert path.read_bytes() == content


def test_a_file_that_is_not_there_is_missing(home: Path) -> None:
    for path in (home / "s.jsonl", home):
        with pytest.raises(Missing):
            SessionFile.open(path)


def test_circles_orphans_and_ids_used_twice_never_hang(home: Path) -> None:
    path = written(
        home / "s.jsonl",
        header(),
        entry("a", "b"),
        entry("b", "a"),
        entry("b", "lost"),
        entry("c", "b"),
        entry("c", "c"),
    )
    session = SessionFile.open(path)
    session.append_message(user("on"))
    assert texts(session)[-1] == "on"


def test_a_file_of_version_1_is_converted_when_something_is_added_and_kept_as_a_copy(home: Path) -> None:
    old = line({"type": "session", "id": "s", "timestamp": "t", "cwd": "/"}) + line(
        {"type": "message", "timestamp": "t", "message": {"role": "user", "content": "a", "timestamp": 1}}
    )
    path = written(home / "s.jsonl", old)
    session = SessionFile.open(path)
    assert texts(session) == ["a"]
    assert path.read_text() == old
    session.append_message(user("b"))
    assert (home / "s.jsonl.before-v3").read_text() == old
    assert entries(path)[0]["version"] == 3
    session.append_message(user("c"))
    with pytest.raises(TryLater):
        SessionFile.open(path)
    session.close()
    assert texts(SessionFile.open(path)) == ["a", "b", "c"]


def test_what_another_program_writes_meanwhile_is_kept_as_a_branch(home: Path) -> None:
    session = conversation(home, "one")
    with session.path.open("a") as file:
        file.write(entry("other", session.leaf, "theirs"))
    session.append_message(user("ours"))
    assert texts(session) == ["one", "ours"]
    assert "Another program" in session.notices[0]
    session.move("other")
    assert texts(session) == ["one", "theirs"]


def test_a_file_that_was_removed_while_it_was_open_is_told(home: Path) -> None:
    session = conversation(home)
    session.path.unlink()
    with pytest.raises(DiskFailed, match="removed or replaced"):
        session.append_message(user("x"))


def test_a_conversation_that_another_process_has_is_told(home: Path) -> None:
    session = conversation(home)
    code = (
        "import sys; from pathlib import Path\n"
        "from picode.sessions.file import SessionFile\n"
        "from picode.errors import TryLater\n"
        "try: SessionFile.open(Path(sys.argv[1]))\n"
        "except TryLater as error: print(error)\n"
    )
    command = [sys.executable, "-c", code, str(session.path)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    assert "is open in another process" in said
    session.close()
    assert subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout == ""


WRITER = """
import sys
from pathlib import Path
from picode.messages import Text, User
from picode.sessions.file import SessionFile
session = SessionFile.create(Path(sys.argv[1]), "/")
while True:
    print(session.append_message(User([Text("x" * 5000)], 1)), flush=True)
"""


def test_what_was_announced_is_there_after_kill_9(home: Path) -> None:
    for number in range(6):
        directory = home / str(number)
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(directory)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        announced = [writer.stdout.readline().strip() for _ in range(3 + number * 17)]
        writer.kill()
        announced += writer.stdout.read().split()[:-1]
        writer.wait(30)
        writer.stdout.close()
        session = SessionFile.open(next(directory.glob("*.jsonl")))
        assert set(announced) <= set(session.tree.by_id)
        session.append_message(user("on"))
        assert texts(session)[-1] == "on"


def test_an_ephemeral_conversation_is_whole_and_never_on_disk(home: Path) -> None:
    session = SessionFile.create(home / "sessions", str(home), ephemeral=True)
    for text in ("one", "two"):
        session.append_message(user(text))
    session.append("label", {"targetId": session.tree.ids[0], "label": "here"})
    session.sync()
    copy = clone(session)
    copy.append_message(user("three"))
    assert (texts(session), texts(copy)) == (["one", "two"], ["one", "two", "three"])
    assert (session.on_disk, copy.on_disk) == (False, False)
    assert not (home / "sessions").exists()
