"""Which files a conversation's changes are of."""

from pathlib import Path

from picode.messages import Assistant, Text, ToolCall, ToolResult, Usage
from picode.server.touched import Touched
from picode.sessions.file import SessionFile
from support.sessions import BEGAN, conversation


def change(session: SessionFile, call: str, path: str, *, diff: str = "+1 x", failed: bool = False) -> None:
    """The assistant edits a file, and it is done."""
    asked = Assistant(
        content=[ToolCall(id=call, name="edit", arguments={"path": path})], api="demo", provider="demo", model="demo",
        usage=Usage(), timestamp=BEGAN, stop_reason="toolUse",
    )  # fmt: skip
    session.append_message(asked)
    session.append_message(
        ToolResult(call, "edit", [Text(text="done")], {"diff": diff} if diff else {}, is_error=failed)
    )


def test_files_that_were_changed_are_told_with_the_directories_that_they_are_in(tmp_path: Path) -> None:
    session = conversation(tmp_path)
    change(session, "c1", "src/deep/app.py")
    change(session, "c2", "/home/u/proj/README")
    change(session, "c3", "/etc/hosts")
    change(session, "c4", "only/read.py", diff="")
    change(session, "c5", "failed.py", failed=True)
    found = Touched().below(Path("/home/u/proj"), session)
    assert found == {"src", "src/deep", "src/deep/app.py", "README"}


def test_what_was_added_is_read_and_another_branch_is_read_anew(tmp_path: Path) -> None:
    session, touched = conversation(tmp_path), Touched()
    before = session.leaf
    assert touched.files(session) == frozenset()
    change(session, "c1", "a.py")
    assert touched.files(session) == {"/home/u/proj/a.py"}
    change(session, "c2", "../b.py")
    assert touched.files(session) == {"/home/u/proj/a.py", "/home/u/b.py"}
    session.leaf = before
    assert touched.files(session) == frozenset()
