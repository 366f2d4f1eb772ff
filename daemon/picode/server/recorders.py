"""The recorders' own way in: a socket that the event loop serves itself, in ZeroMQ's protocol.

libzmq hands each message from one thread to another, on its way in and on its way out; a key in a shell waits for both.
A recorder that finds no such socket (an older daemon's, or one that could not be made) uses the ROUTER.
"""

import asyncio
import itertools
import logging
import os
import socket
from collections import OrderedDict, deque
from collections.abc import Callable
from pathlib import Path

from picode.protocol import codec
from picode.terminal import zmtp

SHARE = 64
"""Messages of one recorder that are taken in a turn of the loop."""
MOST = 256
"""Connections; above that, the one that has been silent longest goes: it comes back with its next message."""
AGAIN = 1.0
"""Seconds without new connections when the system gives none."""
log = logging.getLogger(__name__)

Received = Callable[[list[bytes], bytes], None]


class Recorder:
    """One connection; `taken` waits for its turn, and meanwhile no more is read."""

    def __init__(self, peer: zmtp.Peer) -> None:
        self.peer = peer
        self.taken: deque[list[bytes]] = deque()
        self.waits = False
        self.writes = False


class Recorders:
    """`received(envelope, frame)` is called for each request, as for the ROUTER's."""

    def __init__(self, path: Path, received: Received, most: int = MOST) -> None:
        self._path, self._received, self._most = path, received, most
        self._loop = asyncio.get_running_loop()
        self._listening: socket.socket | None = None
        self._known: OrderedDict[bytes, Recorder] = OrderedDict()
        # nobody can give himself such a name on the other socket
        self._prefix, self._numbers = os.urandom(8), itertools.count()

    def bind(self) -> None:
        """Listen; whatever lies there is replaced. Without this socket the recorders use the other one."""
        try:
            self._path.unlink(missing_ok=True)
            self._listening = zmtp.listen(str(self._path), backlog=128)
        except OSError as error:
            log.warning("%s: %s", self._path, error)
            return
        self._loop.add_reader(self._listening, self._accept)

    def owns(self, name: bytes) -> bool:
        """Whether a reply to `name` goes this way."""
        return name.startswith(self._prefix)

    def reply(self, envelope: list[bytes], frame: bytes) -> None:
        """Send a reply; to a recorder that is gone or does not read, nothing."""
        if (one := self._known.get(envelope[0])) is None:
            return
        try:
            one.peer.send(*envelope[1:], frame)
        except zmtp.Broken:
            self._drop(envelope[0])
        else:
            self._watch_writing(envelope[0], one)

    def close(self) -> None:
        """Take no more requests; every recorder sees it."""
        for name in list(self._known):
            self._drop(name)
        if self._listening is not None:
            self._loop.remove_reader(self._listening)
            self._listening.close()
            self._listening = None
            self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        if self._listening is None:
            return
        for _ in range(SHARE):
            try:
                connected, _ = self._listening.accept()
            except BlockingIOError:
                return
            except OSError as error:
                log.warning("a recorder's connection could not be taken: %s", error)
                self._loop.remove_reader(self._listening)
                self._loop.call_later(AGAIN, self._listen_again)
                return
            self._welcome(connected)

    def _listen_again(self) -> None:
        if self._listening is not None:
            self._loop.add_reader(self._listening, self._accept)

    def _welcome(self, connected: socket.socket) -> None:
        try:
            peer = zmtp.Peer(connected, "ROUTER", codec.LARGEST_MESSAGE)
        except zmtp.Broken:
            connected.close()
            return
        name = self._prefix + next(self._numbers).to_bytes(8, "big")
        self._known[name] = Recorder(peer)
        self._loop.add_reader(peer, self._read, name)
        if len(self._known) > self._most:
            self._drop(next(iter(self._known)))

    def _read(self, name: bytes) -> None:
        if (one := self._known.get(name)) is None:
            return
        self._known.move_to_end(name)
        try:
            one.taken.extend(one.peer.receive())
        except zmtp.Broken:
            self._drop(name)
            return
        self._watch_writing(name, one)
        self._take(name)

    def _take(self, name: bytes) -> None:
        """A share of what was read; then it is everybody else's turn."""
        if (one := self._known.get(name)) is None:
            return
        for _ in range(min(SHARE, len(one.taken))):
            message = one.taken.popleft()
            # a REQ's request has an empty frame before it
            if len(message) == 1 or (len(message) == 2 and not message[0]):
                self._received([name, *message[:-1]], message[-1])
        if one.taken:
            if not one.waits:
                one.waits = True
                self._loop.remove_reader(one.peer)
            self._loop.call_soon(self._take, name)
        elif one.waits and name in self._known:
            one.waits = False
            self._loop.add_reader(one.peer, self._read, name)

    def _watch_writing(self, name: bytes, one: Recorder) -> None:
        if one.peer.wants_to_write and not one.writes:
            one.writes = True
            self._loop.add_writer(one.peer, self._write, name)
        elif one.writes and not one.peer.wants_to_write:
            one.writes = False
            self._loop.remove_writer(one.peer)

    def _write(self, name: bytes) -> None:
        if (one := self._known.get(name)) is None:
            return
        try:
            one.peer.flush()
        except zmtp.Broken:
            self._drop(name)
        else:
            self._watch_writing(name, one)

    def _drop(self, name: bytes) -> None:
        if (one := self._known.pop(name, None)) is not None:
            self._loop.remove_reader(one.peer)
            self._loop.remove_writer(one.peer)
            one.peer.close()
