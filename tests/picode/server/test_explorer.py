"""The explorer's bridge, with a shell script in Zellij's place; tests/workspace has the real one."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from picode.errors import Missing
from picode.protocol.values import Status
from picode.server.explorer import Callbacks, Explorer, is_assistant, mention

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
        calls = Callbacks(self.insert, self.send_command, self.send_pane, Status, list)
        self.explorer = Explorer("s", env, home / "project", calls)

    async def insert(self, text: str) -> None:
        self.asked.append(("insert", text))

    async def send_command(self, terminal: str, number: int) -> None:
        raise Missing(f"Command {number} of {terminal} is no longer kept.")

    async def send_pane(self, pane: str) -> None:
        self.asked.append(("pane", pane))

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
    await desk.until(lambda: f"action edit {desk.explorer.project}/a.txt" in desk.wrote("actions"))


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


@pytest.mark.parametrize(
    ("command", "ours"),
    [
        ("picode chat", True),
        ("/x/.venv/bin/picode chat --continue", True),
        ("/usr/bin/python3 /x/bin/picode chat", True),
        ("vim picode chat.md", False),
        ("picode daemon run", False),
        ("", False),
    ],
)
def test_the_assistants_pane_is_known_by_its_command(command: str, ours: bool) -> None:
    assert is_assistant(command) is ours
