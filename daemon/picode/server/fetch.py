"""Ask a recorder for a command's output, on the recorder's own socket."""

import asyncio
import os
import stat
from pathlib import Path

import zmq

from picode.errors import Missing, NotAllowed, PicodeError, Unavailable
from picode.paths import Paths
from picode.protocol import codec
from picode.protocol.terminal import AnyTerminalReply, AnyTerminalRequest, Fetched, NotFetched
from picode.protocol.values import CommandRecord

WITHIN = 5.0


async def fetch(paths: Paths, terminal: str, request: AnyTerminalRequest) -> CommandRecord:
    """The record that the recorder at socket `terminal` gives. Raises Missing, Unavailable, NotAllowed."""
    reply = await ask(paths, terminal, request)
    if isinstance(reply, Fetched):
        return reply.record
    raise Unavailable("The terminal's recorder gave an answer that does not fit.")


async def ask(
    paths: Paths, terminal: str, request: AnyTerminalRequest, within: float = WITHIN
) -> AnyTerminalReply:
    """What the recorder at socket `terminal` answers `within` seconds. Raises Missing when it refuses, Unavailable,
    NotAllowed."""
    path = own_socket(paths, terminal)
    try:
        async with asyncio.timeout(within):
            reply = await _ask(path, request)
    except TimeoutError:
        raise Unavailable("The terminal's recorder does not answer.", "Open another terminal.") from None
    if isinstance(reply, NotFetched):
        raise Missing(reply.message, reply.hint)
    return reply


def own_socket(paths: Paths, terminal: str) -> Path:
    """The socket of that name in our own directory, whatever path a client told, and only if it is ours."""
    path = paths.terminals / Path(terminal).name
    try:
        found = path.lstat()
    except OSError:
        raise Missing("That terminal is closed.", "Its commands went with it.") from None
    if not stat.S_ISSOCK(found.st_mode) or found.st_uid != os.getuid():
        raise NotAllowed(f"{path} is not a recorder's socket.")
    return path


async def _ask(path: Path, request: AnyTerminalRequest) -> AnyTerminalReply:
    loop = asyncio.get_running_loop()
    came = asyncio.Event()
    socket: zmq.Socket[bytes]
    with zmq.Context.instance().socket(zmq.DEALER) as socket:
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.MAXMSGSIZE, codec.LARGEST_MESSAGE)
        socket.connect(f"ipc://{path}")
        descriptor = int(socket.getsockopt(zmq.FD))
        loop.add_reader(descriptor, came.set)
        try:
            socket.send(codec.encode(request), zmq.NOBLOCK)
            while True:
                try:
                    return codec.decode_terminal_reply(socket.recv_multipart(zmq.NOBLOCK)[-1])
                except zmq.Again:
                    pass
                except PicodeError as error:
                    raise Unavailable(
                        f"The terminal's recorder cannot be understood: {error.message}"
                    ) from error
                came.clear()
                await came.wait()
        finally:
            loop.remove_reader(descriptor)
