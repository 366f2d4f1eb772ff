"""Server-sent events out of bytes, however they were cut: `feed` takes what came, and gives the events that it ends.

By the letter of the WHATWG's format: LF, CR and CRLF, comments, several data lines, a byte order mark. Data stays
bytes, because the JSON decoder takes them as they are and a cut inside a character costs nothing.
"""

from typing import ClassVar, Protocol

# No event of a model is longer; a server that never ends its line must not fill the memory.
LONGEST = 32 * 1024 * 1024


class TooLong(ValueError):
    """An event grew beyond `LONGEST` bytes."""


class Framing(Protocol):
    """How a body is cut into events: `feed` as here, and the content types that such a body may have."""

    KINDS: ClassVar[tuple[str, ...]]

    def feed(self, piece: bytes) -> list[tuple[str, bytes]]: ...


class Events:
    """The state between two pieces: an unfinished line, and the fields of an unfinished event."""

    # what servers call a stream of events; the right name is the first
    KINDS: ClassVar[tuple[str, ...]] = ("text/event-stream", "text/plain", "application/octet-stream", "")

    def __init__(self) -> None:
        self._line = b""
        self._name = ""
        self._data: list[bytes] = []
        self._size = 0
        self._after_cr = False
        self._first = True

    def feed(self, piece: bytes) -> list[tuple[str, bytes]]:
        """The events that end in `piece`, each as (name, data); the name is empty where none was given."""
        if self._after_cr and piece:
            piece = piece.removeprefix(b"\n")
            self._after_cr = False
        if b"\r" in piece:
            self._after_cr = piece.endswith(b"\r")
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self._size += len(piece)
        if b"\n" not in piece:
            self._line += piece
            if self._size > LONGEST:
                raise TooLong(f"an event of more than {LONGEST} bytes")
            return []
        *lines, rest = (self._line + piece).split(b"\n")
        self._line = rest
        return self._take(lines)

    def _take(self, lines: list[bytes]) -> list[tuple[str, bytes]]:
        ended: list[tuple[str, bytes]] = []
        if self._first:
            lines[0] = lines[0].removeprefix(b"\xef\xbb\xbf")
            self._first = False
        for line in lines:
            if not line:
                if self._data:
                    ended.append((self._name, b"\n".join(self._data)))
                self._name, self._data, self._size = "", [], len(self._line)
                continue
            field, _, value = line.partition(b":")
            if field == b"data":
                self._data.append(value.removeprefix(b" "))
            elif field == b"event":
                self._name = value.removeprefix(b" ").decode("utf-8", "replace")
        return ended
