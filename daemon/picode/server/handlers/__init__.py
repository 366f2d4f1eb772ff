"""Which request goes to which handler: the whole list."""

from picode.protocol import requests as r
from picode.server.dispatch import Handler
from picode.server.handlers import basics
from picode.server.state import Daemon


def table(daemon: Daemon) -> dict[type, Handler]:
    """Every request but `Hello`, which the dispatcher answers itself."""
    b = basics.Basics(daemon)
    return {
        r.Ping: b.ping,
        r.GetStatus: b.status,
        r.Shutdown: b.shutdown,
    }
