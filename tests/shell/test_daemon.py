"""Keys and `picode send` with the real daemon: absent, stopped, killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from picode import paths
from picode.client.lock import holder
from picode.protocol.replies import DaemonStatus, Terminals
from picode.protocol.requests import GetStatus, GetTerminals
from support.daemon import Running, daemon, strays
from support.ptyshell import SHELLS, RecordedShell, environment
from support.tools import need

__all__ = ["daemon", "strays"]


@pytest.fixture
def shell(home: Path, strays: None) -> Iterator[RecordedShell]:
    driven = RecordedShell(home, "bash").ready()
    yield driven
    driven.hang_up()


def asked(where: paths.Paths) -> list[str]:
    """All text of every user message on disk."""
    lines = [line for file in where.sessions.rglob("*.jsonl") for line in file.read_text().splitlines()]
    entries = [json.loads(line) for line in lines if '"role":"user"' in line]
    return [
        "\n".join(part["text"] for part in entry["message"]["content"])
        for entry in entries
        if entry["type"] == "message"
    ]


def send(
    home: Path, *words: str, stdin: bytes | None = None, **more: str
) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "picode", "send", *words]
    where = environment(home, "bash", **more)
    return subprocess.run(command, input=stdin or b"", capture_output=True, timeout=60, env=where, cwd=home)


@pytest.mark.parametrize("kind", SHELLS)
def test_a_key_starts_the_daemon_when_there_is_none(home: Path, strays: None, kind: str) -> None:
    need(kind)
    where = paths.resolve()
    shell = RecordedShell(home, kind).ready()
    try:
        assert not holder(where)
        shell.run("echo very special output")
        shell.send(b"\x1ba")
        shell.until(lambda: len(asked(where)) == 1, 30)
        assert "very special output" in asked(where)[0]
        assert b"picode:" not in shell.seen
    finally:
        shell.hang_up()


def test_a_stopped_daemon_costs_the_shell_nothing_and_one_line(shell: RecordedShell, daemon: Running) -> None:
    shell.run("echo one")
    os.kill(daemon.pid, signal.SIGSTOP)
    try:
        shell.send(b"\x1ba")
        begun = time.monotonic()
        assert shell.run("echo two").head == b"two\r\n"
        assert time.monotonic() - begun < 5
        shell.wait_for(b"the daemon does not answer", 0, 20)
        assert shell.run("echo three").head == b"three\r\n"
        assert shell.seen.count(b"picode:") == 1
    finally:
        os.kill(daemon.pid, signal.SIGCONT)


def test_a_daemon_killed_and_started_again_gets_the_next_key(shell: RecordedShell, daemon: Running) -> None:
    shell.run("echo one")
    shell.send(b"\x1ba")
    shell.until(lambda: len(asked(daemon.where)) == 1)
    daemon.kill()
    daemon.start()
    shell.run("echo two")
    shell.send(b"\x1ba")
    shell.until(lambda: len(asked(daemon.where)) == 2)


@pytest.mark.parametrize("missing", ["requests.sock", "shells.sock"])
def test_a_key_takes_the_recorders_own_socket_and_an_older_daemons_when_there_is_none(
    home: Path, daemon: Running, missing: str
) -> None:
    (daemon.where.runtime / missing).rename(daemon.where.runtime / "away")
    shell = RecordedShell(home, "bash").ready()
    try:
        shell.run("echo one")
        shell.send(b"\x1ba")
        shell.until(lambda: len(asked(daemon.where)) == 1)
        assert b"picode:" not in shell.seen
    finally:
        shell.hang_up()
        (daemon.where.runtime / "away").rename(daemon.where.runtime / missing)


def test_a_new_daemon_knows_the_terminals_that_are_older_and_what_ran_in_them(
    shell: RecordedShell, daemon: Running
) -> None:
    daemon.kill()
    shell.run("echo before the daemon")
    daemon.start()

    def known() -> list[str]:
        with daemon.connect() as asking:
            count = asking.ask_for(DaemonStatus, GetStatus(id=0)).terminals
            listed = asking.ask_for(Terminals, GetTerminals(id=0)).terminals
        return [one.last.command for one in listed if one.last][:count]

    shell.until(lambda: known() == ["echo before the daemon"], 30)


def test_send_from_a_pipe_takes_what_it_reads(home: Path, daemon: Running) -> None:
    ran = send(home, "why?", stdin=b"\x1b[31mmake: *** broken\x1b[0m\r\n10%\r100%\n")
    assert (ran.returncode, ran.stderr) == (0, b"")
    found = asked(daemon.where)
    assert found[0].startswith("why?\n")
    assert "make: *** broken" in found[0]
    assert "10%" not in found[0].replace("100%", "")
    assert "\x1b" not in found[0]


def test_send_in_a_recorded_shell_takes_the_last_output(shell: RecordedShell, daemon: Running) -> None:
    shell.run("sh -c 'echo broken; exit 3'")
    shell.run(f"{sys.executable} -m picode send what now")
    (found,) = asked(daemon.where)
    assert found.startswith("what now\n")
    assert 'status="3"' in found
    assert "broken" in found


def test_send_without_a_recorder_sends_the_words_and_without_words_says_so(
    home: Path, daemon: Running
) -> None:
    assert send(home, "only", "words").returncode == 0
    assert asked(daemon.where) == ["only words"]
    nothing = send(home)
    assert nothing.returncode == 2
    assert nothing.stderr.startswith(b"picode: There is nothing to send.")
    assert send(home, "hello", PICODE_TERMINAL=str(home / "gone.sock")).returncode == 0


def test_send_with_attach_opens_the_conversation_here(shell: RecordedShell, daemon: Running) -> None:
    start = len(shell.seen)
    shell.send(f"{sys.executable} -m picode send --attach hello there\r".encode())
    shell.wait_for(b"hello there", shell.wait_for(b"\x1b]133;C", start), 30)
    shell.until(lambda: asked(daemon.where) != [])
    shell.read(1)
    shell.send(b"\x04")
    shell.until(lambda: (record := shell.command(1)) is not None and record.status is not None, 20)
