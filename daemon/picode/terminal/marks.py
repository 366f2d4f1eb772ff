"""The recorder's own marks in a terminal's stream: found, believed only with the shell's secret, and taken out.

A mark is `ESC ] 8671 ; <secret> ; <verb> ; <argument> ; … BEL`, its arguments percent-encoded. Between the marks
`H` and `E` the bytes are text for the recorder (bash's `history 1`), not output. Everything else passes as it came,
a program's own OSC 133, OSC 7 and OSC 8671 included.
"""

from typing import NamedTuple

INTRODUCER = b"\x1b]8671;"
BEL = b"\x07"
LONGEST = 256 * 1024
"""Bytes of a mark, or of the text between `H` and `E`; what is longer was no mark."""


class Mark(NamedTuple):
    verb: str
    arguments: list[bytes]


class Scanner:
    """Bytes in; pieces out, in order: bytes to show, and marks."""

    def __init__(self, secret: bytes) -> None:
        self._trusted = secret + b";"
        self._end = INTRODUCER + self._trusted + b"E" + BEL
        self._held = b""

    @property
    def holding(self) -> bool:
        """The last bytes may be the beginning of a mark; `release` gives them up."""
        return bool(self._held)

    def release(self) -> bytes:
        """What was held back, as plain bytes: nothing followed."""
        held, self._held = self._held, b""
        return held

    def feed(self, data: bytes) -> "list[bytes | Mark]":
        if not self._held and b"\x1b" not in data:
            return [data]
        if self._held:
            data, self._held = self._held + data, b""
        return self._split(data)

    def _split(self, data: bytes) -> "list[bytes | Mark]":
        pieces: list[bytes | Mark] = []
        shown, look = 0, 0
        while (found := data.find(INTRODUCER, look)) >= 0:
            end = self._mark_end(data, found)
            if end == UNTRUSTED:
                look = found + len(INTRODUCER)
                continue
            if found > shown:
                pieces.append(data[shown:found])
            if end == UNFINISHED:
                self._held = data[found:]
                return pieces
            pieces.append(self._mark(data[found:end]))
            shown = look = end
        keep = len(data) - _beginning_at_end(data, look)
        if keep > shown:
            pieces.append(data[shown:keep])
        self._held = data[keep:]
        return pieces

    def _mark_end(self, data: bytes, found: int) -> int:
        """Where the mark that begins at `found` ends, or UNFINISHED, or UNTRUSTED."""
        begin = found + len(INTRODUCER)
        have = data[begin : begin + len(self._trusted)]
        if have != self._trusted[: len(have)]:
            return UNTRUSTED
        body = begin + len(self._trusted)
        closed = data.find(BEL, body, found + LONGEST) + 1
        if closed and data[body : closed - 1] == b"H":
            closed = data.find(self._end, closed, found + LONGEST) + 1
            closed = closed and closed - 1 + len(self._end)
        if closed:
            return closed
        return UNFINISHED if len(data) - found < LONGEST else UNTRUSTED

    def _mark(self, data: bytes) -> Mark:
        body = data[len(INTRODUCER) + len(self._trusted) : -1]
        if body.startswith(b"H" + BEL):
            return Mark("H", [body[2 : 1 - len(self._end)]])
        verb, *arguments = body.split(b";")
        return Mark(verb.decode("ascii", "replace"), [unquote(argument) for argument in arguments])


UNTRUSTED = -1
UNFINISHED = -2


def _beginning_at_end(data: bytes, start: int) -> int:
    """How many bytes at the end of `data` could be the beginning of an introducer."""
    for length in range(min(len(INTRODUCER) - 1, len(data) - start), 0, -1):
        if INTRODUCER.startswith(data[-length:]):
            return length
    return 0


def unquote(text: bytes) -> bytes:
    """Percent-encoding undone; a `%` without two hexadecimal digits stays."""
    first, *rest = text.split(b"%")
    out = [first]
    for part in rest:
        try:
            out.append(
                bytes((int(part[:2], 16),)) + part[2:]
                if part[:2].isalnum() and len(part) >= 2
                else b"%" + part
            )
        except ValueError:
            out.append(b"%" + part)
    return b"".join(out)
