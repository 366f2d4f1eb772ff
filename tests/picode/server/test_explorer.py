"""The explorer's bridge, with a shell script in Zellij's place; tests/workspace has the real one."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from picode.errors import Missing
from picode.protocol import plugin
from picode.protocol.values import CommandNote, ConversationInfo, Status
from picode.server.explorer import Explorer, mention
from picode.server.explorer_callbacks import Callbacks

SCRIPT = """#!/bin/sh
cd "$HERE" || exit 1
case "$*" in
*list-clients*) printf 'CLIENT_ID\\n1 t\\n' ;;
*picode-events*) [ -e lines ] && cat lines && exec sleep 600 ;;
*picode-state*) printf '%s\\n' "$*" >>snapshots; cat answer ;;
*) printf '%s\\n' "$*" >>actions ;;
esac
"""


def line(kind: str, client: int = 1, seq: int = 1, **fields: "str | int") -> str:
    rest = "".join(f',"{name}":{value!r}'.replace("'", '"') for name, value in fields.items())
    return f'{{"type":"{kind}","v":1,"plugin":4,"client":{client},"seq":{seq}{rest}}}\n'


class Desk:
    """A project, a stand-in for Zellij, and what the explorer asked for."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.asked: list[tuple[str, ...]] = []
        program = home / "zellij"
        program.write_text(SCRIPT)
        program.chmod(0o755)
        (home / "project").mkdir()
        (home / "project" / "a.txt").write_text("")
        (home / "answer").write_text(line("hello", pipe="held"))
        env = {"PICODE_ZELLIJ": str(program), "HERE": str(home), "PATH": os.environ["PATH"]}
        self.touched: set[str] = set()
        self.commands: list[CommandNote] = []
        self.listed = [ConversationInfo("c1", "/p", "/", "an earlier talk")]
        calls = Callbacks(
            self.insert, self.send_command, self.send_pane, Status, lambda: self.commands, self.resume,
            self.conversations, lambda: "c0", lambda project: self.touched, lambda: (1, 2),
        )  # fmt: skip
        self.explorer = Explorer("s", env, home / "project", calls)

    async def insert(self, text: str) -> None:
        self.asked.append(("insert", text))

    async def send_command(self, terminal: str, number: int) -> None:
        raise Missing(f"Command {number} of {terminal} is no longer kept.")

    async def send_pane(self, pane: str) -> None:
        self.asked.append(("pane", pane))

    async def resume(self, conversation: str) -> None:
        self.asked.append(("resume", conversation))

    async def conversations(self) -> list[ConversationInfo]:
        return self.listed

    def last(self) -> plugin.Snapshot:
        """What the plugin was shown last."""
        lines = [one for one in self.wrote("snapshots").splitlines() if one]
        return plugin.decode_snapshot(lines[-1][lines[-1].index("{") :]) if lines else plugin.Snapshot(v=1)

    def tells(self, *lines: str) -> None:
        (self.home / "lines").write_text(line("hello", pipe="held") + "".join(lines))
        self.explorer.start()

    def wrote(self, name: str) -> str:
        path = self.home / name
        return path.read_text() if path.exists() else ""

    async def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 15
        while not holds():
            assert time.monotonic() < deadline, (self.asked, self.wrote("snapshots"), self.explorer.state)
            await asyncio.sleep(0.02)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(tmp_path)
    yield made
    await made.explorer.close()


async def test_a_hello_is_answered_with_the_project(desk: Desk) -> None:
    desk.tells()
    await desk.until(lambda: "a.txt" in desk.wrote("snapshots"))
    assert desk.explorer.state == "here"
    assert '"events_pipe":"held"' in desk.wrote("snapshots")


async def test_the_same_event_of_two_instances_counts_once(desk: Desk) -> None:
    desk.tells(
        line("insert", client=1, seq=2, path="a.txt"),
        line("insert", client=2, seq=9, path="a.txt"),
        line("send_pane", client=1, seq=3, pane=7),
        line("send_pane", client=1, seq=4, pane=7),
    )
    await desk.until(lambda: len(desk.asked) >= 3)
    assert desk.asked == [("insert", "@a.txt "), ("pane", "7"), ("pane", "7")]


async def test_what_fails_is_told_in_the_explorer_and_hurts_nothing(desk: Desk) -> None:
    desk.tells("garbage\n", line("send_command", seq=2, terminal="9.sock", number=3))
    await desk.until(lambda: "Command 3 of 9.sock is no longer kept." in desk.wrote("snapshots"))


async def test_a_file_is_opened_in_the_editor_by_its_whole_path(desk: Desk) -> None:
    desk.tells(line("open_file", seq=2, path="a.txt"))
    await desk.until(lambda: f"{desk.explorer.project}/a.txt" in desk.wrote("actions"))
    assert "--floating" in desk.wrote("actions")


