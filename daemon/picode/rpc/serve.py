"""pi's RPC mode: commands on standard input, one answer each, events in between, until the input ends."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import msgspec

from picode import paths, tasks
from picode.client.stream import Stream, connect
from picode.errors import PicodeError
from picode.protocol.replies import Snapshot
from picode.protocol.requests import Cancel, Delete, Open
from picode.protocol.values import Place
from picode.rpc import framing
from picode.rpc.commands import COMMANDS
from picode.rpc.talk import Object, Talk

MOST_AT_ONCE = 64
"""Commands that are worked on together; further ones wait in the pipe."""
ENDS_WITHIN = 10.0


async def serve(
    place: Place,
    write: Callable[[Object], None],
    begin: Callable[[Stream], Awaitable[Snapshot]],
    descriptor: int = 0,
    *,
    allow: list[str] | None = None,
    scope: list[tuple[str, str]] | None = None,
    like: Open | None = None,
) -> int:
    """Talk until the input ends; a turn that still runs then is cancelled. The exit code.

    `begin` opens the first conversation; `like`: how further ones are; `scope`: the models that are changed between,
    each with its level (or none)."""
    async with await connect(paths.resolve(), "rpc", tail=1) as daemon:
        found = await begin(daemon)
        talk = Talk(daemon, place, write, allow or [], scope=scope, like=like)
        await talk.go(found.conversation)
        telling = tasks.spawn(_tell(daemon, talk), "rpc events")
        working: set[asyncio.Task[None]] = set()
        free = asyncio.Semaphore(MOST_AT_ONCE)
        try:
            async for line in framing.lines(descriptor):
                await free.acquire()
                work = tasks.spawn(_answer(talk, line, write), "rpc command")
                working.add(work)
                work.add_done_callback(working.discard)
                work.add_done_callback(lambda done: free.release())
                # what comes in one after the other is begun in this order
                await asyncio.sleep(0)
        finally:
            await _end(daemon, talk, working)
            await tasks.stop(telling)
    return 0


async def _tell(daemon: Stream, talk: Talk) -> None:
    async for announced in daemon.events():
        talk.event(announced.event)


async def _end(daemon: Stream, talk: Talk, working: set[asyncio.Task[None]]) -> None:
    """What was asked for just now still gets its answer; then nothing of ours goes on running."""
    if working:
        await asyncio.wait(set(working), timeout=1.0)
    if talk.busy:
        try:
            await daemon.ask(Cancel(0, talk.id), ENDS_WITHIN)
        except PicodeError:
            pass
    await tasks.stop(*working)
    if talk.ephemeral:
        with suppress(PicodeError):
            await daemon.ask(Delete(0, talk.id), ENDS_WITHIN)


async def _answer(talk: Talk, line: bytes, write: Callable[[Object], None]) -> None:
    given = _command(line)
    if isinstance(given, str):
        write({"type": "response", "command": "parse", "success": False, "error": given})
        return
    if given.get("type") == "extension_ui_response":
        try:
            await talk.answered(given)
        except PicodeError:
            pass  # somebody else was quicker
        return
    write(await _response(talk, given))


async def _response(talk: Talk, given: Object) -> Object:
    kind = given.get("type")
    told: Object = {"id": given["id"]} if "id" in given else {}
    told |= {"type": "response", "command": kind if isinstance(kind, str) else "unknown"}
    command = COMMANDS.get(kind) if isinstance(kind, str) else None
    if command is None:
        return told | {"success": False, "error": f"Unknown command: {kind}"}
    try:
        data: Any = await command(talk, given)
    except PicodeError as error:
        return told | {"success": False, "error": str(error)}
    answer = told | {"success": True}
    return answer if data is None and kind not in NULLABLE else answer | {"data": data}


NULLABLE = ("cycle_model", "cycle_thinking_level")
"""Commands whose data may be null; the others have data or none."""


def _command(line: bytes) -> Object | str:
    """The object in the line, or what is wrong with it."""
    try:
        given = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        return f"Failed to parse command: {error}"
    return given if isinstance(given, dict) else "Failed to parse command: it is no object"
