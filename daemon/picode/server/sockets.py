"""The daemon's sockets: a ROUTER that takes requests, an XPUB that announces events; and the recorders' own.

Plain ZeroMQ sockets on the event loop's readers. Their descriptor is edge-triggered, and sending can swallow an edge:
so each turn reads until nothing is left or its share is used up, and looks again after sending.
"""

import asyncio
from collections.abc import Callable

import zmq

from picode.paths import Paths, check_socket, make_private
from picode.protocol import codec
from picode.protocol.events import Announced, Subscribed
from picode.server.recorders import Recorders

SHARE = 64
"""Messages read in one turn of the loop; a flood waits, everybody else's work goes on."""
WAITING_REPLIES = 500
WAITING_EVENTS = 2000
LONGEST_SUBSCRIPTION = 1024
WELCOME = b"welcome/"

# as plain numbers: arithmetic with pyzmq's own takes longer than the system call
NOW, MORE, READABLE = int(zmq.NOBLOCK), int(zmq.NOBLOCK | zmq.SNDMORE), int(zmq.POLLIN)

Envelope = list[bytes]
"""What came before the request's frame and goes before its reply: the identity (and a REQ's empty frame)."""


class Sockets:
    """`received(envelope, frame)` is called for each request."""

    def __init__(self, paths: Paths, received: Callable[[Envelope, bytes], None]) -> None:
        self._paths, self._received = paths, received
        self._loop = asyncio.get_running_loop()
        self._context = zmq.Context()
        self._router: zmq.Socket[bytes] = self._context.socket(zmq.ROUTER)
        self._xpub: zmq.Socket[bytes] = self._context.socket(zmq.XPUB)
        self._recorders = Recorders(paths.shells_socket, received)
        self._again = self._look_again = self._reading = False

    def bind(self) -> None:
        """Listen; whatever lies where the sockets go is replaced, so the caller holds the lock."""
        make_private(self._paths.runtime)
        self._router.setsockopt(zmq.SNDHWM, WAITING_REPLIES)
        self._router.setsockopt(zmq.RCVHWM, WAITING_REPLIES)
        self._router.setsockopt(zmq.MAXMSGSIZE, codec.LARGEST_MESSAGE)
        self._router.setsockopt(zmq.BACKLOG, 512)
        self._xpub.setsockopt(zmq.SNDHWM, WAITING_EVENTS)
        self._xpub.setsockopt(zmq.MAXMSGSIZE, LONGEST_SUBSCRIPTION)
        self._xpub.setsockopt(zmq.BACKLOG, 512)
        # every subscription is passed up, also one that somebody else holds already
        self._xpub.setsockopt(zmq.XPUB_VERBOSE, 1)
        for socket, path in (
            (self._xpub, self._paths.events_socket),
            (self._router, self._paths.requests_socket),
        ):
            socket.setsockopt(zmq.LINGER, 0)
            check_socket(path)
            path.unlink(missing_ok=True)
            socket.bind(f"ipc://{path}")
            path.chmod(0o600)
        self._recorders.bind()
        self._loop.add_reader(int(self._router.getsockopt(zmq.FD)), self._requests)
        self._loop.add_reader(int(self._xpub.getsockopt(zmq.FD)), self._subscriptions)
        self._requests()
        self._subscriptions()

    def reply(self, envelope: Envelope, frame: bytes) -> None:
        """Send a reply; to a client that is gone or does not read, nothing."""
        if self._recorders.owns(envelope[0]):
            self._recorders.reply(envelope, frame)
            return
        if self._router.closed:
            return
        try:
            for part in envelope:
                self._router.send(part, MORE)
            self._router.send(frame, NOW, copy=len(frame) < 65536)
        except zmq.ZMQError:
            return
        if not self._reading:
            self._look()

    def publish(self, topic: str, frame: bytes) -> None:
        """Announce; whoever does not read loses it and notices the gap."""
        try:
            self._xpub.send(topic.encode(), MORE)
            self._xpub.send(frame, NOW, copy=len(frame) < 65536)
        except zmq.ZMQError:
            return
        # a subscription is rare, and a turn of the loop for each word is not
        if not self._look_again and int(self._xpub.getsockopt(zmq.EVENTS)) & READABLE:
            self._look()

    def deafen(self, linger: float = 0.2) -> None:
        """Take no more requests, and let clients see it; replies and events have `linger` seconds to leave."""
        self._recorders.close()
        self._end(self._router, linger)

    def close(self, linger: float = 0.2) -> None:
        """Close all sockets."""
        self._recorders.close()
        for socket in (self._router, self._xpub):
            self._end(socket, linger)
        self._context.term()
        for path in (self._paths.requests_socket, self._paths.events_socket):
            path.unlink(missing_ok=True)

    def _end(self, socket: "zmq.Socket[bytes]", linger: float) -> None:
        if not socket.closed:
            self._loop.remove_reader(int(socket.getsockopt(zmq.FD)))
            socket.close(round(linger * 1000))

    def _requests(self) -> None:
        if self._router.closed:
            return
        self._reading = True
        try:
            for _ in range(SHARE):
                frames = self._router.recv_multipart(NOW)
                if len(frames) == 2 or (len(frames) == 3 and not frames[1]):
                    self._received(frames[:-1], frames[-1])
        except zmq.ZMQError:
            return  # nothing is left, or the socket was closed
        finally:
            self._reading = False
        if not self._again:
            self._again = True
            self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        self._again = False
        if not self._router.closed:
            self._requests()

    def _subscriptions(self) -> None:
        for _ in range(SHARE):
            try:
                frame = self._xpub.recv(NOW)
            except zmq.ZMQError:
                return
            if frame[:1] == b"\x01" and frame.startswith(WELCOME, 1):
                topic = frame[1:]
                welcome = codec.encode(Announced(Subscribed()))
                try:
                    self._xpub.send_multipart([topic, welcome], zmq.NOBLOCK)
                except zmq.ZMQError:
                    continue
        self._look()

    def _look(self) -> None:
        """Look at both sockets again in the next turn: what was just sent may have swallowed the sign."""
        if not self._look_again:
            self._look_again = True
            self._loop.call_soon(self._looked)

    def _looked(self) -> None:
        self._look_again = False
        if (
            not self._again
            and not self._router.closed
            and int(self._router.getsockopt(zmq.EVENTS)) & READABLE
        ):
            self._requests()
        if not self._xpub.closed and int(self._xpub.getsockopt(zmq.EVENTS)) & READABLE:
            self._subscriptions()
