"""Recorded terminals that are older than this daemon: a recorder looks for a daemon only when a command begins."""

import asyncio
import contextlib
import os

from picode import tasks
from picode.errors import PicodeError
from picode.paths import Paths
from picode.protocol.terminal import Commands, GetCommands
from picode.server import fetch
from picode.server.terminals import MOST_NOTES, Terminals

AT_ONCE = 8


async def look(paths: Paths, terminals: Terminals) -> None:
    """Ask each that has not told of itself yet what it is and what ran in it; who does not answer is left out."""
    few = asyncio.Semaphore(AT_ONCE)

    async def ask(name: str) -> None:
        async with few:
            with contextlib.suppress(PicodeError, OSError):
                reply = await fetch.ask(paths, name, GetCommands(limit=MOST_NOTES))
                if isinstance(reply, Commands) and name not in terminals.sockets():
                    reply.terminal.socket = name
                    terminals.found(reply.terminal, reply.notes)

    try:
        names = await asyncio.to_thread(os.listdir, paths.terminals)
    except OSError:
        return
    new = [name for name in names if name.endswith(".sock") and name not in terminals.sockets()]
    await asyncio.gather(*(tasks.spawn(ask(name), f"terminal {name}") for name in new))
