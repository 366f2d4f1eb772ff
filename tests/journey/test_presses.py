"""A shell's key through a real daemon that is killed at the worst moments: counted once, and never lost."""

import json
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

from picode import paths
from picode.client.blocking import Connection
from picode.protocol import requests as r
from picode.protocol.replies import Accepted, Cancelled, Snapshot
from picode.protocol.values import CommandRecord, Place
from picode.server.presses import Presses
from support.daemon import Running, daemon

__all__ = ["daemon"]


def press(home: Path, name: str = "/t/1.sock:1", text: str = "why?") -> r.Send:
    command = CommandRecord(number=1, command="make", cwd=str(home), status=2, head=b"make: *** no rule\r\n")
    return r.Send(id=0, place=Place(str(home)), text=text, command=command, once=name)


def questions(where: paths.Paths) -> list[str]:
    """The words of every user message on disk."""
    lines = [line for file in where.sessions.rglob("*.jsonl") for line in file.read_text().splitlines()]
    entries = [json.loads(line) for line in lines if '"role":"user"' in line]
    return [entry["message"]["content"][0]["text"] for entry in entries if entry["type"] == "message"]


def until(true: Callable[[], bool]) -> None:
    limit = time.monotonic() + 20
    while not true():
        assert time.monotonic() < limit, "never came true"
        os.sched_yield()


def asked(client: Connection, request: r.Send) -> str:
    reply = client.ask(request)
    assert isinstance(reply, Accepted)
    return reply.conversation


def test_a_press_that_comes_again_is_taken_once(daemon: Running, home: Path) -> None:
    with daemon.connect("recorder") as client:
        first = asked(client, press(home))
        assert asked(client, press(home)) == first
        asked(client, press(home, "/t/1.sock:2", "and now?"))
        until(lambda: len(questions(daemon.where)) == 2)
    assert questions(daemon.where) == ["why?", "and now?"]


def test_killed_after_it_stored_and_before_the_acknowledgement_it_is_counted_once(
    daemon: Running, home: Path
) -> None:
    with daemon.connect("recorder") as client:
        client.tell(press(home))
        until(lambda: questions(daemon.where) == ["why?"])
        daemon.kill()
    daemon.start()
    with daemon.connect("recorder") as client:
        conversation = asked(client, press(home))
        asked(client, press(home, "/t/1.sock:2", "last"))
        until(lambda: "last" in questions(daemon.where))
        assert client.ask_for(Snapshot, r.Look(0, conversation)).conversation == conversation
    assert questions(daemon.where) == ["why?", "last"]


def test_killed_between_the_file_and_the_crossing_off_it_is_counted_once(daemon: Running, home: Path) -> None:
    with daemon.connect("recorder") as client:
        conversation = asked(client, press(home))
        until(lambda: questions(daemon.where) == ["why?"])
    daemon.kill()
    daemon.where.presses.unlink()
    Presses(daemon.where.presses).accept(press(home), conversation)
    daemon.start()
    with daemon.connect("recorder") as client:
        assert asked(client, press(home)) == conversation
        asked(client, press(home, "/t/1.sock:2", "last"))
        until(lambda: "last" in questions(daemon.where))
    assert questions(daemon.where) == ["why?", "last"]


def test_killed_after_the_acknowledgement_and_before_the_file_it_is_asked_by_the_next_daemon(
    daemon: Running, home: Path
) -> None:
    daemon.kill()
    Presses(daemon.where.presses).accept(press(home), "a conversation that never got a file")
    daemon.start()
    until(lambda: questions(daemon.where) == ["why?"])
    with daemon.connect("recorder") as client:
        asked(client, press(home))
        asked(client, press(home, "/t/1.sock:2", "last"))
        until(lambda: "last" in questions(daemon.where))
    assert questions(daemon.where) == ["why?", "last"]


def test_a_press_that_waits_in_the_queue_survives_a_kill(daemon: Running, home: Path) -> None:
    with daemon.connect("recorder") as client:
        asked(client, press(home))
        asked(client, press(home, "/t/1.sock:2", "second"))
        asked(client, press(home, "/t/1.sock:3", "third"))
        daemon.kill()
    daemon.start()
    until(lambda: sorted(questions(daemon.where)) == ["second", "third", "why?"])


def test_a_press_without_a_command_is_known_too_and_has_no_receipt_to_show(
    daemon: Running, home: Path
) -> None:
    bare = r.Send(id=0, place=Place(str(home)), text="hello", once="x:1")
    with daemon.connect("recorder") as client:
        conversation = asked(client, bare)
        until(lambda: questions(daemon.where) == ["hello"])
        assert asked(client, bare) == conversation
        entry = client.ask_for(Snapshot, r.Look(0, conversation)).entries[0]
    assert entry.receipt is not None
    assert (entry.receipt.once, entry.receipt.sent, entry.receipt.command) == ("x:1", 0, "")


def test_what_follows_a_press_at_once_does_not_overtake_it(where: paths.Paths, home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        running = Running(where, {"OPENAI_API_KEY": "none", "OPENAI_BASE_URL": url}).start()
        try:
            with running.connect("recorder") as client:
                conversation = asked(client, press(home))
                until(lambda: questions(where) == ["why?"])
                client.tell(r.Send(id=0, place=Place(str(home)), text="second", once="x:2"))
                client.ask(r.Ask(0, conversation, "third"))
                client.tell(r.Send(id=0, place=Place(str(home)), text="fourth", once="x:4"))
                given_back = client.ask_for(Cancelled, r.Cancel(0, conversation)).queue
        finally:
            running.stop()
    assert [queued.text for queued in given_back] == ["second", "third", "fourth"]


def test_a_press_right_before_the_end_is_in_the_conversation(daemon: Running, home: Path) -> None:
    with daemon.connect("recorder") as client:
        client.tell(press(home))
        client.tell(r.Shutdown(id=0))
        assert daemon.process is not None
        daemon.process.wait(30)
    assert questions(daemon.where) == ["why?"]
