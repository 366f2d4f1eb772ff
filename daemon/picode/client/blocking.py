"""Ask the daemon and wait for the reply: for commands, scripts and tests.

with connect(paths.resolve()) as daemon:
    reply = daemon.ask(GetStatus(id=0))
"""

import select
import time
from types import TracebackType
from typing import Self, TypeVar

from picode.client import start
from picode.client.link import Link, hello
from picode.errors import Unavailable, WrongProtocol
from picode.paths import Paths
from picode.protocol import codec
from picode.protocol.replies import AnyReply, Refused, Welcome
from picode.protocol.requests import AnyRequest

R = TypeVar("R")
HELLO_WITHIN = 5.0


class DaemonGone(Unavailable):
    """The daemon closed the connection while it was asked."""


class Connection:
    """One client of the daemon. It connects again, once for each request, when the daemon has been restarted."""

    def __init__(self, paths: Paths, client: str = "cli", start: bool = True) -> None:
        self._paths, self._client, self._start = paths, client, start
        self._link: Link | None = None
        self.welcome: Welcome = self._connect()

    def ask(self, request: AnyRequest, timeout: float = 10.0) -> AnyReply:
        """The reply (the request's `id` is set here); what was refused is raised as the error that it names.

        Raises Unavailable when there is no answer within `timeout` seconds.
        """
        try:
            return self._ask(request, timeout)
        except DaemonGone:
            self.welcome = self._connect()
        except WrongProtocol:
            # a daemon that does not know us: say hello, and learn whether that was all
            self.welcome = self._hello()
        return self._ask(request, timeout)

    def ask_for(self, kind: type[R], request: AnyRequest, timeout: float = 10.0) -> R:
        """The same, for a reply whose type is known."""
        reply = self.ask(request, timeout)
        if not isinstance(reply, kind):
            raise Unavailable(
                f"The daemon answered with {type(reply).__name__}; expected was {kind.__name__}.",
                "`picode daemon restart` starts one of this version.",
            )
        return reply

    def tell(self, request: AnyRequest) -> None:
        """Send without waiting for a reply; lost when the daemon is gone."""
        if self._link is not None:
            self._link.send(request, reply=False)

    def close(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _connect(self) -> Welcome:
        self.close()
        if self._start:
            start.ensure_daemon(self._paths)
        elif not start.answers(self._paths):
            raise Unavailable("The daemon does not run.", "`picode daemon start` starts it.")
        self._link = Link(self._paths)
        try:
            return self._hello()
        except BaseException:
            self.close()
            raise

    def _hello(self) -> Welcome:
        reply = self._ask(hello(self._client), HELLO_WITHIN)
        assert isinstance(reply, Welcome)
        return reply

    def _ask(self, request: AnyRequest, timeout: float) -> AnyReply:
        number = self._link.send(request) if self._link is not None else None
        if self._link is None or number is None:
            raise DaemonGone("The daemon is gone.", "Try again.")
        reply = self._wait(self._link, number, timeout)
        if isinstance(reply, Refused):
            raise codec.error_of(reply)
        return reply

    def _wait(self, link: Link, number: int, timeout: float) -> AnyReply:
        # most replies come at once: libzmq's own waiting is quicker than looking, polling and reading
        if (first := link.wait()) is not None and first.id == number:
            return first
        until = time.monotonic() + timeout
        poll = select.poll()
        poll.register(link.fileno(), select.POLLIN)
        while True:
            # a reply to an earlier request that was given up is passed over
            while (reply := link.receive()) is not None:
                if reply.id == number:
                    return reply
            # looking swallows the sign of what has come since
            readable, alive = link.look()
            if readable:
                continue
            if not alive:
                raise DaemonGone("The daemon ended before it answered.", "Try again.")
            left = until - time.monotonic()
            if left <= 0:
                raise Unavailable(
                    f"The daemon did not answer within {timeout:g} seconds.",
                    "`picode daemon restart` starts another one.",
                )
            poll.poll(left * 1000 + 1)


def connect(paths: Paths, client: str = "cli", start: bool = True) -> Connection:
    """Connect, with `start` also to a daemon that must be started first; usable in `with`.

    Raises Unavailable (no daemon), WrongProtocol (another version's), and what keeps a daemon from starting.
    """
    return Connection(paths, client, start)
