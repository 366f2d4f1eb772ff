"""The daemon's sockets, dispatch and bus in the test's own loop, with a conversation that is only its events."""

import os
from typing import Any

from picode import paths
from picode.protocol import requests as r
from picode.protocol.events import AnyEvent
from picode.protocol.replies import Accepted, Pong, Replayed, Snapshot
from picode.protocol.values import Status
from picode.server.bus import Bus
from picode.server.dispatch import Dispatch
from picode.server.sockets import Envelope, Sockets


class Wired:
    """`emit` announces; `asked` is what came."""

    def __init__(self, where: paths.Paths, boot: str = "one") -> None:
        self.boot = boot
        self.asked: list[Any] = []
        self.deaf = False
        self.sockets = Sockets(where, self._received)
        self.bus = Bus(boot, self.sockets.publish)
        table: dict[type, Any] = {
            r.Ping: self._ping, r.Look: self._look, r.Replay: self._replay, r.Cancel: self._fail,
        }  # fmt: skip
        self.dispatch = Dispatch(table, self.sockets.reply, boot=boot, pid=os.getpid())
        self.sockets.bind()

    def emit(self, event: AnyEvent, conversation: str = "c") -> None:
        self.bus.emit(conversation, event)

    def lose(self, event: AnyEvent, count: int) -> None:
        """Number these events, and let nobody hear them."""
        publish, self.bus._publish = self.bus._publish, lambda topic, frame: None
        for _ in range(count):
            self.emit(event)
        self.bus._publish = publish

    def close(self) -> None:
        self.bus.close()
        self.sockets.close(0)

    def _received(self, envelope: Envelope, frame: bytes) -> None:
        if not self.deaf:
            self.dispatch.received(envelope, frame)

    def _ping(self, request: r.Ping) -> Pong:
        self.asked.append(request)
        return Pong(id=0, payload=request.payload)

    def _look(self, request: r.Look) -> Snapshot:
        self.asked.append(request)
        seq = self.bus.seq(request.conversation)
        return Snapshot(0, request.conversation, "", "/", seq, self.boot, Status())

    def _replay(self, request: r.Replay) -> Replayed:
        self.asked.append(request)
        return Replayed(id=0, events=self.bus.replay(request.conversation, request.after))

    def _fail(self, request: r.Cancel) -> Accepted:
        raise ZeroDivisionError
