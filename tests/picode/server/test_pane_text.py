"""What a pane shows, with a shell script in Zellij's place; tests/workspace has the real one."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from picode.errors import Missing, UsageError
from picode.protocol.values import CommandRecord
from picode.server.pane_text import is_covered, of_pane, on_screen

SCRIPT = """#!/bin/sh
cd "$HERE" || exit 1
case "$*" in
*list-panes*) cat panes ;;
*dump-screen*) printf '%s' "$*" >asked; printf 'one  \\ntwo\\n\\n\\n' ;;
esac
"""


def stand_in(home: Path, *panes: "dict[str, Any]") -> dict[str, str]:
    (home / "zellij").write_text(SCRIPT)
    (home / "zellij").chmod(0o755)
    (home / "panes").write_text(json.dumps(panes))
    return {"PICODE_ZELLIJ": str(home / "zellij"), "HERE": str(home), "PATH": os.environ["PATH"]}


def record(output: bytes, status: "int | None" = None) -> CommandRecord:
    return CommandRecord(number=3, command="vi a", cwd="/", status=status, head=output)


@pytest.mark.parametrize(
    ("output", "status", "covered"),
    [
        (b"one\r\n", None, False),
        (b"\x1b[?1049hdrawn", None, True),
        (b"\x1b[?1049hdrawn\x1b[?1049lplain", None, False),
        (b"\x1b[?1049hdrawn\x1b[?1049l\x1b[?47hagain", None, True),
        (b"\x1b[?1049hdrawn", 0, False),
    ],
)
def test_a_command_is_covered_while_it_draws_in_the_alternate_screen(
    output: bytes, status: "int | None", covered: bool
) -> None:
    assert is_covered(record(output, status)) is covered


async def test_a_pane_without_a_recorder_gives_its_program_and_its_text(tmp_path: Path) -> None:
    panes = (
        {"id": 7, "is_plugin": True, "title": "explorer"},
        {"id": 7, "title": "logs", "terminal_command": "tail -f log", "pane_cwd": "/srv"},
    )
    found = await of_pane("s", stand_in(tmp_path, *panes), "7")
    assert (found.command, found.cwd, found.status, found.exact) == ("tail -f log", "/srv", None, False)
    assert found.head == b"one\r\ntwo"
    assert "--full --pane-id terminal_7" in (tmp_path / "asked").read_text()


async def test_the_status_of_a_program_that_has_ended_is_told(tmp_path: Path) -> None:
    ended = {"id": 1, "terminal_command": "make", "exited": True, "exit_status": 2}
    assert (await of_pane("s", stand_in(tmp_path, ended), "1")).status == 2


async def test_the_assistants_own_pane_is_not_sent_to_it(tmp_path: Path) -> None:
    env = stand_in(tmp_path, {"id": 0, "terminal_command": "/opt/bin/picode chat"})
    with pytest.raises(UsageError, match="own pane"):
        await of_pane("s", env, "0")


async def test_a_pane_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        await of_pane("s", stand_in(tmp_path, {"id": 0, "terminal_command": "x"}), "9")


async def test_what_is_drawn_takes_the_place_of_what_was_printed(tmp_path: Path) -> None:
    found = await on_screen("s", stand_in(tmp_path), record(b"\x1b[?1049hdrawn"), "2")
    assert (found.command, found.number, found.head, found.exact) == ("vi a", 3, b"one\r\ntwo", False)
    assert "--full" not in (tmp_path / "asked").read_text()
