"""What a list shows of a session file, read in one pass over its bytes and without locking it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from picode.messages import User, plain_text, without_context
from picode.protocol.values import ConversationInfo
from picode.sessions.entries import fields, milliseconds
from picode.sessions.offsets import seal
from picode.sessions.typed import message_in

HEAD = 256 * 1024
PIECE = 1024 * 1024
LONGEST_NAME = 16 * 1024
MESSAGE = b'\n{"type":"message"'
NAMED = b'\n{"type":"session_info"'


def header_of(path: Path) -> dict[str, str] | None:
    """`id`, `cwd` and `timestamp` of a session file; None for any other file."""
    try:
        with path.open("rb") as file:
            return _header(file.readline(HEAD))
    except OSError:
        return None


def _header(line: bytes) -> dict[str, str] | None:
    raw = fields(line) if line.startswith(b"{") else None
    if raw is None or raw.get("type") != "session" or not isinstance(raw.get("id"), str):
        return None
    return {
        name: value if isinstance(value := raw.get(name), str) else "" for name in ("id", "cwd", "timestamp")
    }


class Seen(NamedTuple):
    """A session file as its directory shows it; nanoseconds and bytes."""

    mtime: int
    path: str
    size: int


@dataclass
class Survey:
    """What is known of the first `counted` bytes of a file; `seal` tells whether they are still the same."""

    id: str
    cwd: str
    name: str
    first: str
    created: int
    messages: int
    counted: int
    named: int
    """Where the last name begins; -1: nowhere."""
    seal: bytes

    def info(self, path: str, modified: int) -> ConversationInfo:
        """`modified`: nanoseconds since 1970."""
        return ConversationInfo(
            id=self.id, path=path, cwd=self.cwd, name=self.name, first=self.first,
            created=self.created, modified=modified // 1_000_000, messages=self.messages,
        )  # fmt: skip


def survey(path: Path, before: Survey | None = None) -> Survey | None:
    """None for a file that is no session or cannot be read. With `before`, only what was added since is read."""
    try:
        with path.open("rb") as file:
            descriptor, size = file.fileno(), os.fstat(file.fileno()).st_size
            if before is not None and (
                before.counted > size or before.seal != seal(descriptor, before.counted)
            ):
                before = None
            header = _header(file.readline(HEAD))
            if header is None:
                return None
            first = before.first if before is not None else ""
            start = before.counted if before is not None else 0
            messages, named = _count(descriptor, start, size)
            if before is not None:
                messages, named = messages + before.messages, max(named, before.named)
            return Survey(
                id=header["id"], cwd=header["cwd"],
                name=_name(os.pread(descriptor, LONGEST_NAME, named)) if named >= 0 else "",
                first=first or _first(os.pread(descriptor, HEAD, 0)),
                created=milliseconds(header["timestamp"]), messages=messages, counted=size, named=named,
                seal=seal(descriptor, size),
            )  # fmt: skip
    except OSError:
        return None


def _first(head: bytes) -> str:
    """The beginning of the first user message, on one line."""
    for line in head.split(b"\n"):
        if b'"user"' in line:
            message = message_in(line)
            if isinstance(message, User):
                return " ".join(plain_text(without_context(message.content)).split())[:200]
    return ""


def _count(descriptor: int, start: int, end: int) -> tuple[int, int]:
    """How many messages begin before `end`, their mark ending behind `start`; where the last name does (-1)."""
    messages, named, offset = 0, -1, start
    back = min(start, len(NAMED) - 1)
    carried = os.pread(descriptor, back, start - back) if back else b""
    while piece := os.pread(descriptor, min(PIECE, end - offset), offset):
        # one byte less than a mark is carried over, so that none is missed and none counted twice
        messages += (carried[1 - len(MESSAGE) :] + piece).count(MESSAGE)
        window = carried + piece
        if (at := window.rfind(NAMED)) >= 0:
            named = offset - len(carried) + at + 1
        carried = window[1 - len(NAMED) :]
        offset += len(piece)
    return messages, named


def _name(line: bytes) -> str:
    found = (fields(line.split(b"\n", 1)[0]) or {}).get("name")
    return found if isinstance(found, str) else ""
