"""Questions that come while nobody is there, through a whole daemon: held, denied or allowed, and told on return."""

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from picode import paths
from picode.client.stream import Stream, connect
from picode.protocol import events as e
from picode.protocol import requests as r
from picode.protocol.replies import Attended, Snapshot
from picode.protocol.values import Digest, Place
from support.daemon import Running
from support.model_script import Call, Script, say
from support.model_server import ModelServer

WITHIN = 30


@pytest.fixture
def daemon(where: paths.Paths, model_server: ModelServer) -> Iterator[Running]:
    running = Running(where, model_server.environ()).start()
    yield running
    running.stop()


@pytest.fixture
async def stream(daemon: Running) -> AsyncIterator[Stream]:
    async with await connect(daemon.where, start=False) as opened:
        yield opened


class Person:
    """Somebody who sits at a pane: a process that lives."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(["sleep", "300"])

    @property
    def pid(self) -> int:
        return self.process.pid

    def leave(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def person() -> Iterator[Person]:
    made = Person()
    yield made
    made.leave()


def settings(where: paths.Paths, **away: str) -> None:
    where.config.mkdir(parents=True, exist_ok=True)
    lines = [f"{name} = {json.dumps(value)}" for name, value in away.items()]
    where.settings.write_text("\n".join(["[away]", *lines, ""]))


async def opened(stream: Stream, home: Path) -> str:
    found = await stream.ask_for(Snapshot, r.Open(0, Place(str(home)), "new"))
    await stream.follow(found.conversation)
    return found.conversation


async def attend(stream: Stream, conversation: str, home: Path, pid: int) -> Digest | None:
    return (await stream.ask_for(Attended, r.Attend(0, conversation, Place(str(home)), pid))).digest


async def until(stream: Stream, kind: type[Any]) -> list[Any]:
    found: list[Any] = []
    async with asyncio.timeout(WITHIN):
        events = stream.events()
        async with aclosing(events):  # type: ignore[type-var]
            async for announced in events:
                found.append(announced.event)
                if isinstance(announced.event, kind):
                    break
    return found


def asks(model_server: ModelServer, command: str) -> None:
    model_server.enqueue(Script(Call("bash", {"command": command})), say("That is all."))


@pytest.mark.parametrize("policy", ["deny", "allow"])
async def test_a_question_that_nobody_can_see_is_answered_as_the_policy_says(
    daemon: Running, stream: Stream, model_server: ModelServer, person: Person, policy: str
) -> None:
    where, home = daemon.where, Path(os.environ["HOME"])
    settings(where, policy=policy)
    asks(model_server, "touch made.txt")
    conversation = await opened(stream, home)
    assert await attend(stream, conversation, home, person.pid) is None
    person.leave()
    await stream.ask(r.Ask(0, conversation, "make it"))
    seen = await until(stream, e.TurnEnded)
    [settled] = [event for event in seen if isinstance(event, e.ApprovalSettled)]
    assert settled.decision == policy
    assert (home / "made.txt").exists() == (policy == "allow")
    digest = await attend(stream, conversation, home, os.getpid())
    assert digest is not None
    assert (digest.denied if policy == "deny" else digest.allowed) == ["bash: touch made.txt"]
    assert digest.turns == 1
    assert digest.commands == (["touch made.txt"] if policy == "allow" else [])
    assert digest.waiting == []
    # told once
    assert await attend(stream, conversation, home, os.getpid()) is None
    audit = (where.state / "audit.jsonl").read_text()
    assert "away.policy" in audit


async def test_by_default_a_question_is_held_and_waits_for_whoever_comes_back(
    stream: Stream, model_server: ModelServer, home: Path, person: Person
) -> None:
    asks(model_server, "touch made.txt")
    conversation = await opened(stream, home)
    await attend(stream, conversation, home, person.pid)
    person.leave()
    await stream.ask(r.Ask(0, conversation, "make it"))
    seen = await until(stream, e.ApprovalNeeded)
    approval = seen[-1].approval
    digest: Digest | None = None
    async with asyncio.timeout(WITHIN):
        while digest is None:
            digest = await attend(stream, conversation, home, os.getpid())
    assert digest.waiting == ["bash: touch made.txt"]
    assert not (home / "made.txt").exists()
    await stream.ask(r.Answer(0, conversation, approval.call_id, "allow"))
    await until(stream, e.TurnEnded)
    assert (home / "made.txt").exists()


@pytest.mark.parametrize("policy", ["deny", "allow"])
async def test_who_is_there_is_asked_whatever_the_policy_is(
    daemon: Running, stream: Stream, model_server: ModelServer, person: Person, policy: str
) -> None:
    where, home = daemon.where, Path(os.environ["HOME"])
    settings(where, policy=policy)
    asks(model_server, "touch made.txt")
    conversation = await opened(stream, home)
    await attend(stream, conversation, home, person.pid)
    await stream.ask(r.Ask(0, conversation, "make it"))
    [*_, needed] = await until(stream, e.ApprovalNeeded)
    # the daemon has had the time to answer: whatever is asked after it comes after its answer, too
    for _ in range(3):
        status = (await stream.ask_for(Snapshot, r.Look(0, conversation))).status
        assert [one.call_id for one in status.approvals] == [needed.approval.call_id]
    await stream.ask(r.Answer(0, conversation, needed.approval.call_id, "deny"))
    await until(stream, e.TurnEnded)
    assert not (home / "made.txt").exists()
    assert await attend(stream, conversation, home, person.pid) is None


async def test_a_program_without_a_pane_is_there_to_be_asked(
    where: paths.Paths, stream: Stream, model_server: ModelServer, home: Path
) -> None:
    settings(where, policy="allow")
    asks(model_server, "touch made.txt")
    conversation = await opened(stream, home)
    await stream.ask(r.Ask(0, conversation, "make it"))
    [*_, needed] = await until(stream, e.ApprovalNeeded)
    await stream.ask(r.Answer(0, conversation, needed.approval.call_id, "deny"))
    await until(stream, e.TurnEnded)
    assert not (home / "made.txt").exists()


async def test_a_command_tells_of_a_turn_that_waits_while_nobody_is_there(
    where: paths.Paths, stream: Stream, model_server: ModelServer, home: Path, person: Person
) -> None:
    told = home / "told.txt"
    script = home / "tell"
    script.write_text(f'#!/bin/sh\nprintf "%s|%s\\n" "$1" "$2" >> {told}.new && mv {told}.new {told}\n')
    script.chmod(0o700)
    settings(where, notify=str(script))
    asks(model_server, "printf '\\033]0;evil\\007'; touch made.txt")
    conversation = await opened(stream, home)
    await attend(stream, conversation, home, person.pid)
    person.leave()
    await stream.ask(r.Ask(0, conversation, "make it"))
    await until(stream, e.ApprovalNeeded)
    async with asyncio.timeout(WITHIN):
        while not told.exists():
            await asyncio.sleep(0.02)
    assert told.read_text().startswith("PiCode|Waits for you: bash: printf ")


@pytest.mark.parametrize("killed", [True, False], ids=["killed", "ended in order"])
async def test_what_happened_is_told_by_the_next_daemon_too(
    daemon: Running, home: Path, model_server: ModelServer, person: Person, killed: bool
) -> None:
    settings(daemon.where, policy="deny")
    asks(model_server, "touch made.txt")
    async with await connect(daemon.where, start=False) as stream:
        conversation = await opened(stream, home)
        assert await attend(stream, conversation, home, person.pid) is None
        person.leave()
        await stream.ask(r.Ask(0, conversation, "make it"))
        await until(stream, e.TurnEnded)
        # who looks now sees that the end was taken in
        await stream.ask_for(Snapshot, r.Look(0, conversation))
    (daemon.kill if killed else daemon.stop)()
    daemon.start()
    async with await connect(daemon.where, start=False) as stream:
        digest = await attend(stream, conversation, home, os.getpid())
        assert digest is not None
        assert (digest.turns, digest.denied) == (1, ["bash: touch made.txt"])
        assert await attend(stream, conversation, home, os.getpid()) is None
    assert not list(daemon.where.away.iterdir())
