"""The recorder's own marks in a terminal's stream: found, believed only with a shell's secret, and taken out.

A mark is `ESC ] 8671 ; <secret> ; <verb> ; <argument> ; … BEL`, its arguments percent-encoded. Between the marks
`H` and `E` the bytes are text for the recorder (bash's `history 1`), not output. Everything else passes as it came,
a program's own OSC 133, OSC 7 and OSC 8671 included.
"""

INTRODUCER = b"\x1b]8671;"
BEL = b"\x07"
LONGEST = 256 * 1024
"""Bytes of a mark, or of the text between `H` and `E`; what is longer was no mark."""


class Mark:
    """`shell`: whose secret it carries."""

    __slots__ = ("arguments", "shell", "verb")

    def __init__(self, verb: str, arguments: list[bytes], shell: int = 0) -> None:
        self.verb = verb
        self.arguments = arguments
        self.shell = shell

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mark) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        return f"Mark({self.verb!r}, {self.arguments!r}, {self.shell})"


class Scanner:
    """Bytes in; pieces out, in order: bytes to show, and marks."""

    def __init__(self, secret: bytes) -> None:
        self._length = len(secret) + 1
        self._trusted: dict[bytes, int] = {}
        self._held = b""
        self.trust(secret, 0)

    def trust(self, secret: bytes, shell: int) -> None:
        """From now on marks with `secret` are `shell`'s; all secrets are of one length."""
        self.distrust(shell)
        self._trusted[secret + b";"] = shell

    def distrust(self, shell: int) -> None:
        self._trusted = {secret: owner for secret, owner in self._trusted.items() if owner != shell}

    @property
    def holding(self) -> bool:
        """The last bytes may be the beginning of a mark; `release` gives them up."""
        return bool(self._held)

    @property
    def begun(self) -> bool:
        """More than an Escape is held: a sequence whose end is still being written. Nor does a terminal show any of it
        before that."""
        return len(self._held) > 1

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
        have = data[begin : begin + self._length]
        if have not in self._trusted and (
            len(have) == self._length or not any(secret.startswith(have) for secret in self._trusted)
        ):
            return UNTRUSTED
        body = begin + self._length
        closed = data.find(BEL, body, found + LONGEST) + 1
        if closed and data[body : closed - 1] == b"H":
            end = INTRODUCER + have + b"E" + BEL
            closed = data.find(end, closed, found + LONGEST) + 1
            closed = closed and closed - 1 + len(end)
        if closed:
            return closed
        return UNFINISHED if len(data) - found < LONGEST else UNTRUSTED

    def _mark(self, data: bytes) -> Mark:
        begin = len(INTRODUCER) + self._length
        shell = self._trusted[data[len(INTRODUCER) : begin]]
        body = data[begin:-1]
        if body.startswith(b"H" + BEL):
            return Mark("H", [body[2 : -len(INTRODUCER) - self._length - 1]], shell)
        verb, *arguments = body.split(b";")
        return Mark(verb.decode("ascii", "replace"), [unquote(argument) for argument in arguments], shell)


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
