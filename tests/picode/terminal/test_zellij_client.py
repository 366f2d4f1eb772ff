"""With a program in Zellij's place, as only that one ends as often as it is told to."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from picode.errors import Unavailable
from picode.installation.session_name import write_known
from picode.terminal.zellij_client import Client
from picode.terminal.zellij_waits import THROWN_OUT
from support.screen import Terminal
from support.zellij import wait_for


def fake(home: Path, script: str) -> Path:
    """A `zellij` that does this; `$LOG` is its log."""
    program = home / "zellij"
    directory = home / "t" / f"zellij-{os.getuid()}" / "zellij-log"
    directory.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!/bin/sh\nLOG={directory}/zellij.log\n{script}\n")
    program.chmod(0o755)
    return program


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(home / "t")}


@pytest.mark.parametrize(
    ("script", "status", "lost"),
    [
        ("exit 0", 0, ""),
        ("exit 3", 3, ""),
        ("kill -9 $$", 137, ""),
        (
            "echo \"No session with the name 'w' found!\" >&2; exit 1",
            1,
            "No session with the name 'w' found!",
        ),
        ("echo 'There is no active session!' >&2; exit 1", 1, "There is no active session!"),
        (f"echo 'INFO {THROWN_OUT}.' >> $LOG", 0, f"{THROWN_OUT}."),
    ],
)
def test_an_end_that_nobody_wished_for_is_told_from_others(
    home: Path, script: str, status: int, lost: str
) -> None:
    assert Client(fake(home, script), [], environment(home)).wait() == (status, lost)


def test_what_another_client_had_logged_before_does_not_count(home: Path) -> None:
    zellij = fake(home, "echo other >> $LOG")
    (home / "t" / f"zellij-{os.getuid()}" / "zellij-log" / "zellij.log").write_text(f"{THROWN_OUT}\n")
    assert Client(zellij, [], environment(home)).wait() == (0, "")


def test_what_zellij_says_otherwise_is_passed_on(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Client(fake(home, "echo 'it is broken' >&2; exit 2"), [], environment(home)).wait()
    assert "it is broken" in capfd.readouterr().err


def test_one_that_cannot_be_started_is_one_sentence(home: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be started"):
        Client(home / "not-there", [], environment(home))


def up(home: Path, script: str, living: str = "") -> Terminal:
    """`picode up` with a Zellij whose attaching is `script`; `living`: the session that it lists."""
    sessions = f"echo '{living} [Created 1s ago]'" if living else "true"
    whole = f'case "$*" in *version*) echo zellij 0.45.0;; *list-sessions*) {sessions};; *) {script};; esac'
    if living:
        (home / "z" / "contract_version_1").mkdir(parents=True)
        (home / "z" / "contract_version_1" / living).touch()
        state = home / "p" / "state"
        state.mkdir(parents=True)
        write_known(state / "zellij-sessions.json", {living: str(home / "project")})
    zellij = fake(home, whole)
    (home / "project").mkdir()
    environ = {**environment(home), "PICODE_ZELLIJ": str(zellij), "ZELLIJ_SOCKET_DIR": str(home / "z")}
    subprocess.run(
        [sys.executable, "-m", "picode", "setup", "--yes"], env=environ, check=True, capture_output=True
    )
    return Terminal([sys.executable, "-m", "picode", "up", "--yes"], environ, home / "project")


def test_a_terminal_that_zellij_lost_is_attached_again(home: Path) -> None:
    lost = "echo \"No session with the name 'w' found!\" >&2; exit 1"
    terminal = up(
        home, f"echo x >> {home}/tries; [ $(wc -l < {home}/tries) -ge 3 ] || {{ {lost}; }}; echo inside"
    )
    try:
        assert terminal.wait_end() == 0
        assert "inside" in terminal.screen
        assert terminal.screen.count("Zellij lost this terminal") == 2
        assert "No session" not in terminal.screen
    finally:
        terminal.close()


def test_a_terminal_that_is_lost_again_and_again_is_one_sentence(home: Path) -> None:
    terminal = up(home, f"echo x >> {home}/tries; echo '{THROWN_OUT}' >> $LOG")
    try:
        assert terminal.wait_end() == 69
        told = " ".join(terminal.screen.split())
        assert "Zellij did not let this terminal into the session project, 4 times" in told
        assert "Nothing in the session is lost" in told
        assert (home / "tries").read_text().count("x") == 4
    finally:
        terminal.close()


def test_a_signal_means_zellij_and_its_end_is_ours(home: Path) -> None:
    terminal = up(home, "trap 'echo heard; exit 7' HUP; echo inside; while :; do sleep 0.1; done")
    try:
        terminal.wait_for("inside")
        terminal.process.send_signal(signal.SIGHUP)
        assert terminal.wait_end() == 7
        assert "heard" in terminal.screen
    finally:
        terminal.close()


def test_a_living_session_that_is_missed_is_not_begun_anew_from_what_was_saved(home: Path) -> None:
    saved = home / ".cache" / "zellij" / "contract_version_1" / "session_info" / "project"
    saved.mkdir(parents=True)
    (saved / "session-layout.kdl").write_text("layout")
    # as Zellij does: a session that it misses is begun from what is saved, else there is none
    come = (
        f"[ -e {saved}/session-layout.kdl ] && echo BEGUN ANEW; stty raw; echo inside; read line; stty sane"
    )
    terminal = up(home, come, living="project")
    try:
        terminal.wait_for("inside")
        wait_for((saved / "session-layout.kdl").exists, "what was saved")
        assert "BEGUN ANEW" not in terminal.screen
        terminal.type("\n")
        assert terminal.wait_end() == 0
    finally:
        terminal.close()


def test_what_waits_is_small_and_ends_with_its_client(home: Path) -> None:
    terminal = up(home, "echo inside; read line; exit 5")
    try:
        terminal.wait_for("inside")
        waiting = psutil.Process(terminal.process.pid)
        wait_for(lambda: "zellij_waits.py" in " ".join(waiting.cmdline()), "the small one")
        # 23 MB are what `picode up` needs to get there
        wait_for(lambda: waiting.memory_info().rss < 14 * 2**20, "at most 14 MB")
        terminal.type("\r")
        assert terminal.wait_end() == 5
    finally:
        terminal.close()


def test_a_client_dies_with_what_waits_for_it(home: Path) -> None:
    terminal = up(home, "echo inside; exec cat")
    try:
        terminal.wait_for("inside")
        waiting = psutil.Process(terminal.process.pid)
        wait_for(lambda: "zellij_waits.py" in " ".join(waiting.cmdline()), "the small one")
        [client] = waiting.children()
        waiting.kill()
        wait_for(lambda: not client.is_running() or client.status() == psutil.STATUS_ZOMBIE, "its end")
    finally:
        terminal.close()
