"""From a frame to a handler and back to a reply: accepted or refused, at once, and never the daemon's end."""

import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from picode import __version__, tasks
from picode.errors import BadData, Crashed, PicodeError, TryLater, WrongProtocol
from picode.protocol import codec
from picode.protocol.replies import AnyReply, Refused, Welcome
from picode.protocol.requests import AnyRequest, Hello
from picode.protocol.version import PROTOCOL
from picode.server.peers import Peers
from picode.server.sockets import Envelope

Answer = AnyReply | Coroutine[Any, Any, AnyReply]
Handler = Callable[[Any], Answer]
"""Takes the request; a handler that must wait for a disk or a terminal is a coroutine."""

MOST_WAITING = 256
log = logging.getLogger(__name__)


class Dispatch:
    """`handlers` maps the type of a request to its handler; `reply` sends a frame back."""

    def __init__(
        self,
        handlers: Mapping[type, Handler],
        reply: Callable[[Envelope, bytes], None],
        *,
        boot: str,
        pid: int,
    ) -> None:
        self._handlers, self._reply = handlers, reply
        self._boot, self._pid = boot, pid
        self._waiting = 0
        self.peers = Peers()

    def received(self, envelope: Envelope, frame: bytes) -> None:
        """Handle one request."""
        try:
            request = codec.decode_request(frame)
        except BadData as error:
            # who sends garbage without a number gets no answer: there is nobody to read it
            if number := codec.request_id(frame):
                self._send(envelope, number, _unreadable(error, known=self.peers.knows(envelope[0])))
            return
        try:
            answer = self._answer(envelope[0], request)
        except Exception as error:
            answer = refused(request, error)
        if not isinstance(answer, Coroutine):
            self._send(envelope, request.id, answer)
        elif self._waiting >= MOST_WAITING:
            answer.close()
            busy = TryLater("The daemon is busy.", "Try again in a moment.")
            self._send(envelope, request.id, refused(request, busy))
        else:
            self._waiting += 1
            tasks.spawn(self._later(envelope, request, answer), f"request {type(request).__name__}")

    def _answer(self, identity: bytes, request: AnyRequest) -> Answer:
        if isinstance(request, Hello):
            return self._welcome(identity, request)
        if not self.peers.knows(identity):
            raise WrongProtocol("This client has not said hello.", "Send Hello before anything else.")
        return self._handlers[type(request)](request)

    def _welcome(self, identity: bytes, request: Hello) -> Welcome:
        if request.protocol != PROTOCOL:
            raise disagreement(request)
        self.peers.greet(identity, request.client, request.pid)
        return Welcome(id=0, protocol=PROTOCOL, version=__version__, pid=self._pid, boot=self._boot)

    async def _later(
        self, envelope: Envelope, request: AnyRequest, work: Coroutine[Any, Any, AnyReply]
    ) -> None:
        try:
            reply = await work
        except Exception as error:
            reply = refused(request, error)
        finally:
            self._waiting -= 1
        self._send(envelope, request.id, reply)

    def _send(self, envelope: Envelope, number: int, reply: AnyReply) -> None:
        if not number:
            return
        reply.id = number
        try:
            frame = codec.encode(reply)
        except Exception:
            log.exception("a reply of type %s cannot be written", type(reply).__name__)
            broken = Crashed("PiCode itself failed: the reply cannot be written.", "The log has the details.")
            frame = codec.encode(codec.refusal(number, broken))
        self._reply(envelope, frame)


def disagreement(hello: Hello) -> WrongProtocol:
    """Which side is older, and what to do."""
    who = f"This client ({hello.version[:40]}) speaks protocol {hello.protocol}, the daemon ({__version__}) {PROTOCOL}"
    if hello.protocol > PROTOCOL:
        return WrongProtocol(f"{who}: the daemon is older.", "`picode daemon restart` starts the new one.")
    return WrongProtocol(
        f"{who}: the client is older.",
        "Start it again from the installation that the daemon comes from, or `picode daemon restart`.",
    )


def refused(request: AnyRequest, error: Exception) -> Refused:
    """The refusal that stands for `error`; what is no PicodeError is our own fault and goes to the log."""
    if isinstance(error, PicodeError):
        return codec.refusal(request.id, error)
    log.error("%s failed", type(request).__name__, exc_info=error)
    return codec.refusal(
        request.id,
        Crashed(
            f"PiCode itself failed at this request ({type(error).__name__}).", "The log has the details."
        ),
    )


def _unreadable(error: BadData, *, known: bool) -> Refused:
    if known:
        return codec.refusal(0, error)
    return codec.refusal(
        0,
        WrongProtocol(
            f"The daemon ({__version__}, protocol {PROTOCOL}) cannot read this client's first message.",
            "`picode daemon restart` starts one of this version.",
        ),
    )
