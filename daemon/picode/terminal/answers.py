"""A recorder's own socket: whoever may open it can have the last command while no daemon runs."""

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from picode import paths
from picode.errors import BadData
from picode.protocol import codec
from picode.protocol.terminal import (
    AnyTerminalReply,
    Await,
    Begun,
    Commands,
    Fetch,
    Fetched,
    GetCommands,
    Insert,
    Inserted,
    Join,
    Joined,
    NotFetched,
    Pause,
    Paused,
    Run,
    Type,
)
from picode.terminal import records, zmtp
from picode.terminal.loop import READ, WRITE

if TYPE_CHECKING:
    from picode.terminal.contacts import Contacts

MOST_PEERS = 16
LARGEST_REQUEST = 256 * 1024


class Answers:
    def __init__(self, contacts: "Contacts") -> None:
        self._contacts = contacts
        self._loop = contacts.loop
        self._listening: socket.socket | None = None
        self._peers: dict[int, zmtp.Peer] = {}

    def open(self, early: int | None = None) -> None:
        """`early`: the socket that listens already. OSError or a PicodeError when there can be no socket."""
        from picode.terminal.contacts import remove_dead

        path = paths.check_socket(Path(self._contacts.socket))
        paths.make_private(path.parent.parent)
        paths.make_private(path.parent)
        remove_dead(str(path.parent))
        self._listening = socket.socket(fileno=early) if early is not None else zmtp.listen(str(path))
        self._loop.watch(self._listening.fileno(), READ, self._accept)

    def close(self) -> None:
        for fd in list(self._peers):
            self._drop(fd)
        if self._listening:
            self._loop.forget(self._listening.fileno())
            self._listening.close()
            try:
                os.unlink(self._contacts.socket)
            except OSError:
                pass

    def _accept(self, _events: int) -> None:
        if not self._listening:
            return
        try:
            connected, _ = self._listening.accept()
        except OSError:
            return
        if len(self._peers) >= MOST_PEERS:
            # the one that came first has had its time
            self._drop(next(iter(self._peers)))
        try:
            peer = zmtp.Peer(connected, "ROUTER", LARGEST_REQUEST)
        except zmtp.Broken:
            connected.close()
            return
        self._peers[peer.fileno()] = peer
        self._watch(peer)

    def _watch(self, peer: zmtp.Peer) -> None:
        fd = peer.fileno()
        events = READ | (WRITE if peer.wants_to_write else 0)
        self._loop.watch(fd, events, lambda ready: self._ready(fd, ready))

    def _drop(self, fd: int) -> None:
        if peer := self._peers.pop(fd, None):
            self._loop.forget(fd)
            self._contacts.no_longer(fd)
            peer.close()

    def _ready(self, fd: int, events: int) -> None:
        peer = self._peers.get(fd)
        if not peer:
            return
        try:
            if events & WRITE:
                peer.flush()
            for message in peer.receive() if events & ~WRITE else []:
                # a REQ socket puts an empty frame before its request, and wants it back
                if answer := self._answer(message, peer):
                    peer.send(*message[:-1], codec.encode(answer))
            self._watch(peer)
        except zmtp.Broken:
            self._drop(fd)

    def later(self, fd: int, message: list[bytes], answer: AnyTerminalReply) -> None:
        """What was not answered at once."""
        if peer := self._peers.get(fd):
            peer.send(*message[:-1], codec.encode(answer))
            self._watch(peer)

    def _answer(self, message: list[bytes], peer: zmtp.Peer) -> AnyTerminalReply | None:
        try:
            request = codec.decode_terminal_request(message[-1])
        except BadData as error:
            return NotFetched(message=error.message)
        if isinstance(request, Await):
            fd = peer.fileno()
            return self._contacts.look_for(request, fd, lambda answer: self.later(fd, message, answer))
        if isinstance(request, Join):
            secret = self._contacts.join(peer.socket, request.shell, request.pid)
            return (
                Joined(secret)
                if secret
                else NotFetched("Only a shell in this terminal can join its recording.")
            )
        return self._reply(request)

    def _reply(self, request: Fetch | GetCommands | Insert | Pause | Run | Type) -> AnyTerminalReply:
        contacts = self._contacts
        if isinstance(request, Fetch):
            return _fetched(contacts, request)
        if isinstance(request, Pause):
            return Paused(contacts.pause(request.paused).paused)
        if isinstance(request, GetCommands):
            notes = [records.note(command, contacts.socket) for command in contacts.recent(request.limit)]
            return Commands(contacts.terminal(), notes)
        if isinstance(request, Run | Type):
            return _obeyed(contacts, request)
        if contacts.insert(request.text):
            return Inserted()
        return NotFetched("The shell does not wait at a prompt.", "Wait until its command has ended.")


def _fetched(contacts: "Contacts", request: Fetch) -> AnyTerminalReply:
    found = contacts.find(request.number, request.back, request.running)
    if not found:
        return NotFetched("There is no such command in this terminal's memory.", "Run one first.")
    if found.why:
        return NotFetched(f"That command was not recorded: {found.why}.", unrecorded=True)
    record = contacts.record(found)
    return Fetched(record) if record else NotFetched("This command's output is no longer kept.")


def _obeyed(contacts: "Contacts", request: Run | Type) -> AnyTerminalReply:
    if isinstance(request, Type):
        return Inserted() if contacts.type(request.data) else NotFetched(contacts.NOT_TYPED)
    number = contacts.run(request.command)
    return Begun(number) if number else NotFetched(contacts.NOT_RUN)
