"""AWS's binary event stream out of bytes, however they were cut; each message's checksums are looked at.

A message is its length, the length of its headers, a checksum of both, headers, payload, and a checksum of all.
What comes out is JSON: the payload of a `chunk` as it was wrapped, another event under its name, an exception as an
`error`.
"""

import base64
import binascii
import json
import struct
from typing import Any, ClassVar
from zlib import crc32

from picode.providers.sse import LONGEST, TooLong

PRELUDE = struct.Struct(">III")
AROUND = PRELUDE.size + 4
"""Bytes of a message without headers and payload."""
SIZES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""Bytes of a header's value, by its type; 6 and 7 say theirs."""


class Damaged(TooLong):
    """The bytes are no event stream, or not what was sent."""


class EventStream:
    """The state between two pieces: an unfinished message."""

    KINDS: ClassVar[tuple[str, ...]] = ("application/vnd.amazon.eventstream",)

    def __init__(self) -> None:
        self._unread = bytearray()

    def feed(self, piece: bytes) -> list[tuple[str, bytes]]:
        """The events that end in `piece`, by name. Raises Damaged."""
        self._unread += piece
        made = []
        while len(self._unread) >= PRELUDE.size:
            length, of_headers, checksum = PRELUDE.unpack_from(self._unread)
            if crc32(self._unread[: PRELUDE.size - 4]) != checksum:
                raise Damaged("the beginning of a message does not fit its checksum")
            if length > LONGEST or of_headers + AROUND > length:
                raise Damaged(f"a message of {length} bytes with headers of {of_headers}")
            if len(self._unread) < length:
                break
            message = bytes(self._unread[:length])
            del self._unread[:length]
            if crc32(message[:-4]) != int.from_bytes(message[-4:], "big"):
                raise Damaged("a message does not fit its checksum")
            headers = _headers(message[PRELUDE.size : PRELUDE.size + of_headers])
            made.append(_event(headers, message[PRELUDE.size + of_headers : -4]))
        return made


def _headers(data: bytes) -> dict[str, str]:
    """The texts among the headers."""
    found: dict[str, str] = {}
    at = 0
    try:
        while at < len(data):
            name_end = at + 1 + data[at]
            name, kind = data[at + 1 : name_end].decode(), data[name_end]
            begin, size = name_end + 1, SIZES.get(kind, -1)
            if size < 0:
                size, begin = int.from_bytes(data[begin : begin + 2], "big"), begin + 2
            if kind == 7:
                found[name] = data[begin : begin + size].decode()
            at = begin + size
    except (IndexError, UnicodeError) as error:
        raise Damaged("the headers of a message end in the middle") from error
    return found


def _event(headers: dict[str, str], payload: bytes) -> tuple[str, bytes]:
    kind = headers.get(":message-type", "event")
    name = headers.get(":event-type", "")
    if kind != "event":
        name = headers.get(":exception-type") or headers.get(":error-code") or kind
        said = _json(payload).get("message") or headers.get(":error-message") or ""
        told = {"type": "error", "error": {"type": name, "message": str(said)}}
        return name, json.dumps(told).encode()
    if name == "chunk":
        try:
            return name, base64.b64decode(str(_json(payload).get("bytes", "")), validate=True)
        except binascii.Error as error:
            raise Damaged("a chunk is not in base64") from error
    return name, b'{"%b":%b}' % (name.encode(), payload or b"{}")


def _json(payload: bytes) -> dict[str, Any]:
    try:
        found = json.loads(payload)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
