"""One JSON object a line, out of bytes, however they were cut."""

from typing import ClassVar

from picode.providers.sse import LONGEST, TooLong


class Lines:
    """The state between two pieces: an unfinished line."""

    KINDS: ClassVar[tuple[str, ...]] = (
        "application/x-ndjson", "application/ndjson", "application/jsonl", "application/json", "text/plain", "",
    )  # fmt: skip

    def __init__(self) -> None:
        self._line = bytearray()

    def feed(self, piece: bytes) -> list[tuple[str, bytes]]:
        """The lines that end in `piece`, without a name; empty ones are passed over."""
        self._line += piece
        if b"\n" not in piece:
            if len(self._line) > LONGEST:
                raise TooLong(f"a line of more than {LONGEST} bytes")
            return []
        *lines, rest = bytes(self._line).split(b"\n")
        self._line = bytearray(rest)
        return [("", line) for whole in lines if (line := whole.strip())]
