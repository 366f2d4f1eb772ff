"""Asking a recorder on its own socket, with no daemon in between."""

import os
import select
import time
from pathlib import Path

from picode.errors import Missing, Unavailable
from picode.protocol import codec
from picode.protocol.terminal import AnyTerminalReply, AnyTerminalRequest, Fetch, Fetched, NotFetched
from picode.protocol.values import CommandRecord
from picode.terminal import zmtp

PATIENCE = 5.0


class Unrecorded(Missing):
    """There was such a command, and it was not to be recorded."""


def fetch(socket: "str | Path", request: Fetch) -> CommandRecord:
    """The command that `request` names. Missing when the recorder has none such, Unavailable when there is none."""
    reply = ask(socket, request)
    if isinstance(reply, NotFetched):
        raise (Unrecorded if reply.unrecorded else Missing)(reply.message, reply.hint)
    if not isinstance(reply, Fetched):
        raise Unavailable("The recorder of this terminal gave an answer that does not fit.")
    return reply.record


def ask(socket: "str | Path", request: AnyTerminalRequest, timeout: float = PATIENCE) -> AnyTerminalReply:
    """One request, one reply; Unavailable when nobody listens or nobody answers in time."""
    peer = zmtp.connect(os.fspath(socket))
    if not peer:
        raise Unavailable("The recorder of this terminal has ended.", "Open a new terminal.")
    limit = time.monotonic() + timeout
    try:
        peer.send(codec.encode(request))
        while (left := limit - time.monotonic()) > 0:
            writing = [peer] if peer.wants_to_write else []
            select.select([peer], writing, [], left)
            peer.flush()
            if messages := peer.receive():
                return codec.decode_terminal_reply(messages[0][-1])
    except zmtp.Broken as error:
        raise Unavailable("The recorder of this terminal has ended.", "Open a new terminal.") from error
    finally:
        peer.close()
    raise Unavailable("The recorder of this terminal does not answer.", "Open a new terminal.")


def own_recorder(environ: "os._Environ[str] | dict[str, str]" = os.environ) -> str:
    """The socket of the recorder that this process runs under."""
    socket = environ.get("PICODE_TERMINAL", "")
    if not socket:
        raise Unavailable(
            "This terminal is not recorded.",
            "Open one in the workspace (`picode up`), or set PICODE_RECORD=1 before the shell starts.",
        )
    return socket
