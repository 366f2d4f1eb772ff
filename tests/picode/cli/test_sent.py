"""`picode sent`, over a real daemon."""

import json
from pathlib import Path

import pytest

from picode import paths
from picode.cli.main import run
from picode.messages import Assistant, Image, Text, ToolCall, ToolResult, Usage, User
from picode.protocol.values import Receipt
from picode.sessions.file import SessionFile
from picode.sessions.store import folder_of
from support.daemon import Running, daemon

__all__ = ["daemon"]

MAKE = Receipt(
    "make \x1b]0;x\x07", 2, "/tmp", 5, 90_000, 30_000, cut=60_000, redacted=["key", "key"], bytes=30_100
)
PIPED = Receipt("", None, "/tmp", 0, 10, 10, bytes=20)
ASKED = Receipt("", None, "/tmp", 0, 0, 0, redacted=["password"], bytes=25)
CHOSEN = Receipt("", None, "/tmp", 0, 0, 0, bytes=900, context=["a\x1b.py:1-3, 9", "b.py"], tokens=1200)
SCREEN = Receipt("top", None, "/tmp", 0, 10, 10, exact=False)


def conversation(where: paths.Paths, project: Path, *receipts: Receipt) -> str:
    session = SessionFile.create(where.sessions / folder_of(str(project)), str(project))
    for receipt in receipts:
        session.append_message(User([Text("why?")], 1), receipt)
    session.close()
    return session.id


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "proj" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "proj")
    return tmp_path / "proj"


def test_receipts_of_this_project_of_one_conversation_and_of_all(
    daemon: Running, where: paths.Paths, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sent"]) == 0
    assert capsys.readouterr().out == "Nothing was sent along in this project yet.\n"
    here = conversation(where, project, MAKE, PIPED, ASKED, SCREEN, CHOSEN)
    elsewhere = conversation(where, tmp_path / "other", PIPED)
    assert run(["sent"]) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    lines = [line.strip() for line in shown.splitlines()]
    assert lines[0].endswith(f"{here[:8]}  $ make  ]0;x")
    assert lines[1::2] == [
        "exit 2, 90,000 bytes of output, 30,100 bytes sent, 60,000 cut from the middle, taken out: 2 x key",
        "10 bytes of output, 20 bytes sent",
        "25 bytes sent, taken out: 1 x password",
        "still running, 10 bytes of output, 10 characters sent, read from the screen, so not exact",
        "900 bytes sent, 2 files of the project, about 1,200 tokens: a .py:1-3, 9, b.py",
    ]
    assert run(["sent", "--json", "--limit", "1", elsewhere[:8]]) == 0
    [told] = map(json.loads, capsys.readouterr().out.splitlines())
    assert (told["conversation"], told["size"], told["bytes"], told["redacted"]) == (elsewhere, 10, 20, [])
    assert run(["sent", "--all", "--json"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 6


def test_what_tools_sent_is_listed_and_can_be_left_out(
    daemon: Running, where: paths.Paths, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = SessionFile.create(where.sessions / folder_of(str(project)), str(project))
    session.append_message(User([Text("why?")], 1), PIPED)
    call = ToolCall("1", "bash", {"command": "make \x1b]0;x\x07"})
    session.append_message(Assistant([call], "demo", "demo", "demo", Usage(), "toolUse", 2))
    cut = {"totalBytes": 90_000, "outputBytes": 50_000}
    details = {"truncation": cut, "redacted": ["key", "key"]}
    session.append_message(ToolResult("1", "bash", [Text("x" * 50_010)], details, timestamp=3))
    session.append_message(ToolResult("2", "read", [Image("AAAA", "image/png")], timestamp=4))
    session.close()
    assert run(["sent"]) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    lines = [line.strip() for line in shown.splitlines()]
    assert [line.split(session.id[:8])[1].strip() for line in lines[::2]] == [
        "piped text",
        "bash  make  ]0;x",
        "read",
    ]
    assert lines[3::2] == [
        "90,000 bytes of output, 50,010 bytes sent, 40,000 cut, taken out: 2 x key",
        "3 bytes sent, 1 image among them",
    ]
    assert run(["sent", "--no-tools", "--json"]) == 0
    [told] = map(json.loads, capsys.readouterr().out.splitlines())
    assert (told["tool"], told["size"]) == ("", 10)


def test_what_is_piped_to_the_assistant_is_listed_without_its_secret(
    daemon: Running, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from picode.cli import send

    token = "gh" + "p_" + "a1B2c3D4e5" * 3 + "f6G7h8"
    monkeypatch.setattr(send, "read_piped", lambda: f"x\nexport T={token}\n")
    assert run(["send", "why?"]) == 0
    for _ in range(200):
        capsys.readouterr()
        assert run(["sent", "--json"]) == 0
        if out := capsys.readouterr().out:
            break
    [told] = map(json.loads, out.splitlines())
    assert (told["size"], told["redacted"]) == (52, ["GitHub token"])
    assert token not in out
