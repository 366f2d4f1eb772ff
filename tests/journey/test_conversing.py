"""A conversation through a whole daemon: the demo model, real sockets, real files, and ends that come in between."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import psutil
import pytest

from picode import paths
from picode.client.stream import Stream, connect
from picode.errors import Missing
from picode.messages import Assistant, ToolResult, User, plain_text
from picode.protocol import events as e
from picode.protocol import requests as r
from picode.protocol.replies import Accepted, Cancelled, Conversations, Moved, Prompts, Snapshot
from picode.protocol.values import CommandRecord, Place
from support.daemon import Running, daemon, strays

__all__ = ["daemon", "strays"]

WITHIN = 30


@pytest.fixture
async def stream(daemon: Running) -> AsyncIterator[Stream]:
    async with await connect(daemon.where, start=False) as opened:
        yield opened


async def opened(stream: Stream, place: Place, choice: Any = "new", name: str = "") -> Snapshot:
    found = await stream.ask_for(Snapshot, r.Open(0, place, choice, name))
    return await stream.follow(found.conversation)


async def until(stream: Stream, kind: type[Any]) -> list[Any]:
    """Every event up to the first of this kind."""
    found: list[Any] = []
    async with asyncio.timeout(WITHIN):
        events = stream.events()
        async with aclosing(events):  # type: ignore[type-var]
            async for announced in events:
                found.append(announced.event)
                if isinstance(announced.event, kind):
                    break
    return found


async def ask(stream: Stream, conversation: str, text: str, **more: Any) -> None:
    assert isinstance(await stream.ask(r.Ask(0, conversation, text, **more)), Accepted)


def lines(snapshot: Snapshot) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(snapshot.path).read_text().splitlines()]


async def test_a_question_is_answered_and_on_disk_when_the_turn_ends(stream: Stream, home: Path) -> None:
    snapshot = await opened(stream, Place(str(home)))
    await ask(stream, snapshot.conversation, "Hello!")
    seen = await until(stream, e.TurnEnded)
    assert seen[-1].outcome == "done"
    streamed = "".join(event.text for event in seen if isinstance(event, e.TextAdded))
    answer = next(
        event.entry.message
        for event in seen
        if isinstance(event, e.EntryAdded) and isinstance(event.entry.message, Assistant)
    )
    assert plain_text(answer.content) == streamed
    roles = [line["message"]["role"] for line in lines(snapshot) if line["type"] == "message"]
    assert roles == ["user", "assistant"]
    listed = await stream.ask_for(Conversations, r.GetConversations(0))
    assert [(one.first, one.messages) for one in listed.conversations] == [("Hello!", 2)]
    assert (await stream.ask_for(Prompts, r.GetPrompts(0))).prompts == ["Hello!"]


async def test_two_clients_see_the_same_and_a_late_one_sees_the_draft(
    daemon: Running, stream: Stream, home: Path
) -> None:
    snapshot = await opened(stream, Place(str(home)))
    await ask(stream, snapshot.conversation, "Hello!")
    await until(stream, e.TextAdded)
    async with await connect(daemon.where, start=False) as late:
        now = await late.follow(snapshot.conversation)
        assert now.draft is not None
        rest = await until(late, e.TurnEnded)
        whole = plain_text(now.draft.content) + "".join(x.text for x in rest if isinstance(x, e.TextAdded))
    added = [x.entry.message for x in rest if isinstance(x, e.EntryAdded)]
    assert whole == plain_text(added[-1].content)  # type: ignore[union-attr]


async def test_a_turn_goes_on_when_every_client_has_gone(daemon: Running, home: Path) -> None:
    async with await connect(daemon.where, start=False) as first:
        snapshot = await opened(first, Place(str(home)))
        await ask(first, snapshot.conversation, "Hello!")
    async with await connect(daemon.where, start=False) as again:
        now = await again.follow(snapshot.conversation)
        if now.status.state != "idle":
            await until(again, e.TurnEnded)
        now = await again.ask_for(Snapshot, r.Look(0, snapshot.conversation))
    assert [type(entry.message) for entry in now.entries] == [User, Assistant]


async def test_the_end_in_mid_answer_keeps_what_there_is(daemon: Running, stream: Stream, home: Path) -> None:
    snapshot = await opened(stream, Place(str(home)))
    await ask(stream, snapshot.conversation, "Hello!")
    await until(stream, e.TextAdded)
    assert daemon.stop() == 0
    last = lines(snapshot)[-1]["message"]
    assert last["role"] == "assistant"
    assert last["stopReason"] == "aborted"
    assert last["content"][0]["text"]


async def test_after_kill_9_in_mid_answer_the_conversation_goes_on(
    daemon: Running, home: Path, strays: None
) -> None:
    shown: list[Snapshot] = []
    async with await connect(daemon.where, on_snapshot=shown.append) as stream:
        snapshot = await opened(stream, Place(str(home)))
        await ask(stream, snapshot.conversation, "Hello!")
        await until(stream, e.TurnEnded)
        await ask(stream, snapshot.conversation, "And again?")
        await until(stream, e.TextAdded)
        daemon.kill()
        # the next request starts another daemon, which opens the conversation from its file
        await ask(stream, snapshot.conversation, "Are you there?")
        seen = await until(stream, e.TurnEnded)
        assert seen[-1].outcome == "done"
        now = await stream.ask_for(Snapshot, r.Look(0, snapshot.conversation))
    said = [plain_text(x.message.content) for x in now.entries if isinstance(x.message, User)]
    assert said == ["Hello!", "And again?", "Are you there?"]


async def test_who_else_writes_into_an_open_conversation_is_told_and_loses_nothing(
    stream: Stream, home: Path
) -> None:
    snapshot = await opened(stream, Place(str(home)))
    await ask(stream, snapshot.conversation, "Hello!")
    await until(stream, e.TurnEnded)
    foreign = {"type": "message", "id": "f0e1d2c3", "parentId": lines(snapshot)[-1]["id"]}
    message = {"role": "user", "content": "from elsewhere", "timestamp": 1}
    with open(snapshot.path, "a") as file:
        file.write(
            json.dumps({**foreign, "timestamp": "2026-11-20T21:42:15.510Z", "message": message}) + "\n"
        )
    await ask(stream, snapshot.conversation, "And again?")
    [told] = [event for event in await until(stream, e.TurnEnded) if isinstance(event, e.Noticed)]
    assert told.level == "warning"
    assert "such as pi, has written to this conversation's file" in told.text
    assert [line["id"] for line in lines(snapshot)].count("f0e1d2c3") == 1


async def test_the_end_kills_what_a_tool_started(daemon: Running, stream: Stream, home: Path) -> None:
    snapshot = await opened(stream, Place(str(home)))
    await ask(stream, snapshot.conversation, "run `sleep 3600`", allow=["all"])
    await until(stream, e.ToolStarted)
    process = psutil.Process(daemon.pid)
    deadline = time.monotonic() + 10
    while not (children := process.children(recursive=True)) and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    assert children
    process.send_signal(signal.SIGTERM)
    assert daemon.process is not None
    daemon.process.wait(15)
    _, left = psutil.wait_procs(children, timeout=5)
    assert left == []
    kinds = [line["message"]["role"] for line in lines(snapshot) if line["type"] == "message"]
    assert kinds.count("toolResult") == 1


async def test_cancel_ends_a_turn_and_gives_the_queue_back(stream: Stream, home: Path) -> None:
    snapshot = await opened(stream, Place(str(home)))
    await ask(stream, snapshot.conversation, "run `sleep 3600`", allow=["all"])
    await until(stream, e.ToolStarted)
    await ask(stream, snapshot.conversation, "and then?", delivery="follow_up")
    cancelled = await stream.ask_for(Cancelled, r.Cancel(0, snapshot.conversation))
    assert [queued.text for queued in cancelled.queue] == ["and then?"]
    assert (await until(stream, e.TurnEnded))[-1].outcome == "cancelled"


async def test_an_approval_is_settled_by_whoever_answers_first(
    daemon: Running, stream: Stream, home: Path
) -> None:
    snapshot = await opened(stream, Place(str(home)))
    await ask(stream, snapshot.conversation, "run `echo approved`")
    needed = (await until(stream, e.ApprovalNeeded))[-1].approval
    answer = r.Answer(0, snapshot.conversation, needed.call_id, "allow")
    async with await connect(daemon.where, start=False) as other:
        await other.ask(answer)
        with pytest.raises(Missing):
            await stream.ask(r.Answer(0, snapshot.conversation, needed.call_id, "deny"))
    seen = await until(stream, e.TurnEnded)
    results = [x.entry.message for x in seen if isinstance(x, e.EntryAdded)]
    outputs = [plain_text(x.content) for x in results if isinstance(x, ToolResult)]
    assert outputs
    assert "approved" in outputs[0]


async def test_the_shells_key_reaches_the_workspaces_conversation(stream: Stream, home: Path) -> None:
    place = Place(str(home), zellij_session="work")
    snapshot = await opened(stream, place, "current")
    record = CommandRecord(1, "make test", str(home), status=3, head=b"\x1b[31mfailed\x1b[0m: 1 test\n")
    reply = await stream.ask_for(Accepted, r.Send(0, place, command=record))
    assert reply.conversation == snapshot.conversation
    seen = await until(stream, e.TurnEnded)
    entry = next(x.entry for x in seen if isinstance(x, e.EntryAdded))
    assert isinstance(entry.message, User)
    assert "failed: 1 test" in plain_text(entry.message.content)
    assert entry.receipt is not None
    assert (entry.receipt.command, entry.receipt.status) == ("make test", 3)


async def test_a_place_without_a_conversation_suggests_nothing(stream: Stream, where: paths.Paths) -> None:
    from picode.protocol.replies import Suggestion

    found = await stream.ask_for(Suggestion, r.GetSuggestion(0, Place("/", zellij_session="empty")))
    assert found.command == ""


async def test_what_is_old_is_summarised_and_a_branch_that_is_left_tells_the_other(
    stream: Stream, home: Path
) -> None:
    snapshot = await opened(stream, Place(str(home)))
    for text in ("Hello!", "And again!"):
        await ask(stream, snapshot.conversation, text)
        await until(stream, e.TurnEnded)
    assert isinstance(await stream.ask(r.Compact(0, snapshot.conversation, "greetings")), Accepted)
    assert (await until(stream, e.TurnEnded))[-1].outcome == "done"
    [compaction] = [line for line in lines(snapshot) if line["type"] == "compaction"]
    ids = [line["id"] for line in lines(snapshot) if line["type"] == "message"]
    assert compaction["firstKeptEntryId"] in ids
    request = r.Navigate(0, snapshot.conversation, ids[1], summarise=True)
    moved = await stream.ask_for(Moved, request)
    [summary] = [line for line in lines(snapshot) if line["type"] == "branch_summary"]
    assert (summary["parentId"], summary["fromId"], moved.leaf) == (ids[1], compaction["id"], summary["id"])
