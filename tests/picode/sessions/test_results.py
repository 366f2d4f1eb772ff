"""What went to a model with the results of tools."""

import json
from pathlib import Path

from picode.messages import Image, Text, ToolResult
from picode.protocol import events
from picode.protocol.values import Receipt
from picode.sessions.file import SessionFile
from picode.sessions.receipts import receipts_in
from picode.sessions.results import Results
from support.conversation import Heard, Scripted, calls, conversation, says

TOKEN = "gh" + "p_" + "a1B2c3D4e5" * 3 + "f6G7h8"


async def test_each_result_is_listed_with_what_was_sent_cut_and_taken_out(home: Path) -> None:
    wanted = (
        ("b", "bash", json.dumps({"command": f"seq 9000; echo {TOKEN}"})),
        ("r", "read", '{"path": "a.txt"}'),
        ("n", "read", '{"path": "none.txt"}'),
    )
    heard, provider = Heard(), Scripted(calls(*wanted), says("done"))
    living = conversation(home, heard, provider)
    (home / "project" / "a.txt").write_text("grüße\n")
    living.ask("go", allow=["bash"])
    assert (await heard.until(events.TurnEnded)).outcome == "done"
    sent = {
        message.tool_call_id: message.content[0].text.encode()
        for message in provider.requests[1].messages
        if isinstance(message, ToolResult) and isinstance(message.content[0], Text)
    }
    bash, read, none = [one.receipt for one in receipts_in(living.session.path, living.id)]
    assert (bash.tool, bash.command, bash.redacted) == ("bash", f"seq 9000; echo {TOKEN}", ["GitHub token"])
    assert bash.bytes == len(sent["b"]) < bash.size == len("".join(f"{n + 1}\n" for n in range(9000))) + 41
    assert bash.cut > 0
    assert (read.tool, read.command, read.bytes, read.cut) == ("read", "a.txt", len(sent["r"]), 0)
    assert (none.tool, none.bytes) == ("read", len(sent["n"]))
    assert receipts_in(living.session.path, living.id, tools=False) == []
    await living.close()


def test_an_image_counts_and_what_nobody_called_and_broken_lines_do_no_harm(tmp_path: Path) -> None:
    session = SessionFile.create(tmp_path, "/tmp")
    content: list[Text | Image] = [Text("Read image"), Image("AAAA" * 100, "image/png")]
    entry = session.append_message(ToolResult("x", "read", content, timestamp=7))
    [sent] = receipts_in(session.path, session.id)
    assert sent.entry == entry
    assert sent.receipt == Receipt("", None, "", 0, 10, 10, bytes=310, tool="read", images=1)
    lines = (
        b'{"message":{"role":"toolResult","content":7}}',
        b'"toolResult',
        b"\xff toolCall",
        b'{"message":1}',
    )
    assert [Results("c").read(line) for line in lines] == [None] * 4
    bare = Results("c").read(b'{"message":{"role":"toolResult","content":"said","details":{"x":1}}}')
    assert bare is not None
    assert (bare.receipt.tool, bare.receipt.bytes, bare.entry) == ("a tool", 4, "")
