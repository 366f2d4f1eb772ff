"""ZeroMQ's wire protocol (ZMTP 3.0, NULL mechanism) over a Unix socket, without libzmq.

A recorder runs under every shell: without the library it is smaller, starts no thread, tries no reconnection by
itself, and sees at once that the other side has gone. A `Peer` speaks as a DEALER, or as a ROUTER to one client.
"""

import errno
import os
import socket

SIGNATURE = b"\xff" + bytes(8) + b"\x7f"
GREETING = SIGNATURE + b"\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
MORE, LONG, COMMAND = 1, 2, 4
MOST_WAITING = 20 * 1024 * 1024


class Broken(Exception):
    """The other side has gone, or does not speak the protocol."""


def ready(kind: str) -> bytes:
    name, value = b"Socket-Type", kind.encode()
    body = b"\x05READY" + bytes((len(name),)) + name + len(value).to_bytes(4, "big") + value
    body += b"\x08Identity" + bytes(4)
    return bytes((COMMAND, len(body))) + body


def frame(body: bytes, flags: int = 0) -> bytes:
    if len(body) < 256:
        return bytes((flags, len(body))) + body
    return bytes((flags | LONG,)) + len(body).to_bytes(8, "big") + body


class Decoder:
    """Bytes in, whole messages (lists of frames) out; greeting and commands are dealt with here."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._bytes = bytearray()
        self.greeted = False
        self._frames: list[bytes] = []
        self.ready = False
        self.reply = b""
        """What the other side must be sent: answers to its pings."""

    def feed(self, data: bytes) -> list[list[bytes]]:
        """Broken when it is no ZMTP, or a message is larger than allowed."""
        self._bytes += data
        if not self.greeted:
            if not SIGNATURE.startswith(bytes(self._bytes[:1])) or (
                len(self._bytes) > 9 and self._bytes[9] & 1 == 0
            ):
                raise Broken("this is no ZeroMQ peer")
            if len(self._bytes) < len(GREETING):
                return []
            if self._bytes[10] < 3 or self._bytes[12:16] != b"NULL":
                raise Broken("this ZeroMQ peer is too old, or wants a password")
            del self._bytes[: len(GREETING)]
            self.greeted = True
        messages = []
        while (body := self._next()) is not None:
            flags, content = body
            if flags & COMMAND:
                self._command(content)
                continue
            self._frames.append(content)
            if sum(map(len, self._frames)) > self._largest or len(self._frames) > 16:
                raise Broken("this message is too large")
            if not flags & MORE:
                messages.append(self._frames)
                self._frames = []
        return messages

    def _next(self) -> tuple[int, bytes] | None:
        have = self._bytes
        if len(have) < 2:
            return None
        long = have[0] & LONG
        if long and len(have) < 9:
            return None
        size = int.from_bytes(have[1:9], "big") if long else have[1]
        begin = 9 if long else 2
        if size > self._largest:
            raise Broken("this message is too large")
        if len(have) < begin + size:
            return None
        flags, body = have[0], bytes(have[begin : begin + size])
        del have[: begin + size]
        return flags, body

    def _command(self, content: bytes) -> None:
        if content.startswith(b"\x05READY"):
            self.ready = True
        elif content.startswith(b"\x04PING"):
            body = b"\x04PONG" + content[7:23]
            self.reply += bytes((COMMAND, len(body))) + body
        elif content.startswith(b"\x05ERROR"):
            raise Broken("this ZeroMQ peer refused the connection")


class Peer:
    """A connected Unix socket that speaks ZMTP; nothing here waits.

    libzmq drops what comes before its turn, so each step of the handshake goes out after the other side's.
    """

    def __init__(self, connected: socket.socket, kind: str, largest: int = 16 * 1024 * 1024) -> None:
        connected.setblocking(False)
        self.socket = connected
        self._decoder = Decoder(largest)
        self._kind = kind
        self._introduced = False
        self._later = bytearray()
        self._waiting = bytearray(GREETING)
        self.flush()

    def fileno(self) -> int:
        return self.socket.fileno()

    @property
    def wants_to_write(self) -> bool:
        return bool(self._waiting)

    def send(self, *frames: bytes) -> None:
        """Broken when the other side has gone or reads nothing."""
        out = self._waiting if self._decoder.ready and not self._later else self._later
        for body in frames[:-1]:
            out += frame(body, MORE)
        out += frame(frames[-1])
        if len(out) > MOST_WAITING:
            raise Broken("the other side does not read")
        self.flush()

    def flush(self) -> None:
        try:
            while self._waiting:
                del self._waiting[: self.socket.send(self._waiting)]
        except BlockingIOError:
            pass
        except OSError as error:
            raise Broken(error.strerror or "the connection broke") from error

    def receive(self) -> list[list[bytes]]:
        """The messages that are there now."""
        try:
            data = self.socket.recv(65536)
        except BlockingIOError:
            return []
        except OSError as error:
            raise Broken(error.strerror or "the connection broke") from error
        if not data:
            raise Broken("the other side has gone")
        messages = self._decoder.feed(data)
        self._go_on()
        return messages

    def _go_on(self) -> None:
        """The next step of the handshake, answers to pings, and what waited for the other side to be ready."""
        if self._decoder.greeted and not self._introduced:
            self._introduced = True
            self._waiting += ready(self._kind)
        if self._decoder.reply:
            self._waiting += self._decoder.reply
            self._decoder.reply = b""
        if self._decoder.ready and self._later:
            self._waiting += self._later
            self._later.clear()
        self.flush()

    def close(self) -> None:
        self.socket.close()


def connect(path: str, kind: str = "DEALER") -> Peer | None:
    """A peer at `path`, or None when nobody listens there; it never waits."""
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connected.setblocking(False)
    if connected.connect_ex(path) != 0:
        connected.close()
        return None
    try:
        return Peer(connected, kind)
    except Broken:
        connected.close()
        return None


def listen(path: str, backlog: int = 16) -> socket.socket:
    """A listening socket at `path`, for its owner only. OSError when it cannot be."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.setblocking(False)
        try:
            listening.bind(path)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            # the path has our own process id: whoever had it before is dead
            os.unlink(path)
            listening.bind(path)
        os.chmod(path, 0o600)
        listening.listen(backlog)
    except OSError:
        listening.close()
        raise
    return listening
