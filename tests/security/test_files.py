"""File tools: nothing hangs, nothing special is written, and what a person allows is what happens."""

# ruff: noqa: E501 - the tables' cases are read one by one

import asyncio
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from picode.config.schema import Settings
from picode.config.schema import Tools as ToolSettings
from picode.messages import ToolCall
from picode.pane.approval import approval_printed
from picode.pane.lines import plain, to_ansi
from picode.protocol.values import Approval
from picode.tools.base import Running
from picode.tools.permissions import Call, Grants, Policy, decide, with_always
from picode.tools.toolbox import Prepared, Result, Toolbox
from support.toolbox import call, text, toolbox

BOUND = 20.0


@pytest.fixture
def project(home: Path) -> Path:
    (home / "project").mkdir()
    return home / "project"


async def prepared(
    box: Toolbox, cwd: Path, tool: str, grants: Grants | None = None, **arguments: Any
) -> Prepared | Result:
    wanted = ToolCall(id="call", name=tool, arguments=arguments)
    return await box.prepare(wanted, str(cwd), "c", Policy(), grants or Grants())


@pytest.mark.parametrize("tool", ["read", "write", "edit", "grep", "ls", "find"])
@pytest.mark.parametrize(
    "kind", ["fifo", "socket", "directory", "/dev/zero", "/dev/tty", "link to itself", "fifo by a link"]
)
async def test_special_files_never_hang_and_are_never_written(project: Path, tool: str, kind: str) -> None:
    path = project / "special"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
    elif kind == "directory":
        path.mkdir()
    elif kind == "link to itself":
        path.symlink_to(path)
    elif kind == "fifo by a link":
        os.mkfifo(project / "pipe")
        path.symlink_to("pipe")
    else:
        path.symlink_to(kind)
    before = os.lstat(path)
    arguments: dict[str, Any] = {
        "read": {"path": "special"}, "write": {"path": "special", "content": "x"},
        "edit": {"path": "special", "edits": [{"oldText": "a", "newText": "b"}]},
        "grep": {"path": "special", "pattern": "x"}, "ls": {"path": "special"}, "find": {"path": "special", "pattern": "*"},
    }[tool]  # type: ignore[assignment]  # fmt: skip
    async with asyncio.timeout(BOUND):
        result = await call(toolbox(project), project, tool, **arguments)
    after = os.lstat(path)
    if kind != "link to itself":
        assert (before.st_mode, before.st_ino) == (after.st_mode, after.st_ino)
    if tool in ("read", "edit") or (tool == "write" and kind != "link to itself"):
        assert result.is_error


@pytest.mark.parametrize(
    "path",
    [
        "/proc/self/mem",
        "/proc/kcore",
        "/proc/self/pagemap",
        "/proc/kmsg",
        "/sys/kernel/debug/tracing/trace_pipe",
        "/proc/self/fd/0",
    ],
)
async def test_endless_files_of_the_kernel_are_bounded(project: Path, path: str) -> None:
    async with asyncio.timeout(BOUND):
        result = await call(toolbox(project), project, "read", path=path)
    assert len(text(result)) < 60_000


async def test_a_huge_file_is_refused_without_reading_it(project: Path) -> None:
    with (project / "huge").open("wb") as file:
        file.truncate(40 * 1024**3)
    async with asyncio.timeout(BOUND):
        cases: dict[str, dict[str, Any]] = {
            "read": {},
            "edit": {"edits": [{"oldText": "a", "newText": "b"}]},
            "write": {"content": "x"},
        }
        for tool, more in cases.items():
            result = await call(toolbox(project), project, tool, path="huge", **more)
            assert result.is_error
    assert (project / "huge").stat().st_size == 40 * 1024**3


OUTSIDE = ["../outside", "a/../../outside", "/etc/hosts", "~/outside", "link", "linked/file", "@../outside", ".git/hooks/pre-commit",
           "sub/.git/config", "./.git/config", "dangling", "..", "a/b/../../../project2/x", "../project2/x"]  # fmt: skip


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("tool", ["write", "edit"])
async def test_always_for_files_never_leads_out_of_the_project(
    home: Path, project: Path, tool: str, path: str
) -> None:
    (home / "outside").write_text("a")
    (home / "project2").mkdir()
    (home / "elsewhere").mkdir()
    (home / "elsewhere" / "file").write_text("a")
    (project / "link").symlink_to(home / "outside")
    (project / "linked").symlink_to(home / "elsewhere")
    (project / "dangling").symlink_to(home / "made")
    for directory in (project, project / "sub"):
        (directory / ".git" / "hooks").mkdir(parents=True)
        (directory / ".git" / "config").write_text("a")
    grants = Grants()
    for granted in ("write", "edit"):
        grants = with_always(Call(granted, False, path=str(project / "a"), cwd=str(project)), grants)
    arguments: dict[str, Any] = (
        {"content": "x"} if tool == "write" else {"edits": [{"oldText": "a", "newText": "b"}]}
    )
    found = await prepared(toolbox(home), project, tool, grants, path=path, **arguments)
    assert isinstance(found, Result) or found.verdict.decision == "ask"
    inside = await prepared(toolbox(home), project, "write", grants, path="new/file", content="x")
    assert isinstance(inside, Prepared)
    assert inside.verdict.decision == "allow"


