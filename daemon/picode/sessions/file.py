"""One session file that is open: what is in it, and appending to it."""

import io
import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from picode.errors import DiskFailed, Missing
from picode.messages import Message
from picode.protocol.values import Receipt
from picode.sessions import disk
from picode.sessions.entries import Head, entry_line, fields, header_line, iso, new_id, said
from picode.sessions.scan import Scan, header_in, no_session, scan
from picode.sessions.tree import Tree
from picode.sessions.upgrade import upgraded

RECEIPT = "picode.receipt"
VERSION = 3
LONGEST_HEADER = 1 << 20
WRITTEN = (
    "Another program, such as pi, has written to this conversation's file while it was open here; nothing is lost, and "
    "what both wrote are branches now."
)
Known = Callable[[int], Scan | None]


def milliseconds_now() -> int:
    return time.time_ns() // 1_000_000


class SessionFile:
    """`leaf` is the entry that the next one follows; `notices` are sentences for the user.

    While `_buffer` is there it holds the whole file as it will be: of a new conversation before its first message,
    and of one of an older version before anything is added to it.
    """

    def __init__(self, path: Path, found: Scan, now: Callable[[], int]) -> None:
        self.path = path
        self._name = str(path)
        self.id: str = found.header["id"]
        self.cwd: str = found.header["cwd"]
        self.tree: Tree = found.tree
        self.leaf: str | None = found.leaf
        self.notices: list[str] = []
        self.fresh: list[str] = []
        """What is to be told at once; who tells it empties the list."""
        self.known_cost = (found.costed, found.cost)
        """How many entries' costs are known without reading them, and their sum in US dollars."""
        self._now = now
        self._size = found.size
        self._open_end = found.open_end
        self._buffer: bytearray | None = None
        self._descriptor = -1
        self._writable = True
        self._old = False
        self._new_name = False
        self._closed = False
        self.ephemeral = False
        """It is never written down: the buffer is all there is."""

    @classmethod
    def create(
        cls, directory: Path, cwd: str, now: Callable[[], int] | None = None, *, ephemeral: bool = False,
        parent: str = "", id_: str = "",
    ) -> "SessionFile":  # fmt: skip
        """A new conversation; its file is made in `directory` by the first `append_message`, unless it is `ephemeral`.
        `now`: milliseconds; `parent`: the file that it comes from; `id_`: its own, else one is made."""
        session = cls._new(directory, cwd, parent, b"", now or milliseconds_now, id_=id_)
        session.ephemeral = ephemeral
        return session

    @classmethod
    def derive(
        cls,
        directory: Path,
        cwd: str,
        parent: Path,
        lines: bytes,
        now: Callable[[], int],
        *,
        ephemeral: bool = False,
    ) -> "SessionFile":
        """A new conversation with `lines` of `parent` in it; on disk at once when there is a message among them."""
        session = cls._new(directory, cwd, str(parent), lines, now)
        session.ephemeral = ephemeral
        if session.tree.has("message") and not ephemeral:
            session._materialise(b"")
        return session

    @classmethod
    def _new(
        cls, directory: Path, cwd: str, parent: str, lines: bytes, now: Callable[[], int], *, id_: str = ""
    ) -> "SessionFile":
        began, id_ = now(), id_ or str(uuid.uuid4())
        content = header_line(id_, cwd, began, parent) + lines
        stamp = iso(began).replace(":", "-").replace(".", "-")
        path = directory / f"{stamp}_{id_}.jsonl"
        session = cls(path, scan(io.BytesIO(content), path), now)
        session._buffer = bytearray(content)
        return session

    @classmethod
    def look(cls, path: Path) -> "SessionFile":
        """An existing file as it is now, only to be read: not locked, and nothing in it is mended."""
        descriptor = disk.open_to_read(path)
        try:
            found, buffer = _read(descriptor, path)
        except BaseException:
            os.close(descriptor)
            raise
        session = cls(path, found, milliseconds_now)
        session._descriptor, session._writable = descriptor, False
        if buffer is not None:
            session._buffer = bytearray(buffer)
        return session

    @classmethod
    def open(
        cls, path: Path, now: Callable[[], int] | None = None, known: Known | None = None
    ) -> "SessionFile":
        """An existing file, locked. Raises Missing, BadData (no session), TryLater (locked), DiskFailed.

        `known` tells from a descriptor what is known of the file's beginning, so that it need not be read."""
        descriptor, writable = disk.open_file(path)
        try:
            disk.lock(descriptor, path)
            found, buffer = _read(descriptor, path, known)
            session = cls(path, found, now or milliseconds_now)
            session._descriptor, session._writable = descriptor, writable
            if buffer is not None:
                session._buffer, session._old = bytearray(buffer), True
            session._mend(found)
        except BaseException:
            os.close(descriptor)
            raise
        return session

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def on_disk(self) -> bool:
        return self._descriptor != -1

    @property
    def name(self) -> str:
        """What the user called it; empty when nothing."""
        for position in reversed(range(len(self.tree))) if self.tree.has("session_info") else ():
            if self.tree.kinds[position] == "session_info":
                found = (self.read(position) or {}).get("name")
                return found if isinstance(found, str) else ""
        return ""

    def path_to_leaf(self) -> list[int]:
        """The positions in `tree` of the active path, the root first."""
        return self.tree.path(self.leaf)

    def head(self) -> bytes:
        """The header's bytes, without the line feed."""
        there = (
            bytes(self._buffer) if self._buffer is not None else os.pread(self._descriptor, LONGEST_HEADER, 0)
        )
        return there.lstrip().partition(b"\n")[0].rstrip(b"\r")

    def line(self, position: int) -> bytes:
        """An entry's bytes, without the line feed."""
        offset, length = self.tree.offsets[position], self.tree.lengths[position]
        if self._buffer is not None:
            return bytes(self._buffer[offset : offset + length])
        return os.pread(self._descriptor, length, offset)

    def read(self, position: int) -> dict[str, Any] | None:
        """Everything in an entry."""
        return fields(self.line(position))

    def append_message(self, message: Message, receipt: Receipt | None = None) -> str:
        """Write `message` (and the receipt of the command sent with it) after the leaf; its entry id."""
        kind, values = said(message)
        id_, data = self._line(kind, values, self.leaf)
        lines = [(kind, id_, data)]
        if receipt is not None:
            values = {"customType": RECEIPT, "data": {"for": id_, **msgspec.to_builtins(receipt)}}
            lines.append(("custom", *self._line("custom", values, id_)))
        self._add(lines, hold=False)
        return id_

    def append(self, kind: str, fields: dict[str, Any]) -> str:
        """Write an entry that is no message (`model_change`, `label`, `custom`…), fields named as in the file.

        Before the first message they are held back, as pi does."""
        id_, data = self._line(kind, fields, self.leaf)
        self._add([(kind, id_, data)], hold=True)
        return id_

    def move(self, entry_id: str | None) -> None:
        """Let the next entry follow `entry_id` (None: begin anew)."""
        if entry_id is not None and entry_id not in self.tree.by_id:
            raise Missing(f"The conversation {self.id} has no entry {entry_id}.")
        self.leaf = entry_id

    def sync(self) -> None:
        """Wait until the disk has everything; may run in a thread."""
        if self._descriptor == -1 or not self._writable:
            return
        try:
            disk.sync(self._descriptor)
        except OSError as error:
            raise disk.failed(self.path, "written", error) from error
        if self._new_name:
            disk.sync_directory(self.path.parent)
            self._new_name = False

    def close(self) -> None:
        """Give up the file and its lock; twice is harmless."""
        self._closed = True
        if self._descriptor != -1:
            os.close(self._descriptor)
            self._descriptor = -1

    def _line(self, kind: str, values: dict[str, Any], parent: str | None) -> tuple[str, bytes]:
        id_ = new_id(self.tree.by_id)
        return id_, entry_line(kind, id_, parent, self._now(), values)

    def _add(self, lines: list[tuple[str, str, bytes]], hold: bool) -> None:
        """Write first, then believe: when the disk fails, the tree is as it was."""
        data = b"".join(line for _, _, line in lines)
        start = self._put(data, hold)
        parent = self.leaf
        for kind, id_, line in lines:
            self.tree.add(Head(type=kind, id=id_, parent_id=parent), start, len(line) - 1)
            start += len(line)
            parent = id_
        self.leaf = parent

    def _put(self, data: bytes, hold: bool) -> int:
        """Where `data` begins now."""
        if self._closed:
            raise DiskFailed(f"The session file {self.path} is closed.", "Open the conversation again.")
        if self._buffer is not None:
            if not self.ephemeral and (not hold or self._old):
                self._materialise(data)
            else:
                self._buffer += data
            self._size += len(data)
            return self._size - len(data)
        self._check()
        ahead = b"\n" if self._open_end else b""
        disk.append(self._descriptor, self.path, ahead + data, self._size)
        self._open_end = False
        self._size += len(ahead) + len(data)
        return self._size - len(data)

    def _materialise(self, data: bytes) -> None:
        """Make the file: the new one, or the old one in today's version with a copy of what it was."""
        assert self._buffer is not None
        content = bytes(self._buffer) + data
        if self._old:
            self._check()
            self._replace(content)
        else:
            descriptor = disk.create(self.path)
            try:
                disk.lock(descriptor, self.path)
                disk.append(descriptor, self.path, content)
            except BaseException:
                os.close(descriptor)
                self.path.unlink(missing_ok=True)
                raise
            self._descriptor, self._new_name = descriptor, True
        self._buffer, self._old = None, False

    def _replace(self, content: bytes) -> None:
        kept = self.path.with_name(f"{self.path.name}.before-v{VERSION}")
        try:
            if not kept.exists():
                os.link(self.path, kept)
            disk.write_whole(self.path, content)
        except OSError as error:
            raise disk.failed(self.path, "written", error) from error
        descriptor, _ = disk.open_file(self.path)
        disk.lock(descriptor, self.path)
        os.close(self._descriptor)
        self._descriptor = descriptor
        self.notices.append(
            f"This conversation had an older format; it was converted, and {kept.name} is what it was."
        )

    def _check(self) -> None:
        """Before anything is added: is the file still the one that was read?"""
        if not self._writable:
            raise DiskFailed(
                f"The session file {self.path} cannot be written: it may only be read.",
                "Mend its permissions.",
            )
        here = os.fstat(self._descriptor)
        try:
            there = os.stat(self._name)
        except OSError:
            there = None
        if there is None or (there.st_ino, there.st_dev) != (here.st_ino, here.st_dev):
            raise DiskFailed(
                f"The session file {self.path} was removed or replaced while it was open.",
                "Open the conversation again, or begin a new one.",
            )
        if here.st_size != self._size and not self._old:
            self._reread()

    def _reread(self) -> None:
        """Another program has written: take in what it wrote, and go on where this conversation is."""
        found, _ = _read(self._descriptor, self.path)
        leaf = self.leaf
        self.tree, self.known_cost = found.tree, (0, 0.0)
        self.leaf = leaf if leaf in self.tree.by_id else found.leaf
        self._size = os.fstat(self._descriptor).st_size
        # its last line may still be on the way: an end without a line feed is closed, never cut off
        self._open_end = found.open_end or found.torn
        self.fresh.append(WRITTEN)
        if WRITTEN not in self.notices:
            self.notices.append(WRITTEN)

    def _mend(self, found: Scan) -> None:
        """Set a torn end aside; where that cannot be done, the next line begins on a line of its own."""
        if found.unread:
            self.notices.append(
                f"{found.unread} lines of {self.path.name} could not be read; they were left there."
            )
        if not found.torn or self._old:
            return
        try:
            aside = disk.set_aside(self._descriptor, self.path, found.size, self._now())
            self.notices.append(
                f"The last line of this conversation was cut off; it was moved to {aside.name}."
            )
        except OSError:
            self._open_end = True
            self._size = os.fstat(self._descriptor).st_size
            self.notices.append("The last line of this conversation was cut off; it was left where it is.")


def _read(descriptor: int, path: Path, known: Known | None = None) -> tuple[Scan, bytes | None]:
    """What is in the file; for an older version also the file as it would be today."""
    with open(descriptor, "rb", closefd=False) as file:
        file.seek(0)
        first = file.readline(LONGEST_HEADER)
        header = fields(first)
        if first.strip() and (header is None or header.get("type") != "session"):
            raise no_session(path, "its first line is no session header")
        version = (header or {}).get("version", 1)
        if header is None or version not in (1, 2):
            found = known(descriptor) if header is not None and known is not None else None
            if found is not None:
                found.header = header_in(first, path)
            file.seek(found.size if found is not None else 0)
            return scan(file, path, found), None
        file.seek(0)
        content = upgraded(file.read(), version)
        return scan(io.BytesIO(content), path), content
