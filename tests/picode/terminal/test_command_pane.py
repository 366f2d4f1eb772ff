"""The program in a pane of the assistant's, on a PTY: exact records, its own keys, and its end."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from picode.errors import Unavailable
from picode.protocol import codec
from picode.protocol.terminal import (
    AnyTerminalReply,
    AnyTerminalRequest,
    Await,
    Awaited,
    Begun,
    Commands,
    Fetch,
    Fetched,
    GetCommands,
    Inserted,
    NotFetched,
    Run,
    Type,
)
from picode.protocol.values import CommandRecord
from picode.terminal import zmtp
from picode.terminal.command_pane import printable
from picode.terminal.driver import Driven
from picode.terminal.fetch import ask
from support.zellij import wait_for


class Pane(Driven):
    def __init__(self, home: Path, command: str) -> None:
        environ = {
            name: os.environ[name] for name in ("PATH", "LANG", "PICODE_HOME", "HOME") if name in os.environ
        }
        program = [sys.executable, "-I", "-m", "picode.terminal.command_pane", "web", command]
        super().__init__(program, {**environ, "TERM": "xterm-256color"}, str(home))
        self.socket = home / "p" / "run" / "terminals" / f"{self.pid}.sock"

    def ask(self, request: AnyTerminalRequest) -> AnyTerminalReply:
        return ask(self.socket, request)

    def ended(self, number: int) -> CommandRecord:  # type: ignore[override]
        """The record of a command, as soon as it has ended."""

        def look() -> CommandRecord | None:
            self.read(0.01)
            reply = self.ask(Fetch(number=number))
            return reply.record if isinstance(reply, Fetched) and reply.record.status is not None else None

        found = wait_for(look, f"the end of command {number}", pause=0.02)
        assert found is not None
        return found


@pytest.fixture
def opened(home: Path) -> Iterator[list[Pane]]:
    panes: list[Pane] = []
    yield panes
    for pane in panes:
        pane.hang_up()


def start(home: Path, opened: list[Pane], command: str) -> Pane:
    pane = Pane(home, command)
    opened.append(pane)
    wait_for(lambda: pane.read(0.01) or pane.socket.exists(), "the pane's socket", pause=0.02)
    return pane


EXACT = [
    (r"printf '\033[31mred\033[0m\nno end'; exit 3", b"\x1b[31mred\x1b[0m\r\nno end", 3),
    ("true", b"", 0),
    ("stty raw; printf 'a\nb'", b"a\nb", 0),
    (r"printf '\033]8671;;D;5\007\033]133;D;7\007x'", b"\x1b]8671;;D;5\x07\x1b]133;D;7\x07x", 0),
    ("nosuchcommand 2>/dev/null", b"", 127),
    ("kill -9 $$", b"", 137),
    ("printf '%s' \"$(seq 20000)\" | tail -c 5", b"20000", 0),
]


@pytest.mark.parametrize(("command", "output", "status"), EXACT)
def test_every_byte_and_the_status(
    home: Path, opened: list[Pane], command: str, output: bytes, status: int
) -> None:
    record = start(home, opened, command).ended(1)
    assert (record.command, record.head, record.status) == (command, output, status)


def test_it_runs_again_by_request_and_by_enter_and_each_run_is_kept(home: Path, opened: list[Pane]) -> None:
    pane = start(home, opened, "echo one")
    assert pane.ended(1).head == b"one\r\n"
    assert pane.ask(Run("printf 'wh%s ' 'o?'; read who; echo hi $who")) == Begun(2)
    asked = pane.wait_for(b"who? ")
    assert isinstance(pane.ask(Run("echo no")), NotFetched)
    assert isinstance(pane.ask(Type(b"Ada\r")), Inserted)
    assert pane.ended(2).head == b"who? Ada\r\nhi Ada\r\n"
    assert isinstance(pane.ask(Type(b"x")), NotFetched)
    asked = pane.wait_for(b"Ctrl-C: close", asked)
    pane.send(b"\r")
    pane.wait_for(b"who? ", asked)
    pane.send(b"Bob\r")
    assert pane.ended(3).head.endswith(b"hi Bob\r\n")
    told = pane.ask(GetCommands())
    assert isinstance(told, Commands)
    assert told.terminal.name == "web"
    assert [note.number for note in told.notes] == [1, 2, 3]


def awaited(pane: Pane, request: Await, meanwhile: bytes = b"") -> AnyTerminalReply:
    """The answer, which comes when it comes; `meanwhile` is typed when the recorder has the request."""
    peer = zmtp.connect(str(pane.socket))
    assert peer is not None
    found: list[bytes] = []

    def look() -> bool:
        """Whether the request has gone out."""
        pane.read(0.01)
        found.extend(message[-1] for message in peer.receive())
        return not (peer._later or peer.wants_to_write)

    try:
        peer.send(codec.encode(request))
        wait_for(look, "the request to go out", pause=0.01)
        pane.ask(GetCommands())
        if meanwhile:
            pane.send(meanwhile)
        wait_for(lambda: look() and found, "the answer", pause=0.02)
        return codec.decode_terminal_reply(found[0])
    finally:
        peer.close()


SERVES = (
    r"echo old; read x; printf 'it ser\033[32mve'; sleep 0.2; printf '\033[0ms \303'; sleep 0.2; "
    r"printf '\244'; read y"
)


def test_who_waits_for_a_text_is_told_when_it_is_printed_and_of_the_end(
    home: Path, opened: list[Pane]
) -> None:
    pane = start(home, opened, SERVES)
    pane.wait_for(b"old\r\n")
    assert awaited(pane, Await(1, "old")) == Awaited(True)
    assert awaited(pane, Await(1, "serves ä"), b"\r") == Awaited(True)
    # each time counts once
    assert awaited(pane, Await(1, "serves ä"), b"\r") == Awaited(False)
    assert pane.ended(1).status == 0
    assert awaited(pane, Await(1, "serves")) == Awaited(True)
    assert awaited(pane, Await(1, "never")) == Awaited(False)
    for request in (Await(7, "x"), Await(1, ""), Await(1, "x" * 1001)):
        assert isinstance(awaited(pane, request), NotFetched)


def test_what_was_printed_before_the_last_input_is_not_what_is_waited_for(
    home: Path, opened: list[Pane]
) -> None:
    pane = start(home, opened, "while read -p '>>> ' x; do sleep 0.3; echo $x; done")
    pane.wait_for(b"\n>>> ")
    for word in ("one", "two", "three"):
        assert isinstance(pane.ask(Type(f"{word}\r".encode())), Inserted)
        assert awaited(pane, Await(1, ">>> ")) == Awaited(True)
        shown = pane.ask(Fetch(running=True))
        assert isinstance(shown, Fetched)
        assert shown.record.head.endswith(f"{word}\r\n>>> ".encode())


def test_who_waits_no_longer_leaves_nothing_behind(home: Path, opened: list[Pane]) -> None:
    pane = start(home, opened, "cat")
    pane.wait_for(b"$ cat")
    for _ in range(20):
        with pytest.raises(Unavailable):
            ask(pane.socket, Await(1, "hello"), 0.02)
    assert awaited(pane, Await(1, "hello"), b"hello\r") == Awaited(True)


def test_ctrl_c_ends_the_command_and_then_the_pane(home: Path, opened: list[Pane]) -> None:
    pane = start(home, opened, "cat")
    pane.wait_for(b"$ cat")
    pane.send(b"typed\r")
    pane.wait_for(b"typed\r\ntyped")
    pane.send(b"\x03")
    assert pane.ended(1).status == 130
    pane.wait_for(b"exit 130")
    pane.send(b"\x03")
    assert Driven.ended(pane) == 0
    assert not pane.socket.exists()


def test_a_pane_that_is_closed_ends_what_runs_in_it(home: Path, opened: list[Pane]) -> None:
    pane = start(home, opened, "trap '' HUP; echo =$$=; sleep 1000 & wait; sleep 1000")
    pane.wait_for(lambda seen: bool(re.search(rb"=\d+=", seen)))
    number = int(re.findall(rb"=(\d+)=", pane.seen)[0])
    pane.hang_up()
    wait_for(lambda: not os.path.exists(f"/proc/{number}/fd/0"), "the end of the command")
    assert not pane.socket.exists()


def test_what_is_shown_of_a_command_is_harmless() -> None:
    assert printable("a\x1b]0;x\x07\nb\u202e") == "a�]0;x�\r\nb�"
