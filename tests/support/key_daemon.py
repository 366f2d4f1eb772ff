"""A daemon's request socket and nothing behind it: what a recorder sends, and answers by rule."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zmq

from picode.protocol import codec
from picode.protocol.replies import Accepted, AnyReply, Suggestion, Welcome
from picode.protocol.requests import AnyRequest, GetSuggestion, Hello
from picode.protocol.version import PROTOCOL


def usual(request: AnyRequest) -> AnyReply | None:
    if isinstance(request, Hello):
        return Welcome(id=request.id, protocol=PROTOCOL, version="0", pid=os.getpid(), boot="b")
    if isinstance(request, GetSuggestion):
        return Suggestion(id=request.id, command="echo suggested; echo $((6*7))")
    return Accepted(id=request.id) if request.id else None


class KeyDaemon:
    """Nothing runs in the background: `serve` answers what has come, `until` reads until a request came."""

    def __init__(self, runtime: Path, answer: Callable[[AnyRequest], AnyReply | None] = usual) -> None:
        runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = runtime / "requests.sock"
        self.answer = answer
        self.seen: list[AnyRequest] = []
        self._context: zmq.Context[Any] = zmq.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        self._socket.linger = 0
        self._socket.bind(f"ipc://{self.path}")

    def serve(self, wait: float = 0) -> None:
        """Answer what is there, waiting at most `wait` seconds for the first."""
        while self._socket.poll(int(wait * 1000)):
            wait = 0
            sender, frame = self._socket.recv_multipart()
            request = codec.decode_request(frame)
            self.seen.append(request)
            if reply := self.answer(request):
                self._socket.send_multipart([sender, codec.encode(reply)])

    def of(self, kind: type[Any]) -> list[Any]:
        self.serve(0.02)
        return [request for request in self.seen if isinstance(request, kind)]

    def close(self) -> None:
        self._context.destroy(linger=0)
        self.path.unlink(missing_ok=True)
