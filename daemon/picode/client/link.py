"""One connection to the daemon's requests socket, never waiting: for loops that have a `select` of their own.

The connection does not mend itself. When the daemon is gone, `look` says so from then on (and the file descriptor
becomes readable, so that whoever waits on it looks): make another link after `start.ensure_daemon`.
"""

import os

import zmq

from picode import __version__
from picode.errors import BadData
from picode.paths import Paths
from picode.protocol import codec
from picode.protocol.replies import AnyReply
from picode.protocol.requests import AnyRequest, Hello
from picode.protocol.version import PROTOCOL

WAITING_MESSAGES = 1000


def hello(client: str) -> Hello:
    return Hello(id=0, protocol=PROTOCOL, version=__version__, client=client, pid=os.getpid())


class Link:
    """A DEALER whose `fileno` is edge-triggered: before waiting on it, `receive` until None and `look`."""

    def __init__(self, paths: Paths) -> None:
        self._socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.SNDHWM, WAITING_MESSAGES)
        self._socket.setsockopt(zmq.RCVHWM, WAITING_MESSAGES)
        self._socket.setsockopt(zmq.RCVTIMEO, 20)
        self._socket.setsockopt(zmq.MAXMSGSIZE, codec.LARGEST_MESSAGE)
        # no reconnecting: a pipe that is gone then shows as a socket that cannot send
        self._socket.setsockopt(zmq.RECONNECT_IVL, -1)
        self._socket.connect(f"ipc://{paths.requests_socket}")
        self._descriptor = int(self._socket.getsockopt(zmq.FD))
        self._last = 0

    def fileno(self) -> int:
        return self._descriptor

    def look(self) -> tuple[bool, bool]:
        """Whether there is a reply to be read now, and whether the daemon is alive.

        Looking takes the sign off `fileno`: who looks before waiting on it must read when the first is true. Alive is
        false once the daemon has closed its end (or has not taken a thousand requests).
        """
        if self._socket.closed:
            return False, False
        events = int(self._socket.getsockopt(zmq.EVENTS))
        return bool(events & zmq.POLLIN), bool(events & zmq.POLLOUT)

    def send(self, request: AnyRequest, *, reply: bool = True) -> int | None:
        """Number the request and send it: its number, or None when the daemon is gone. Without `reply`: 0."""
        if reply:
            self._last += 1
        request.id = self._last if reply else 0
        try:
            self._socket.send(codec.encode(request), zmq.NOBLOCK)
        except zmq.ZMQError:
            return None
        return request.id

    def receive(self) -> AnyReply | None:
        """The next reply, or None when there is none now; one that cannot be read counts as a refusal."""
        return self._received(zmq.NOBLOCK)

    def wait(self) -> AnyReply | None:
        """The next reply, or None after a moment (20 ms) without one: the quickest way when nothing else is to do."""
        return self._received(0)

    def _received(self, flags: int) -> AnyReply | None:
        try:
            frame = self._socket.recv(flags)
        except zmq.ZMQError:
            return None
        try:
            return codec.decode_reply(frame)
        except BadData as error:
            return codec.refusal(codec.request_id(frame), error)

    def close(self) -> None:
        self._socket.close(0)
