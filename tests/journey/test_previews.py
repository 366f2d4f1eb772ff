"""What a key would send is shown first, to every client, and is not lost when nobody looks or the daemon ends."""

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from picode import paths
from picode.client.blocking import Connection
from picode.errors import Missing
from picode.protocol import requests as r
from picode.protocol.replies import Accepted, Snapshot
from picode.protocol.values import CommandRecord, Place, Preview
from support.daemon import Running

TOKEN = "gh" + "p_" + "a1B2c3D4e5" * 3 + "f6G7h8"


@pytest.fixture
def daemon(where: paths.Paths) -> Iterator[Running]:
    where.settings.parent.mkdir(parents=True, exist_ok=True)
    where.settings.write_text('[shell]\npreview = "always"\n')
    running = Running(where).start()
    try:
        yield running
    finally:
        running.stop()


def press(home: Path, name: str = "/t/1.sock:1", output: bytes = b"") -> r.Send:
    command = CommandRecord(number=1, command="make", cwd=str(home), status=2, head=output or TOKEN.encode())
    return r.Send(id=0, place=Place(str(home)), text="why?", command=command, once=name)


def pressed(client: Connection, request: r.Send) -> str:
    return client.ask_for(Accepted, request).conversation


def until(true: Callable[[], bool]) -> None:
    limit = time.monotonic() + 20
    while not true():
        assert time.monotonic() < limit, "never came true"
        os.sched_yield()


def previews(client: Connection, conversation: str, count: int) -> list[Preview]:
    def held() -> list[Preview]:
        return client.ask_for(Snapshot, r.Look(0, conversation)).status.previews

    until(lambda: len(held()) == count)
    return held()


def questions(where: paths.Paths) -> list[str]:
    lines = [line for file in where.sessions.rglob("*.jsonl") for line in file.read_text().splitlines()]
    entries = [json.loads(line) for line in lines if '"role":"user"' in line]
    return [entry["message"]["content"][1]["text"] for entry in entries if entry["type"] == "message"]


def test_nothing_is_said_to_the_model_before_somebody_says_yes(daemon: Running, home: Path) -> None:
    with daemon.connect("recorder") as client, daemon.connect("chat") as other:
        conversation = pressed(client, press(home))
        [held] = previews(other, conversation, 1)
        assert "[redacted: GitHub token]" in held.text
        assert TOKEN not in held.text
        assert held.receipt is not None
        assert held.receipt.redacted == ["GitHub token"]
        shown = client.ask_for(Snapshot, r.Look(0, conversation))
        assert (shown.status.state, shown.entries) == ("waiting", [])
        assert questions(daemon.where) == []
        other.ask_for(Accepted, r.SettlePreview(0, conversation, held.id, True))
        until(lambda: len(questions(daemon.where)) == 1)
        # exactly what was shown
        assert questions(daemon.where)[0] in held.text
        assert previews(client, conversation, 0) == []
        with pytest.raises(Missing):
            client.ask_for(Accepted, r.SettlePreview(0, conversation, held.id, True))


def test_what_is_dropped_is_never_sent_nor_shown_again(daemon: Running, home: Path) -> None:
    with daemon.connect("recorder") as client:
        conversation = pressed(client, press(home))
        [held] = previews(client, conversation, 1)
        client.ask_for(Accepted, r.SettlePreview(0, conversation, held.id, False))
        assert previews(client, conversation, 0) == []
    daemon.kill()
    daemon.start()
    with daemon.connect("recorder") as client:
        conversation = pressed(client, press(home, "/t/1.sock:2", b"another"))
        [held] = previews(client, conversation, 1)
        assert "another" in held.text
    assert questions(daemon.where) == []


@pytest.mark.parametrize("killed", [True, False], ids=["killed", "ended in order"])
def test_what_waits_is_shown_again_by_the_next_daemon(daemon: Running, home: Path, killed: bool) -> None:
    with daemon.connect("recorder") as client:
        conversation = pressed(client, press(home))
        previews(client, conversation, 1)
        client.ask(r.Cancel(0, conversation))  # ends a turn, and drops nothing that waits for a look
        previews(client, conversation, 1)
    if killed:
        daemon.kill()
    else:
        daemon.stop()
    daemon.start()
    with daemon.connect("chat") as client:
        shown = client.ask_for(Snapshot, r.Open(0, Place(str(home)), "current"))
        [held] = previews(client, shown.conversation, 1)
        client.ask_for(Accepted, r.SettlePreview(0, shown.conversation, held.id, True))
        until(lambda: len(questions(daemon.where)) == 1)


def test_what_a_person_types_in_the_pane_needs_no_second_look(daemon: Running, home: Path) -> None:
    with daemon.connect("chat") as client:
        shown = client.ask_for(Snapshot, r.Open(0, Place(str(home)), "current"))
        client.ask_for(Accepted, r.Ask(0, shown.conversation, "hello"))
        until(lambda: any(file.stat().st_size for file in daemon.where.sessions.rglob("*.jsonl")))
        assert previews(client, shown.conversation, 0) == []
