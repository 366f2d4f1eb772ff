"""The data of a chunked body, out of the bytes that came: for the thousands of small chunks that an answer is.

Pure. What is not plain data (the last chunk, an extension, nonsense) stays where it is, for httpcore to judge.
"""

import re

SIZE = re.compile(rb"[0-9A-Fa-f]{1,7}")
LONGEST_MARK = 16
"""Bytes of a chunk's first line."""


class Broken(Exception):
    """A chunk is longer than it said."""


class Chunks:
    """`over`: what comes next is not for us."""

    def __init__(self) -> None:
        self.over = False
        self._left = 0
        self._owed = False

    def take(self, unread: bytearray) -> bytes:
        """Remove chunks from `unread`, also one that is not whole yet, and give their data. Raises Broken."""
        pieces = []
        at = 0
        while at < len(unread):
            if self._left:
                piece = unread[at : at + self._left]
                pieces.append(piece)
                at += len(piece)
                self._left -= len(piece)
                self._owed = not self._left
            elif self._owed:
                if unread[at : at + 2] == b"\r\n":
                    self._owed = False
                    at += 2
                    continue
                if unread[at:] != b"\r":
                    raise Broken
                break
            else:
                end = unread.find(b"\r\n", at, at + LONGEST_MARK)
                mark = bytes(unread[at:end])
                if end < 0 or not SIZE.fullmatch(mark) or int(mark, 16) == 0:
                    self.over = end >= 0 or len(unread) - at >= LONGEST_MARK
                    break
                self._left = int(mark, 16)
                at = end + 2
        del unread[:at]
        return b"".join(pieces)
