"""`kill -9` in the middle of turns, at random: what was announced is in the file, calls and results are in pairs, and
real pi opens the file. Ten kills; `make nightly` does a thousand. PICODE_KILLS_SEED repeats a run."""

import asyncio
import json
import os
import random
from contextlib import aclosing
from pathlib import Path
from typing import Any

from picode import paths
from picode.client.stream import connect
from picode.messages import Assistant, ToolCall, ToolResult
from picode.protocol import events as e
from picode.protocol import requests as r
from picode.protocol.replies import Accepted, Snapshot
from picode.protocol.values import Place
from picode.sessions.file import SessionFile
from picode.sessions.messages import context_of, paired
from support import pi
from support.daemon import Running
from support.model_script import Call, Calls, Script, Think
from support.model_server import ModelServer, Received, say

KILLS = int(os.environ.get("PICODE_KILLS", "10"))
SEED = int(os.environ.get("PICODE_KILLS_SEED", random.SystemRandom().randrange(10**6)))
PER_CONVERSATION = 25
MOST_EVENTS = 45
"""A turn has about so many."""
WITHIN = 120
"""Seconds for all of one life of the daemon; a thousand of them run beside other work."""


def turn(request: Received) -> Script:
    """Calls that read and calls that write, then some words."""
    called = json.dumps(request.body["messages"][-1])
    if "tool_result" in called:
        return say("That is what stands there, and there, and there too, as far as can be seen.")
    calls = Call("read", {"path": "a.txt"}), Call("bash", {"command": "echo one; echo two"})
    return Script(Think("Let us see."), Calls(*calls, Call("write", {"path": "b.txt", "content": "b\n"})))


def unpaired(body: dict[str, Any]) -> set[str]:
    """Calls without a result in the message that follows, and results without a call in the one before."""
    left: set[str] = set()
    open_: set[str] = set()
    for message in body["messages"]:
        blocks = message["content"] if isinstance(message["content"], list) else []
        results = {block["tool_use_id"] for block in blocks if block["type"] == "tool_result"}
        left |= open_ ^ results
        open_ = {block["id"] for block in blocks if block["type"] == "tool_use"}
    return left | open_


async def until_killed(
    daemon: Running, project: Path, conversation: str, moment: random.Random
) -> tuple[Snapshot, list[str]]:
    """Ask, and ask again, until the daemon is killed after so many events; the ids of the entries that it announced."""
    left, heard = moment.randrange(MOST_EVENTS), list[str]()
    async with asyncio.timeout(WITHIN), await connect(daemon.where, start=False) as stream:
        found = await stream.ask_for(
            Snapshot, r.Open(0, Place(str(project)), "named" if conversation else "new", conversation), WITHIN
        )
        snapshot = await stream.follow(found.conversation)
        heard += [entry.id for entry in snapshot.entries]
        question = r.Ask(0, snapshot.conversation, "What is in the file?", allow=["all"])
        assert isinstance(await stream.ask(question, WITHIN), Accepted)
        async with aclosing(stream.events()) as events:  # type: ignore[type-var]
            async for announced in events:
                if isinstance(announced.event, e.EntryAdded):
                    heard.append(announced.event.entry.id)
                if isinstance(announced.event, e.TurnEnded):
                    assert isinstance(await stream.ask(question, WITHIN), Accepted)
                left -= 1
                if left <= 0:
                    # not always at the same place behind an event
                    await asyncio.sleep(moment.random() * 0.004)
                    daemon.kill()
                    break
    return snapshot, heard


def check(file: Path, heard: list[str], before: bytes) -> bytes:
    """What the file must be after a kill; its bytes."""
    content = file.read_bytes()
    assert content.startswith(before)
    session = SessionFile.look(file)
    ids = session.tree.ids
    assert [id_ for id_ in ids if id_ in set(heard)] == heard, "an announced entry is lost, or out of order"
    messages = paired(context_of(session).messages)
    calls = [b.id for m in messages if isinstance(m, Assistant) for b in m.content if isinstance(b, ToolCall)]
    assert calls == [m.tool_call_id for m in messages if isinstance(m, ToolResult)]
    session.close()
    return content


async def test_nothing_that_was_announced_is_lost_by_kill_9(
    where: paths.Paths, home: Path, model_server: ModelServer
) -> None:
    print(f"PICODE_KILLS_SEED={SEED}")
    moment = random.Random(SEED)
    model_server.when_empty = turn
    project = home / "project"
    project.mkdir()
    (project / "a.txt").write_text("a\n")
    daemon = Running(where, {"ANTHROPIC_API_KEY": "x", "ANTHROPIC_BASE_URL": model_server.url})
    conversation, before, files = "", b"", dict[Path, None]()
    try:
        for kill in range(KILLS):
            if kill % PER_CONVERSATION == 0:
                conversation, before = "", b""
            print(f"kill {kill + 1}")
            daemon.start()
            snapshot, heard = await until_killed(daemon, project, conversation, moment)
            file = Path(snapshot.path)
            if heard:
                before = check(file, heard, before)
                conversation, files[file] = snapshot.conversation, None
            asked = model_server.requests[:]
            assert [unpaired(request.body) for request in asked if unpaired(request.body)] == []
            model_server.requests.clear()
    finally:
        daemon.stop()
    assert files
    if pi.packages() or "CI" in os.environ:
        opened_by_pi(home, model_server, list(files))


def opened_by_pi(home: Path, server: ModelServer, files: list[Path]) -> None:
    real = pi.Pi(pi.VERSIONS[1], home, server)
    server.when_empty = None
    for file in files:
        before = file.read_bytes()
        told = json.dumps(real.say("Are you there?", "I am here.", file=file))
        assert "What is in the file?" in told
        assert file.read_bytes().startswith(before)
