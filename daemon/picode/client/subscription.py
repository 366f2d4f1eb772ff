"""The events socket: topics, and the proof that they are active.

A subscription travels like any message. After its topics a client subscribes to a fresh one, `welcome/<nonce>`; the
daemon reads subscriptions in order and announces `Subscribed` under that one when everything before is active.
"""

import secrets

import zmq

from picode.errors import BadData
from picode.paths import Paths
from picode.protocol import codec
from picode.protocol.events import Announced

WAITING_EVENTS = 2000


class Subscription:
    """A SUB socket, never waiting; `fileno` is edge-triggered: read until `receive` gives None."""

    def __init__(self, paths: Paths) -> None:
        self._socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.SUB)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.RCVHWM, WAITING_EVENTS)
        self._socket.setsockopt(zmq.MAXMSGSIZE, codec.LARGEST_MESSAGE)
        self._socket.setsockopt(zmq.RECONNECT_IVL, -1)
        self._socket.connect(f"ipc://{paths.events_socket}")
        self._descriptor = int(self._socket.getsockopt(zmq.FD))

    def fileno(self) -> int:
        return self._descriptor

    def add(self, *topics: str) -> str:
        """Subscribe; a `Subscribed` under the returned topic tells that all of it is active."""
        for topic in topics:
            self._socket.setsockopt(zmq.SUBSCRIBE, topic.encode())
        welcome = f"welcome/{secrets.token_hex(8)}"
        self._socket.setsockopt(zmq.SUBSCRIBE, welcome.encode())
        return welcome

    def drop(self, *topics: str) -> None:
        for topic in topics:
            self._socket.setsockopt(zmq.UNSUBSCRIBE, topic.encode())

    def receive(self) -> tuple[str, Announced] | None:
        """The next event and its topic, or None when there is none now; what cannot be read is passed over."""
        while True:
            try:
                frames = self._socket.recv_multipart(zmq.NOBLOCK)
            except zmq.ZMQError:
                return None
            try:
                return frames[0].decode(), codec.decode_announced(frames[-1])
            except (BadData, UnicodeDecodeError):
                continue  # an event of a newer daemon: the gap in the numbers does not arise from it alone

    def close(self) -> None:
        self._socket.close(0)
