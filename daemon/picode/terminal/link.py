"""A recorder's connection to the daemon: held while there is one, never waited for, looked for only on occasion.

A key that finds no daemon starts it and is sent when it listens; a key whose connection breaks before the answer is
sent once more, under the same name (`Send.once`).
"""

import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import msgspec

from picode import __version__
from picode.errors import BadData
from picode.protocol import codec
from picode.protocol.replies import Refused, Suggestion
from picode.protocol.requests import GetSuggestion, Hello, Request, Send
from picode.protocol.version import PROTOCOL
from picode.terminal import zmtp
from picode.terminal.loop import READ, WRITE

if TYPE_CHECKING:
    from picode.terminal.contacts import Contacts

PATIENCE = 10.0
"""Seconds from the key to the daemon's answer, its start included."""
AGAIN = 0.03
"""Seconds between two looks for the socket while a key waits for the daemon's start."""
MOST_PENDING = 8
HELLO = 1


class Pending:
    """A key that waits for its answer."""

    def __init__(self, request: Send | GetSuggestion) -> None:
        self.request = request
        self.deadline = time.monotonic() + PATIENCE
        self.sent = 0


class Link:
    """`paths`: the sockets where a daemon may listen; the first that answers counts."""

    def __init__(self, contacts: "Contacts", *paths: str) -> None:
        self._contacts = contacts
        self._loop = contacts.loop
        self._paths = paths
        self._peer: zmtp.Peer | None = None
        self._pending: dict[int, Pending] = {}
        self._numbers = HELLO
        self._refused = False
        self._starter: Starter | None = None

    def ensure(self) -> bool:
        """Connect if a daemon listens."""
        if self._peer:
            return True
        self._peer = next(filter(None, map(zmtp.connect, self._paths)), None)
        if not self._peer:
            return False
        hello = Hello(id=HELLO, protocol=PROTOCOL, version=__version__, client="recorder", pid=os.getpid())
        self._put(codec.encode(hello))
        self._put(self._contacts.hello())
        return self._peer is not None

    def tell(self, request: Request) -> None:
        """A note without an answer, for a daemon that is there."""
        if self._peer:
            self._put(codec.encode(request))

    def ask(self, request: Send | GetSuggestion) -> None:
        """A key: it is answered, or one line says why not."""
        if len(self._pending) >= MOST_PENDING:
            self._contacts.say("the daemon has not answered the last keys yet.")
            return
        self._numbers += 1
        self._pending[self._numbers] = Pending(msgspec.structs.replace(request, id=self._numbers))
        self._refused = False
        self._send_pending()

    def _send_pending(self) -> None:
        if self.ensure():
            for waiting in list(self._pending.values()):
                if not waiting.sent or waiting.sent < 0:
                    waiting.sent = 2 if waiting.sent < 0 else 1
                    self._put(codec.encode(waiting.request))
        elif not self._starter:
            self._start_daemon()
        self._wait_on()

    def _wait_on(self) -> None:
        if not self._pending:
            self._loop.cancel("link")
        elif any(waiting.sent <= 0 for waiting in self._pending.values()):
            self._loop.after(AGAIN, "link", self._look_again)
        else:
            soonest = min(waiting.deadline for waiting in self._pending.values())
            self._loop.after(max(0.01, soonest - time.monotonic()), "link", self._look_again)

    def _look_again(self) -> None:
        now = time.monotonic()
        late = [number for number, waiting in self._pending.items() if waiting.deadline <= now]
        for number in late:
            del self._pending[number]
        if late:
            self._contacts.say("the daemon does not answer. `picode daemon restart` starts another one.")
        if self._pending and (self._peer is None or any(w.sent <= 0 for w in self._pending.values())):
            self._send_pending()
        else:
            self._wait_on()

    # bytes

    def _put(self, frame: bytes) -> None:
        if not self._peer:
            return
        try:
            self._peer.send(frame)
            self._watch()
        except zmtp.Broken:
            self._broken()

    def _watch(self) -> None:
        if self._peer:
            events = READ | (WRITE if self._peer.wants_to_write else 0)
            self._loop.watch(self._peer.fileno(), events, self._ready)

    def _ready(self, events: int) -> None:
        peer = self._peer
        if not peer:
            return
        try:
            if events & WRITE:
                peer.flush()
            messages = peer.receive() if events & ~WRITE else []
            self._watch()
        except zmtp.Broken:
            self._broken()
            return
        for message in messages:
            self._answered(message[-1])

    def _broken(self) -> None:
        """The daemon has gone. A key without an answer is sent once more, to the next one."""
        self.close()
        lost = False
        for number, waiting in list(self._pending.items()):
            if waiting.sent == 1:
                waiting.sent = -1
            elif waiting.sent > 1:
                del self._pending[number]
                lost = True
        if lost:
            self._contacts.say("the daemon ended before it answered. `picode daemon logs` may tell why.")
        if self._pending:
            self._loop.after(AGAIN, "link", self._look_again)

    def close(self) -> None:
        if self._peer:
            self._loop.forget(self._peer.fileno())
            self._peer.close()
            self._peer = None

    # answers

    def _answered(self, frame: bytes) -> None:
        try:
            reply = codec.decode_reply(frame)
        except BadData:
            return
        if reply.id == HELLO:
            if isinstance(reply, Refused):
                self._turned_away(reply)
            return
        waiting = self._pending.pop(reply.id, None)
        if not waiting:
            return
        self._wait_on()
        if isinstance(reply, Refused):
            self._contacts.say(f"{reply.message} {reply.hint}".strip())
        elif isinstance(reply, Suggestion):
            if not reply.command:
                self._contacts.say("the assistant has suggested no command yet.")
            else:
                self._contacts.insert(reply.command)

    def _turned_away(self, reply: Refused) -> None:
        """Another protocol number: said once, and again only for another key."""
        self.close()
        if not self._refused or self._pending:
            self._contacts.say(f"{reply.message} {reply.hint}".strip())
        self._refused = True
        self._pending.clear()
        self._wait_on()

    # the daemon's start

    def _start_daemon(self) -> None:
        try:
            self._starter = Starter()
        except OSError as error:
            self._pending.clear()
            self._contacts.say(f"the daemon cannot be started: {error.strerror}.")

    def child_ended(self) -> None:
        """A child of ours may have ended: the one that starts the daemon."""
        if not self._starter or (failure := self._starter.ended()) is None:
            return
        self._starter = None
        if failure and self._pending and not self.ensure():
            self._pending.clear()
            self._wait_on()
            self._contacts.say(failure)


class Starter:
    """`picode daemon start`, as a process of its own. What it prints is kept for the case that it fails."""

    def __init__(self) -> None:
        self._errors, write = os.pipe()
        os.set_blocking(self._errors, False)
        command = [sys.executable, "-I", "-m", "picode", "daemon", "start"]
        try:
            self._pid = os.posix_spawn(
                sys.executable,
                command,
                os.environ,
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                    (os.POSIX_SPAWN_DUP2, write, 2),
                ],
                setsid=True,
                setsigdef=[signal.SIGPIPE, signal.SIGXFSZ],
            )
        except OSError:
            os.close(self._errors)
            raise
        finally:
            os.close(write)

    def ended(self) -> str | None:
        """None while it runs; else what went wrong, or nothing."""
        pid, status = os.waitpid(self._pid, os.WNOHANG)
        if not pid:
            return None
        try:
            told = os.read(self._errors, 4096).decode("utf-8", "replace")
        except BlockingIOError:
            told = ""
        os.close(self._errors)
        if not status:
            return ""
        last = told.strip().splitlines()[-1:] or ["it ended at once"]
        clean = "".join(char for char in last[0] if char.isprintable())
        return clean.removeprefix("picode: ") if told else f"the daemon cannot be started: {clean}."
