"""`picode diff FILE`: the assistant's changes and Git's."""

import subprocess
from pathlib import Path

import pytest

from picode.cli.changes import assistants_lines
from picode.cli.main import run
from picode.messages import Assistant, Message, Text, ToolCall, ToolResult, Usage
from picode.pane.lines import to_ansi
from picode.protocol.replies import Snapshot
from picode.protocol.values import Entry, Status


def edited(path: str, diff: str, call: str) -> list[Message]:
    asked = Assistant(
        content=[ToolCall(id=call, name="edit", arguments={"path": path})], api="demo", provider="demo", model="demo",
        usage=Usage(), timestamp=0, stop_reason="toolUse",
    )  # fmt: skip
    return [asked, ToolResult(call, "edit", [Text(text="done")], {"diff": diff})]


def shown(path: str, *messages: Message) -> str:
    entries = [Entry(str(number), message) for number, message in enumerate(messages)]
    found = Snapshot(
        id=0, conversation="c", path="", cwd="/proj", seq=0, boot="", status=Status(), entries=entries
    )
    return to_ansi(assistants_lines(found, Path(path)), colour=False)


def test_each_change_of_the_file_is_shown_in_turn_and_those_of_others_are_not() -> None:
    messages = [
        *edited("a.py", "+1 first", "1"),
        *edited("b.py", "+1 other", "2"),
        *edited("/proj/a.py", "-1 second", "3"),
    ]
    text = shown("/proj/a.py", *messages)
    assert text.index("change 1") < text.index("+1 first") < text.index("change 2") < text.index("-1 second")
    assert "other" not in text
    assert "other" in shown("/proj", *messages)


def test_nothing_that_a_file_or_a_model_says_is_a_sequence_of_the_terminal() -> None:
    text = shown("/proj/a\x1b[2J.py", *edited("a\x1b[2J.py", "+1 \x1b]0;evil\x07there", "1"))
    assert "\x1b" not in text
    assert "there" in text


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    git = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org"]
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("before\n")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "begin"]):
        subprocess.run([*git, *words], check=True, timeout=30)
    return tmp_path


def test_of_a_file_that_the_assistant_left_alone_git_says_what_changed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "a.txt").write_text("after\n")
    (project / "b.txt").write_text("elsewhere\n")
    assert run(["diff", "--page", "a.txt"]) == 0
    out = capsys.readouterr().out
    assert "+after" in out
    assert "elsewhere" not in out


def test_a_file_as_it_was_is_told_in_a_sentence(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", "a.txt"]) != 0
    assert "is as committed, and the assistant has not changed it." in capsys.readouterr().err
