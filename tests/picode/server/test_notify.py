"""When a command tells of a turn, and what it is given."""

import asyncio
from pathlib import Path

import pytest

from picode.server.notify import Notifier, harmless, wanted


@pytest.mark.parametrize(
    ("setting", "present", "idle", "since_last", "runs"),
    [
        ("notify-send", False, 0, 60, True), ("notify-send", True, 60, 60, True), ("notify-send", True, 1, 60, False),
        ("notify-send", False, 60, 1, False), ("osc", False, 60, 60, False), ("off", False, 60, 60, False),
        ("", False, 60, 60, False),
    ],
)  # fmt: skip
def test_it_runs_when_nobody_looks_and_not_too_often(
    setting: str, present: bool, idle: float, since_last: float, runs: bool
) -> None:
    assert wanted(setting, present=present, idle=idle, since_last=since_last) is runs


def test_the_text_is_one_harmless_line() -> None:
    assert harmless("Waits:\x1b]0;evil\x07 rm\n-rf\u202e /") == "Waits: ]0;evil rm -rf /"
    assert len(harmless("x" * 5000)) == 200


async def test_the_command_gets_a_title_and_the_text_as_they_are(home: Path) -> None:
    told = home / "told"
    script = home / "tell me"
    script.write_text(f'#!/bin/sh\nprintf "%s|%s|%s" "$1" "$2" "$3" > {told}.new\nmv {told}.new {told}\n')
    script.chmod(0o700)
    notifier = Notifier()
    for _ in range(5):
        notifier.tell("c", f"'{script}' --urgent", "Has finished: $(touch x); `y`", present=False, idle=0)
    async with asyncio.timeout(20):
        while not told.exists():
            await asyncio.sleep(0.01)
    assert told.read_text() == "--urgent|PiCode|Has finished: $(touch x); `y`"
    await notifier.close()


@pytest.mark.parametrize("setting", ["/not/there", "'unfinished"])
async def test_a_command_that_cannot_be_run_does_no_harm(setting: str) -> None:
    notifier = Notifier()
    notifier.tell("c", setting, "text", present=False, idle=0)
    await asyncio.sleep(0)
    await notifier.close()
