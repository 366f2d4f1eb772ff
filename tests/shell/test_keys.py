"""The keys at a real prompt, with a daemon's socket that says what came."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from picode.protocol.replies import AnyReply, Refused
from picode.protocol.requests import (
    AnyRequest,
    CommandFinished,
    CommandStarted,
    GetSuggestion,
    Hello,
    Send,
    TerminalClosed,
    TerminalOpened,
)
from picode.protocol.terminal import Insert, Inserted, NotFetched
from picode.terminal.fetch import ask
from support.key_daemon import KeyDaemon, usual
from support.ptyshell import SHELLS, RecordedShell, write_start_file
from support.tools import need


@pytest.fixture
def daemon(home: Path) -> Iterator[KeyDaemon]:
    small = KeyDaemon(home / "p" / "run")
    yield small
    small.close()


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, home: Path, daemon: KeyDaemon) -> Iterator[RecordedShell]:
    need(request.param)
    driven = RecordedShell(home, request.param).ready()
    yield driven
    driven.hang_up()


def sent(shell: RecordedShell, daemon: KeyDaemon, count: int = 1) -> list[Send]:
    shell.until(lambda: len(daemon.of(Send)) >= count)
    return daemon.of(Send)


@pytest.mark.parametrize("key", [b"\x1ba", b"\x18a"], ids=["alt", "ctrl-x"])
def test_on_an_empty_line_the_last_output_is_sent(
    shell: RecordedShell, daemon: KeyDaemon, key: bytes
) -> None:
    shell.run("printf 'out\\033[31mput'; sh -c 'exit 3'")
    shell.send(key)
    request = sent(shell, daemon)[0]
    assert request.text == ""
    assert request.command is not None
    assert request.command.head == b"out\x1b[31mput"
    assert request.command.status == 3
    assert request.place.cwd == str(shell.home)
    shell.send(key)
    first, second = sent(shell, daemon, 2)
    assert first.once
    assert first.once != second.once


def test_text_on_the_line_is_the_question_and_stays_in_the_history(
    shell: RecordedShell, daemon: KeyDaemon
) -> None:
    shell.run("echo before")
    question = "why; is % it 'ä'?"
    shell.send(question.encode())
    shell.send(b"\x1ba")
    request = sent(shell, daemon)[0]
    assert request.text == question
    assert request.command is not None
    assert request.command.command == "echo before"
    # the line is empty now: what is typed next is a command of its own
    assert shell.run("echo after").head == b"after\r\n"
    start = len(shell.seen)
    shell.send(b"\x1b[A")
    shell.wait_for(b"after", start)
    start = len(shell.seen)
    # fish orders its history by whole seconds
    shell.send(b"\x1b[A" * (2 if shell.kind == "fish" else 1))
    shell.wait_for(lambda seen: b"why; " in seen.replace(b"\r\x1b", b"\x1b"), start)


def test_what_is_on_the_line_counts_however_it_came_there(shell: RecordedShell, daemon: KeyDaemon) -> None:
    if shell.kind == "fish":
        pytest.skip("fish has no such stack of lines")
    shell.run("echo first")
    shell.send(b"kept text")
    # zsh puts the line aside and brings it back after the next command; bash brings the next one of its history
    if shell.kind == "zsh":
        shell.send(b"\x1bq")
        shell.run("echo second")
    else:
        shell.send(b"\x15\x1b[A\x0f")
        shell.until(lambda: shell.command(2) is not None)
        shell.read(0.2)
    start = len(shell.seen)
    shell.read(0.2)
    shell.send(b"\x1ba")
    request = sent(shell, daemon)[0]
    assert request.text == ("kept text" if shell.kind == "zsh" else "echo first")
    assert b"8671" not in shell.seen[start:]


@pytest.mark.parametrize("key", [b"\x1bz", b"\x18z"], ids=["alt", "ctrl-x"])
def test_the_suggestion_is_put_on_the_line_and_not_run(
    shell: RecordedShell, daemon: KeyDaemon, key: bytes
) -> None:
    shell.run("true")
    shell.send(key)
    shell.until(lambda: bool(daemon.of(GetSuggestion)))
    shell.wait_for(b"((6*7))")
    assert b"\n42" not in shell.seen
    assert shell.run("").command == "echo suggested; echo $((6*7))" if shell.kind != "fish" else True


def test_the_daemon_is_told_of_every_command(shell: RecordedShell, daemon: KeyDaemon) -> None:
    shell.until(lambda: bool(daemon.of(TerminalOpened)))
    assert [hello.client for hello in daemon.of(Hello)] == ["recorder"]
    assert daemon.of(TerminalOpened)[0].terminal.socket == str(shell.socket)
    shell.run("sh -c 'echo x; exit 5'")
    shell.until(lambda: bool(daemon.of(CommandFinished)))
    assert daemon.of(CommandStarted)[0].note.command == "sh -c 'echo x; exit 5'"
    note = daemon.of(CommandFinished)[0].note
    assert (note.command, note.status, note.size) == ("sh -c 'echo x; exit 5'", 5, 3)
    shell.send(b"exit\r")
    shell.until(lambda: bool(daemon.of(TerminalClosed)))


def test_text_from_elsewhere_cannot_run(shell: RecordedShell) -> None:
    start = len(shell.seen)
    shell.send(b"sh -c 'echo run''ning; read _'\r")
    shell.wait_for(b"running\r\n", start)
    shell.until(lambda: isinstance(ask(shell.socket, Insert("no")), NotFetched))
    shell.send(b"\r")
    shell.until(lambda: ask(shell.socket, Insert("echo a\x1b[201~\recho b\x03\x1ba")) == Inserted())
    shell.wait_for(b"b", shell.wait_for(b"[201~", start))
    assert b"\na[201~" not in shell.seen
    assert shell.command(2) is None


def test_a_key_starts_no_process(shell: RecordedShell, daemon: KeyDaemon) -> None:
    shell.run("echo one")
    shell.run("echo two")
    before = reaped(shell)
    for number in range(1, 6):
        shell.send(b"\x1ba")
        sent(shell, daemon, number)
        shell.send(b"\r")
        shell.read(0.1)
    assert len(psutil.Process(shell.pid).children(recursive=True)) == 1
    assert reaped(shell) == before


def reaped(shell: RecordedShell) -> list[str]:
    """Page faults of the children that recorder and shell have had: they grow with every process started."""
    pids = [shell.pid, *(child.pid for child in psutil.Process(shell.pid).children())]
    return [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[8] for pid in pids]


def test_a_refusal_is_one_line_and_the_prompt_comes_back(home: Path) -> None:
    def refuse(request: AnyRequest) -> AnyReply | None:
        if isinstance(request, Hello):
            return Refused(id=request.id, kind="WrongProtocol", message="Another protocol.", hint="Restart.")
        return None

    daemon = KeyDaemon(home / "p" / "run", refuse)
    shell = RecordedShell(home, "bash").ready()
    try:
        shell.until(lambda: bool(daemon.of(Hello)))
        shell.wait_for(b"picode: Another protocol. Restart.")
        shell.run("echo goes on")
        assert shell.seen.count(b"Another protocol") == 1
    finally:
        shell.hang_up()
        daemon.close()


def test_a_key_that_got_no_answer_is_sent_once_more_under_the_same_name(home: Path) -> None:
    first = KeyDaemon(
        home / "p" / "run", lambda request: usual(request) if isinstance(request, Hello) else None
    )
    shell = RecordedShell(home, "bash").ready()
    try:
        shell.run("echo x")
        shell.send(b"\x1ba")
        lost = sent(shell, first)[0]
        first.close()
        second = KeyDaemon(home / "p" / "run")
        try:
            again = sent(shell, second)
            assert [request.once for request in again] == [lost.once]
            shell.run("echo y")
            assert len(second.of(Send)) == 1
        finally:
            second.close()
    finally:
        shell.hang_up()


def test_a_stopped_daemon_costs_the_shell_nothing(home: Path) -> None:
    silent = KeyDaemon(home / "p" / "run")
    shell = RecordedShell(home, "bash").ready()
    try:
        # nobody serves the socket: everything stays in its queue
        shell.run("echo x")
        shell.send(b"\x1ba")
        assert shell.run("echo y").head == b"y\r\n"
        silent.serve(1)
        assert isinstance(silent.of(Send)[0], Send)
    finally:
        shell.hang_up()
        silent.close()


def test_keys_are_configurable_and_vi_mode_has_them(home: Path, daemon: KeyDaemon) -> None:
    write_start_file(home, "bash", after="set -o vi; PS1='$ '")
    shell = RecordedShell(home, "bash", start_file=False).ready()
    try:
        shell.run("echo x")
        shell.send(b"\x1ba")
        sent(shell, daemon)
        # Escape, then a: append, as vi has it
        shell.send(b"echo ")
        shell.send(b"\x1b")
        shell.read(0.6)
        shell.send(b"aappended\r")
        shell.wait_for(b"\x07appended\r\n")
        assert len(daemon.of(Send)) == 1
    finally:
        shell.hang_up()
