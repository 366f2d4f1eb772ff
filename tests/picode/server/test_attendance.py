"""Who counts as being there."""

import os
import subprocess
from pathlib import Path

import pytest

from picode.protocol.values import Place
from picode.server import attendance
from picode.server.attendance import Attendance


def zellij(home: Path, *answers: str) -> dict[str, str]:
    """A program in Zellij's place that gives these answers one after the other, and the last one from then on."""
    for number, answer in enumerate(answers):
        (home / f"answer{number}").write_text(answer)
    program = home / "zellij"
    program.write_text(
        f"#!/bin/sh\ncount=$(cat {home}/count 2>/dev/null || echo 0)\necho $((count + 1)) > {home}/count\n"
        f'[ -f "{home}/answer$count" ] || count={len(answers) - 1}\n'
        f'[ -s "{home}/answer$count" ] || exit 1\ncat "{home}/answer$count"\n'
    )
    program.chmod(0o700)
    return {"PICODE_ZELLIJ": str(program), "PATH": os.environ["PATH"]}


def asked(home: Path) -> int:
    return int((home / "count").read_text()) if (home / "count").exists() else 0


HEAD = "CLIENT_ID ZELLIJ_PANE_ID RUNNING_COMMAND\n"


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attendance, "AGAIN_AFTER", 0.01)


async def test_a_pane_outside_zellij_is_seen_as_long_as_it_lives(home: Path) -> None:
    there = Attendance(lambda conversation: {})
    process = subprocess.Popen(["sleep", "60"])
    there.attend("c", Place(str(home)), process.pid)
    assert await there.present("c")
    process.kill()
    process.wait()
    assert not await there.present("c")
    assert there.panes("c") == []


async def test_a_pane_goes_with_the_conversation_that_it_shows(home: Path) -> None:
    there = Attendance(lambda conversation: {})
    there.attend("one", Place(str(home)), os.getpid())
    there.attend("two", Place(str(home)), os.getpid())
    assert not await there.present("one")
    assert await there.present("two")


async def test_a_conversation_that_never_had_a_pane_is_a_programs(home: Path) -> None:
    assert await Attendance(lambda conversation: {}).present("c")


@pytest.mark.parametrize(
    ("answers", "present", "calls"),
    [
        ([f"{HEAD}1 terminal_1 picode\n"], True, 1),
        ([HEAD], False, 3),
        ([HEAD, f"{HEAD}1 plugin_1 N/A\n"], True, 2),
        ([""], False, 1),
    ],
    ids=["attached", "nobody", "an empty list now and then", "the session is gone"],
)
async def test_inside_zellij_a_pane_counts_when_a_terminal_is_attached(
    home: Path, where: object, answers: list[str], present: bool, calls: int
) -> None:
    there = Attendance(lambda conversation: {})
    there.attend("c", Place(str(home), "s", zellij_env=zellij(home, *answers)), os.getpid())
    assert await there.present("c") is present
    assert asked(home) == calls


async def test_the_workspaces_session_counts_without_a_pane(home: Path, where: object) -> None:
    env = zellij(home, f"{HEAD}1 terminal_1 bash\n")
    there = Attendance(lambda conversation: {"s": env})
    assert await there.present("c")