async def test_a_link_that_leads_elsewhere_is_told_with_its_target(home: Path, project: Path) -> None:
    (home / ".bashrc").write_text("old\n")
    (project / "notes").symlink_to(home / ".bashrc")
    found = await prepared(toolbox(home), project, "write", path="notes", content="new\n")
    assert isinstance(found, Prepared)
    assert str(home / ".bashrc") in "".join(plain(line) for line in approval_printed(found.approval(), 200))


@pytest.mark.parametrize(
    "how", ["changed", "gone", "a link now", "a fifo now", "its directory is a link now"]
)
async def test_what_changed_after_it_was_shown_is_left_alone(home: Path, project: Path, how: str) -> None:
    (project / "d").mkdir()
    path = project / "d" / "file"
    path.write_text("shown\n")
    (home / "target").mkdir()
    (home / "target" / "file").write_text("mine\n")
    box = toolbox(home)
    found = await prepared(
        box, project, "edit", path="d/file", edits=[{"oldText": "shown", "newText": "new"}]
    )
    assert isinstance(found, Prepared)
    if how == "changed":
        path.write_text("shown\nand more\n")
    elif how == "its directory is a link now":
        (project / "d").rename(project / "away")
        (project / "d").symlink_to(home / "target")
    else:
        path.unlink()
        if how == "a link now":
            path.symlink_to(home / "target" / "file")
        elif how == "a fifo now":
            os.mkfifo(path)
    async with asyncio.timeout(BOUND):
        result = await box.run(found, "c", Running())
    assert result.is_error
    assert (home / "target" / "file").read_text() == "mine\n"


async def test_a_link_put_in_its_place_with_the_same_text_does_not_redirect_it(
    home: Path, project: Path
) -> None:
    path = project / "file"
    path.write_text("same\n")
    (home / "target").write_text("same\n")
    box = toolbox(home)
    found = await prepared(box, project, "write", path="file", content="new\n")
    assert isinstance(found, Prepared)
    path.unlink()
    path.symlink_to(home / "target")
    result = await box.run(found, "c", Running())
    assert result.is_error
    assert (home / "target").read_text() == "same\n"


HIDING = [
    "echo hi \x1b]0;\nrm -rf ~ #\x07", "echo hi \x1b]8;;\nrm -rf ~ #\x1b\\", "echo hi \x1bP\nrm -rf ~ #\x1b\\", "rm\x1b[8m -rf ~",
    "echo a\rrm -rf ~", "echo a\x08\x08rm", "rm -rf ~\x1b[2K\x1b[1A", "echo \u202e~ fr- mr", "echo \u2066x\u2069", "echo a\u200bb",
    "echo \x9b2J", "echo \x90x\x9c", "echo a\x7f", "echo \u3164", "echo \ufeff", "echo \u00ad", "echo \U000e0041", "echo\u00a0x",
    "echo \u2028rm",
]  # fmt: skip


@pytest.mark.parametrize("command", HIDING)
async def test_an_approval_shows_every_character_of_a_command(project: Path, command: str) -> None:
    found = await prepared(toolbox(project), project, "bash", command=command)
    assert isinstance(found, Prepared)
    lines = approval_printed(found.approval(), 200)
    shown = "\n".join(plain(line)[2:] for line in lines[1:])
    assert all(char.isprintable() for char in shown if char != "\n")
    # every character stands for itself, or for what cannot be seen: none is missing, none is invisible
    seen, rest = 0, shown
    for char in command:
        if char == "\n" or (char.isprintable() and char not in "\u3164"):
            assert rest.startswith(char)
            rest = rest[1:]
        else:
            mark = rest[: rest.index(">") + 1] if rest.startswith("<U+") else rest[:1]
            assert mark == f"<U+{ord(char):04X}>" or ord(mark) >= 0x2400
            rest = rest[len(mark) :]
        seen += 1
    assert (seen, rest) == (len(command), "")


async def test_an_approval_of_a_change_shows_controls_too(project: Path) -> None:
    content = "a\nb\x1b]0;\nrm -rf ~\x07\nc\r\n"
    found = await prepared(toolbox(project), project, "write", path="f\x1b[2J\u202e.py", content=content)
    assert isinstance(found, Prepared)
    lines = approval_printed(found.approval(), 200)
    shown = [plain(line) for line in lines]
    assert "+rm -rf ~␇" in shown
    assert "+b␛]0;" in shown
    assert "+c␍" in shown
    assert "f␛[2J<U+202E>.py" in shown[0]
    assert not any(char in to_ansi(lines, colour=False) for char in "\x1b\x07\r\u202e")


def test_the_word_always_is_shown_with_nothing_hidden() -> None:
    from picode.pane.approval import question
    from picode.pane.state import State

    shown = question(State(), Approval("c", "bash", "x", "x", "command", "every `x\x1b[8m y\u202e`"), 200)
    assert "every `x␛[8m y<U+202E>`" in plain(shown[-1])


async def test_a_tool_that_is_denied_cannot_be_granted(home: Path, project: Path) -> None:
    settings = Settings(tools=ToolSettings(deny=["bash"]))
    box = toolbox(home, settings)
    wanted = ToolCall(id="call", name="bash", arguments={"command": "touch made"})
    found = await box.prepare(
        wanted,
        str(project),
        "c",
        box.policy(frozenset(["all", "bash"]), False),
        Grants(tools=frozenset(["bash"])),
    )
    assert isinstance(found, Result)
    assert not (project / "made").exists()
    assert (
        decide(
            Call("bash", False, "ls"), Policy(allow=frozenset(["all"]), deny=frozenset(["all"])), Grants()
        ).decision
        == "deny"
    )