async def test_d_shows_the_changes_of_a_file_in_a_floating_pane(desk: Desk) -> None:
    desk.touched = {"a.txt"}
    desk.tells(line("diff", seq=2, path="a.txt"))
    said = f"diff --page --session c0 -- {desk.explorer.project}/a.txt"
    await desk.until(lambda: said in desk.wrote("actions"))
    assert "new-pane --floating" in desk.wrote("actions")


async def test_d_on_a_file_without_changes_says_so(desk: Desk) -> None:
    desk.tells(line("diff", seq=2, path="a.txt"))
    await desk.until(lambda: "is as committed" in desk.wrote("snapshots"))
    assert "new-pane" not in desk.wrote("actions")


async def test_conversations_and_paused_terminals_are_shown_and_one_can_be_resumed(desk: Desk) -> None:
    desk.tells(line("resume", seq=2, conversation="c1"))
    await desk.until(lambda: ("resume", "c1") in desk.asked)
    await desk.until(lambda: "an earlier talk" in desk.wrote("snapshots"))
    assert '"paused":1,"terminals":2' in desk.wrote("snapshots")


async def test_a_filter_is_answered_with_what_fits_and_its_end_with_everything(desk: Desk) -> None:
    for name in ("one.md", "two.md"):
        (desk.home / "project" / name).write_text("")
    told = desk.home / "more"
    os.mkfifo(told)
    script = (
        (desk.home / "zellij").read_text().replace("cat lines && exec sleep 600", "cat lines; exec cat more")
    )
    (desk.home / "zellij").write_text(script)
    desk.tells(line("filter", seq=2, section="files", query="two"))
    pipe = await asyncio.to_thread(open, told, "w")
    await desk.until(lambda: (shown := desk.last()).filter is not None and shown.tree is not None)
    shown = desk.last().tree
    assert shown is not None
    assert [row[3] for row in shown.rows] == ["two.md"]
    pipe.write(line("filter", seq=3, section="files", query=""))
    pipe.flush()
    await desk.until(
        lambda: (shown := desk.last()).filter is None and len(shown.tree.rows if shown.tree else ()) == 3
    )
    pipe.close()


async def test_the_top_of_a_project_is_shown_before_git_has_read_all_of_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("picode.server.project_watch.ProjectWatch.start", lambda self: None)
    (desk.home / "project" / "src").mkdir()
    (desk.home / "project" / "src" / "deep.py").write_text("")
    desk.tells()
    await desk.until(lambda: "a.txt" in desk.wrote("snapshots"))
    shown = desk.last().tree
    assert shown is not None
    assert [(row[0], row[3]) for row in shown.rows] == [("d", "src"), ("f", "a.txt")]


async def test_what_zellij_says_on_the_pipe_is_no_line(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.tells("\n", "Bye from Zellij!\n", '{"type":"dance","v":1}\n', line("insert", seq=2, path="a.txt"))
    await desk.until(lambda: ("insert", "@a.txt ") in desk.asked)
    assert "cannot be read" not in caplog.text


async def test_the_last_instance_goes_on_while_somebody_is_attached_although_it_says_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("picode.server.explorer.PACE", 0.01)
    desk.tells()
    await desk.until(lambda: "a.txt" in desk.wrote("snapshots"))
    (desk.home / "answer").write_text("")
    for turn in range(8):
        desk.commands.append(CommandNote(number=turn, command=f"turn-{turn}", cwd="/"))
        desk.explorer.changed()
        await desk.until(lambda turn=turn: f"turn-{turn}" in desk.wrote("snapshots"))  # type: ignore[misc]


async def test_a_session_without_the_plugin_is_a_state(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("picode.server.explorer.OPENINGS", (0.0, 0.01))
    desk.explorer.start()
    await desk.until(lambda: desk.explorer.state == "missing")
    desk.tells()
    await desk.until(lambda: desk.explorer.state == "here")


async def test_a_lost_first_message_is_sent_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("picode.server.explorer.OPENINGS", (0.0, 0.01))
    monkeypatch.setattr("picode.server.explorer.PATIENCE", 0.3)
    program = desk.home / "zellij"
    lost = "*picode-events*) [ -e lost ] || { touch lost; exec sleep 600; }; cat lines; exec sleep 600 ;;"
    program.write_text(SCRIPT.replace("*picode-events*) [", f"{lost}\n*never*) ["))
    desk.tells()
    await desk.until(lambda: desk.explorer.state == "here")


@pytest.mark.parametrize("loses", ["sleep 600", "exit 0"])
async def test_a_snapshot_that_is_lost_is_sent_again_soon(desk: Desk, loses: str) -> None:
    program = desk.home / "zellij"
    lost = f"*a.txt*) [ -e lost ] || {{ touch lost; exec {loses}; }}; printf '%s\\n' \"$*\" >>snapshots; cat answer ;;"
    program.write_text(SCRIPT.replace("*picode-state*)", f"{lost}\n*picode-state*)"))
    desk.tells()
    await desk.until(lambda: "a.txt" in desk.wrote("snapshots"))


def test_a_path_with_blanks_is_quoted() -> None:
    assert (mention("a/b.py"), mention("a b.py")) == ("@a/b.py ", '@"a b.py" ')
