"""The daemon itself: is it there, how is it, end it."""

import os
import resource
import sys

from picode import __version__
from picode.protocol.replies import Accepted, DaemonStatus, Pong
from picode.protocol.requests import GetStatus, Ping, Shutdown
from picode.server.state import Daemon


class Basics:
    """Handlers of `Ping`, `GetStatus`, `Shutdown`."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    def ping(self, request: Ping) -> Pong:
        return Pong(id=0, payload=request.payload)

    def status(self, request: GetStatus) -> DaemonStatus:
        daemon = self._daemon
        return DaemonStatus(
            id=0,
            pid=os.getpid(),
            version=__version__,
            started=daemon.started,
            memory=resident_memory(),
            clients=daemon.clients(),
            conversations=len(daemon.conversations),
            running=daemon.conversations.busy,
            terminals=len(daemon.terminals),
            log=str(daemon.paths.log),
        )

    def shutdown(self, request: Shutdown) -> Accepted:
        self._daemon.ended.set()
        return Accepted(id=0)


def resident_memory() -> int:
    """Bytes that this process holds in memory; where the system does not say, the most it ever held."""
    try:
        with open("/proc/self/statm", "rb") as statm:
            return int(statm.read().split()[1]) * resource.getpagesize()
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
