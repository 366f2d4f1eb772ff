"""The one file that knows every part of the daemon: it puts them together, and takes them apart at the end."""

import logging
import os
import secrets
import time
from collections.abc import Callable

from picode import __version__, config
from picode.paths import Paths
from picode.protocol import codec
from picode.protocol.events import Announced, DaemonStopping
from picode.server import handlers, lifecycle, logs
from picode.server.dispatch import Dispatch
from picode.server.sockets import Envelope, Sockets
from picode.server.state import Daemon

log = logging.getLogger(__name__)
EVERYBODY = "daemon"
"""The topic of what concerns all clients."""


def run(paths: Paths, answers: Callable[[], bool], ready_fd: int = -1) -> int:
    """Be this user's daemon until it is told to end; 0 at once when there is one already (`answers()`)."""
    return lifecycle.run(paths, lambda ready: serve(paths, ready), answers, ready_fd)


async def serve(paths: Paths, ready: Callable[[], None]) -> None:
    """Start every part, serve, end every part in order."""
    settings = config.load(paths).settings
    logs.open_log(paths, settings.log.level)
    daemon = Daemon(paths=paths, boot=secrets.token_hex(8), started=time.time_ns() // 1_000_000)

    def received(envelope: Envelope, frame: bytes) -> None:
        dispatch.received(envelope, frame)

    sockets = Sockets(paths, received)
    dispatch = Dispatch(handlers.table(daemon), sockets.reply, boot=daemon.boot, pid=os.getpid())
    daemon.clients = dispatch.peers.living
    lifecycle.watch_signals(daemon.ended.set)
    try:
        sockets.bind()
        log.info("picode %s, process %d, is ready", __version__, os.getpid())
        ready()
        lifecycle.settle_memory()
        await daemon.ended.wait()
        sockets.publish(EVERYBODY, codec.encode(Announced(DaemonStopping(), boot=daemon.boot)))
    finally:
        sockets.close()
    log.info("ended in order")
