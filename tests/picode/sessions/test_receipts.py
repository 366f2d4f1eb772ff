"""What was sent, read from a session file."""

import json
from pathlib import Path

from picode.messages import Text, User
from picode.protocol.values import Receipt
from picode.sessions.file import SessionFile
from picode.sessions.receipts import receipts_in


def test_receipts_are_pis_custom_entries_and_come_back_with_their_message(tmp_path: Path) -> None:
    session = SessionFile.create(tmp_path, "/tmp")
    receipt = Receipt("make", 2, "/tmp", 5, 90_000, 30_000, cut=60_000, redacted=["key", "key"], bytes=30_100)
    first = session.append_message(User([Text("why?")], 1), receipt)
    session.append_message(User([Text("no receipt")], 2))
    session.append_message(User([Text("a key")], 3), Receipt("", None, "/tmp", 0, 0, 0, once="1.sock:1"))
    session.append_message(User([Text("said picode.receipt")], 4))
    [line] = [
        found
        for found in map(json.loads, session.path.read_text().splitlines())
        if found.get("data", {}).get("size")
    ]
    assert (line["type"], line["customType"], line["parentId"]) == ("custom", "picode.receipt", first)
    [sent] = receipts_in(session.path, session.id)
    assert (sent.conversation, sent.entry, sent.receipt) == (session.id, first, receipt)
    assert sent.time > 0


def test_broken_lines_and_a_missing_file_are_no_receipts(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_bytes(
        b'{"type":"custom","customType":"picode.receipt","data":{"size":"x"}}\n'
        b'{"type":"custom","customType":"picode.receipt","data":7}\n'
        b'{"customType":"picode.receipt"\n\xff picode.receipt\n'
    )
    assert receipts_in(file, "c") == []
    assert receipts_in(tmp_path / "none", "c") == []
