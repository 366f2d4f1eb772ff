"""The recorder's connection to the daemon, without a shell: answers, garbage, and silence."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from picode.protocol import codec
from picode.protocol.replies import AnyReply, Refused, Suggestion
from picode.protocol.requests import AnyRequest, GetSuggestion, Hello, Ping, Send
from picode.protocol.values import Place
from picode.terminal import link, zmtp
from picode.terminal.link import MOST_PENDING, Link
from picode.terminal.loop import READ, Loop
from support.key_daemon import KeyDaemon, usual


class Terminal:
    """What a link needs of its terminal."""

    def __init__(self, path: Path) -> None:
        self.failures: list[Exception] = []
        self.loop = Loop(self.failures.append)
        self.said: list[str] = []
        self.inserted: list[str] = []
        self.link = Link(self, str(path))  # type: ignore[arg-type]

    def hello(self) -> bytes:
        return codec.encode(Ping(id=0))

    def say(self, sentence: str) -> None:
        self.said.append(sentence)

    def insert(self, text: str) -> bool:
        self.inserted.append(text)
        return True

    def press(self, name: str = "a") -> None:
        self.link.ask(Send(id=0, place=Place("/"), text="why?", once=name))

    def run(self, until: Callable[[], bool], serve: Callable[[], None] = lambda: None) -> None:
        """The loop, with a look every 10 ms, for 10 s at most."""
        rounds = iter(range(1000))

        def look() -> None:
            serve()
            if until():
                self.loop.stop()
                return
            assert next(rounds, None) is not None, (self.said, self.failures)
            self.loop.after(0.01, "test", look)

        self.loop._stopped = False
        look()
        self.loop.run()
        assert self.failures == []


def served(home: Path, answer: Callable[[AnyRequest], AnyReply | None] = usual) -> tuple[KeyDaemon, Terminal]:
    daemon = KeyDaemon(home / "run", answer)
    return daemon, Terminal(daemon.path)


def test_a_key_is_sent_once_and_acknowledged_in_silence(home: Path) -> None:
    daemon, terminal = served(home)
    terminal.press()
    terminal.run(lambda: not terminal.link._pending, daemon.serve)
    assert [type(request) for request in daemon.seen] == [Hello, Ping, Send]
    assert terminal.said == []
    terminal.link.close()
    daemon.close()


def test_a_refusal_and_a_missing_suggestion_are_told_and_a_suggestion_is_inserted(home: Path) -> None:
    def answer(request: AnyRequest) -> AnyReply | None:
        if isinstance(request, Send):
            return Refused(id=request.id, kind="DiskFailed", message="The disk is full.", hint="Make room.")
        if isinstance(request, GetSuggestion):
            return Suggestion(id=request.id, command="" if request.place.cwd == "/" else "make")
        return usual(request)

    daemon, terminal = served(home, answer)
    terminal.press()
    terminal.link.ask(GetSuggestion(id=0, place=Place("/")))
    terminal.link.ask(GetSuggestion(id=0, place=Place("/elsewhere")))
    terminal.run(lambda: not terminal.link._pending, daemon.serve)
    assert terminal.said == [
        "The disk is full. Make room.",
        "the assistant has suggested no command yet.",
    ]
    assert terminal.inserted == ["make"]
    terminal.link.close()
    daemon.close()


def test_keys_that_nobody_answers_are_bounded_and_given_up(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "PATIENCE", 0.3)
    daemon, terminal = served(home)
    for number in range(MOST_PENDING + 1):
        terminal.press(str(number))
    assert terminal.said == ["the daemon has not answered the last keys yet."]
    terminal.run(lambda: not terminal.link._pending)
    assert set(terminal.said[1:]) == {
        "the daemon does not answer. `picode daemon restart` starts another one."
    }
    terminal.link.close()
    daemon.close()


@pytest.mark.parametrize(
    "garbage", [b"HTTP/1.1 400 Bad Request\r\n\r\n", zmtp.GREETING + b"\x02" + b"\xff" * 8, b""]
)
def test_what_is_no_daemon_gets_the_key_twice_at_most_and_costs_one_line(home: Path, garbage: bytes) -> None:
    listening = zmtp.listen(str(home / "s"))
    terminal = Terminal(home / "s")
    connected: list[socket.socket] = []

    def accept(_events: Any) -> None:
        other = listening.accept()[0]
        connected.append(other)
        other.sendall(garbage)
        other.close()

    terminal.loop.watch(listening.fileno(), READ, accept)
    terminal.press()
    terminal.run(lambda: bool(terminal.said))
    assert terminal.said == ["the daemon ended before it answered. `picode daemon logs` may tell why."]
    assert len(connected) == 2
    listening.close()
