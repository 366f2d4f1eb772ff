# ruff: noqa: E501  (messages are compared as a whole)
import os
from pathlib import Path
from typing import Any

import pytest

from picode.config.schema import Settings
from picode.messages import ToolCall
from picode.tools.base import Running
from picode.tools.permissions import Grants, Policy
from picode.tools.toolbox import Prepared
from support.toolbox import call, text, toolbox

EDITS = [
    # content, old, new, content afterwards
    (b"one\ntwo\nthree\n", "two", "2", b"one\n2\nthree\n"),
    (b"one\ntwo", "two", "2\n", b"one\n2\n"),
    (b"one\r\ntwo\r\nthree\r\n", "one\ntwo", "1\n2", b"1\r\n2\r\nthree\r\n"),
    (b"a\r\nb\nc\r\n", "b", "B\nB", b"a\r\nB\r\nB\nc\r\n"),
    ("\ufefffirst\nlast\n".encode(), "first\n", "1st\n", "\ufeff1st\nlast\n".encode()),
    ("say \u201chello\u201d\nkeep \u201cthis\u201d\n".encode(), 'say "hello"', "bye", "bye\nkeep \u201cthis\u201d\n".encode()),
    (b"def f():   \n    return 1\t\n# end   \n", "def f():\n    return 1", "def g():\n    return 2",
     b"def g():\n    return 2\t\n# end   \n"),
    ("a \u2014 b\n".encode(), "a - b", "a", b"a\n"),
    ("x\u00a0= 1\ny\u00a0= 2\n".encode(), "x = 1", "x = 3", "x = 3\ny\u00a0= 2\n".encode()),
    ("caf\u0065\u0301 one\n".encode(), "caf\u00e9", "tea", b"tea one\n"),
    (b"\xff\xfe raw\nline\n", "line", "LINE", b"\xff\xfe raw\nLINE\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "old", "new", "after"), EDITS)
async def test_only_the_edit_changes(home: Path, before: bytes, old: str, new: str, after: bytes) -> None:
    (home / "f").write_bytes(before)
    result = await call(toolbox(home), home, "edit", path="f", edits=[{"oldText": old, "newText": new}])
    assert text(result) == "Successfully replaced 1 block(s) in f."
    assert (home / "f").read_bytes() == after


def edit(old: str, new: str = "x") -> dict[str, str]:
    return {"oldText": old, "newText": new}


FAILURES = [
    ([edit("nosuch")], "Could not find the exact text in f. The old text must match exactly including all whitespace and newlines."),
    ([edit("a")], "Found 3 occurrences of the text in f. The text must be unique. Please provide more context to make it unique."),
    ([edit("")], "oldText must not be empty in f."),
    ([edit("b1"), edit("")], "edits[1].oldText must not be empty in f."),
    ([edit("b1"), edit("nosuch")], "Could not find edits[1] in f. The oldText must match exactly including all whitespace and newlines."),
    ([edit("b1"), edit("a")], "Found 3 occurrences of edits[1] in f. Each oldText must be unique. Please provide more context to make it unique."),
    ([edit("b1\nb2"), edit("b2")], "edits[0] and edits[1] overlap in f. Merge them into one edit or target disjoint regions."),
    ([edit("b1", "b1")], "No changes made to f. The replacement produced identical content. This might indicate an issue with special characters or the text not existing as expected."),
    ([], "Edit tool input is invalid. edits must contain at least one replacement."),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "told"), FAILURES)
async def test_what_cannot_be_edited(home: Path, edits: list[dict[str, str]], told: str) -> None:
    before = b"a a a\nb1\nb2\n"
    (home / "f").write_bytes(before)
    result = await call(toolbox(home), home, "edit", path="f", edits=edits)
    assert (text(result), result.is_error) == (told, True)
    assert (home / "f").read_bytes() == before


async def test_a_file_that_is_not_there(home: Path) -> None:
    result = await call(toolbox(home), home, "edit", path="no/f", edits=[edit("a")])
    assert text(result) == "Could not edit file: no/f. Error code: ENOENT."


async def test_edits_are_looked_for_in_the_file_as_it_was(home: Path) -> None:
    (home / "f").write_text("one\ntwo\n")
    await call(toolbox(home), home, "edit", path="f", edits=[edit("two", "one"), edit("one", "two")])
    assert (home / "f").read_text() == "two\none\n"


FORMS: list[dict[str, Any]] = [
    {"oldText": "one", "newText": "1"},
    {"edits": '[{"oldText": "one", "newText": "1"}]'},
    {"edits": {"oldText": "one", "newText": "1"}},
    {"edits": '{"oldText": "one", "newText": "1"}'},
    {"edits": [{"oldText": "one", "newText": 1}]},
    {"edits": ['{"oldText": "one", "newText": "1"}']},
    {"edits": {"oldText": "o", "newText": ""}, "oldText": "ne", "newText": "1"},
]


@pytest.mark.parametrize("form", FORMS)
async def test_every_form_that_models_send(home: Path, form: dict[str, Any]) -> None:
    (home / "f").write_text("one\n")
    result = await call(toolbox(home), home, "edit", path="f", **form)
    assert (home / "f").read_text() == "1\n", text(result)


async def test_details_have_a_numbered_diff(home: Path) -> None:
    (home / "f").write_text("".join(f"line {n}\n" for n in range(1, 21)))
    result = await call(toolbox(home), home, "edit", path="f", edits=[edit("line 10\n", "ten\n")])
    assert result.details["firstChangedLine"] == 10
    assert result.details["diff"].split("\n") == [
        "    ...", "  6 line 6", "  7 line 7", "  8 line 8", "  9 line 9", "-10 line 10", "+10 ten", " 11 line 11",
        " 12 line 12", " 13 line 13", " 14 line 14", "    ...",
    ]  # fmt: skip


async def test_the_mode_stays_and_links_are_followed(home: Path) -> None:
    (home / "script").write_text("one\n")
    (home / "script").chmod(0o750)
    (home / "link").symlink_to("script")
    await call(toolbox(home), home, "edit", path="link", edits=[edit("one", "1")])
    assert (home / "script").read_text() == "1\n"
    assert (home / "script").stat().st_mode & 0o777 == 0o750
    assert (home / "link").is_symlink()
    assert sorted(os.listdir(home)) == ["link", "script", "state"]


async def test_a_file_that_changed_since_it_was_shown_is_left_alone(home: Path) -> None:
    (home / "f").write_text("one\n")
    box = toolbox(home, Settings())
    wanted = ToolCall(id="c", name="edit", arguments={"path": "f", "edits": [edit("one", "1")]})
    prepared = await box.prepare(wanted, str(home), "conversation", Policy(), Grants())
    assert isinstance(prepared, Prepared)
    assert prepared.approval().detail == "--- f\n+++ f\n@@ -1 +1 @@\n-one\n+1"
    (home / "f").write_text("one and more\n")
    result = await box.run(prepared, "conversation", Running())
    assert result.is_error
    assert "was changed by somebody else" in text(result)
    assert (home / "f").read_text() == "one and more\n"


@pytest.mark.parametrize("tool", ["edit", "write"])
async def test_a_redaction_mark_never_replaces_a_secret(home: Path, tool: str) -> None:
    (home / "f").write_text("token=abc\n")
    new = "token=[redacted: GitHub token]"
    arguments = {"content": new} if tool == "write" else {"edits": [edit("token=abc", new)]}
    result = await call(toolbox(home), home, tool, path="f", **arguments)
    assert result.is_error
    assert (home / "f").read_text() == "token=abc\n"
