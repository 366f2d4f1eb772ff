"""What a list shows of a session file, read in one pass over its bytes and without locking it."""

import os
from pathlib import Path

from picode.messages import User, plain_text
from picode.protocol.values import ConversationInfo
from picode.sessions.entries import fields, milliseconds
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


def survey(path: Path) -> ConversationInfo | None:
    """None for a file that is no session or cannot be read."""
    try:
        with path.open("rb") as file:
            header = _header(file.readline(HEAD))
            if header is None:
                return None
            file.seek(0)
            first = _first(file.read(HEAD))
            messages, named = _count(file.fileno())
            name = _name(os.pread(file.fileno(), LONGEST_NAME, named)) if named >= 0 else ""
            modified = os.fstat(file.fileno()).st_mtime_ns // 1_000_000
    except OSError:
        return None
    return ConversationInfo(
        id=header["id"], path=str(path), cwd=header["cwd"], name=name, first=first,
        created=milliseconds(header["timestamp"]), modified=modified, messages=messages,
    )  # fmt: skip


def _first(head: bytes) -> str:
    """The beginning of the first user message, on one line."""
    for line in head.split(b"\n"):
        if b'"user"' in line:
            message = message_in(line)
            if isinstance(message, User):
                return " ".join(plain_text(message.content).split())[:200]
    return ""


def _count(descriptor: int) -> tuple[int, int]:
    """How many messages, and where the last name begins (-1: nowhere)."""
    messages, named, offset, carried = 0, -1, 0, b""
    while piece := os.pread(descriptor, PIECE, offset):
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
