"""A command that says a key: run once, within bounds, and what it prints is in no text of ours."""

import logging
import time
from pathlib import Path

import psutil
import pytest

from picode.credentials import Secret, command
from picode.credentials.command import Commands, run
from picode.errors import NotAllowed

KEY = "sk-of-a-command-0123"


def test_the_first_line_is_the_key() -> None:
    assert run(f"printf '{KEY}\\nnote: mine\\n'") == Secret(KEY)


@pytest.mark.parametrize(
    ("written", "how"),
    [
        (f"echo {KEY}; echo {KEY} >&2; exit 3", "failed (exit status 3)"),
        ("true", "printed nothing"),
        ("", "printed nothing"),
        ("no-such-program-here", "failed (exit status 127)"),
        ("a\0b", "cannot be started"),
    ],
)
def test_one_that_fails_is_told_without_what_it_printed(
    written: str, how: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(NotAllowed) as failure:
        run(written)
    assert how in str(failure.value)
    assert KEY not in str(failure.value) + caplog.text + "".join(capfd.readouterr())


def test_one_that_does_not_end_is_ended_with_all_that_it_started(home: Path) -> None:
    started = time.monotonic()
    with pytest.raises(NotAllowed, match=r"did not end within 0\.3 s"):
        run(f"sleep 300 & echo $! > {home}/child; wait", longest=0.3)
    assert time.monotonic() - started < 60
    try:
        psutil.Process(int((home / "child").read_text())).wait(60)
    except psutil.NoSuchProcess:
        return


def test_it_is_run_once_and_a_failure_is_not_repeated_at_once(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands, runs = Commands(), home / "runs"
    written = f"echo x >> {runs}; echo {KEY}"
    assert not commands.known(written)
    assert {commands.said(written).reveal() for _ in range(3)} == {KEY}
    assert commands.known(written)
    commands.forget(written)
    commands.said(written)
    assert runs.read_text() == "x\nx\n"
    failing = f"echo x >> {runs}; exit 1"
    for _ in range(3):
        with pytest.raises(NotAllowed):
            commands.said(failing)
    assert runs.read_text() == "x\nx\nx\n"
    monkeypatch.setattr(command, "FORGET_FAILURE", 0.0)
    with pytest.raises(NotAllowed):
        commands.said(failing)
    assert runs.read_text() == "x\nx\nx\nx\n"
