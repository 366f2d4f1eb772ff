"""Answers that were kept: the same request to the same model gets the same answer, and costs nothing.

A SQLite file with the least recently used thrown out first, and what is too old not given any more. The key holds all
that is sent, as it is sent (secrets taken out), and where to; the file holds the key's hash, and the answer.
"""

import hashlib
import logging
import sqlite3
import threading
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, closing, suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from picode import __version__
from picode.messages import Message, ModelRequest, Stopped, StreamEvent, ToolCallBegun, Usage, UsageSeen
from picode.providers.base import Provider

VERSION = 1
T = TypeVar("T")
SCHEMA = """
CREATE TABLE answers(key BLOB PRIMARY KEY, time REAL NOT NULL, used REAL NOT NULL, size INTEGER NOT NULL, events BLOB);
CREATE INDEX by_use ON answers(used);
"""
MEGABYTE = 1_000_000
log = logging.getLogger(__name__)
_decoder = msgspec.msgpack.Decoder(list[StreamEvent])


def key_of(provider: Provider, request: ModelRequest) -> bytes:
    """A hash of everything that makes the request, but for when its messages were said and in which conversation."""
    whole = msgspec.structs.replace(
        request, session_id="", messages=[_timeless(message) for message in request.messages]
    )
    place = [__version__, provider.name, provider.api, str(getattr(provider, "base", ""))]
    return hashlib.sha256(msgspec.msgpack.encode([place, whole], order="deterministic")).digest()


def _timeless(message: Message) -> Message:
    return msgspec.structs.replace(message, timestamp=0)


class Answers:
    """Any thread may call. A file that cannot be used is made anew, or done without: it is only a cache."""

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self.path, self._now = path, now
        self._lock = threading.Lock()
        self._open: sqlite3.Connection | None = None

    def find(self, key: bytes, seconds: float) -> list[StreamEvent] | None:
        """The answer, when it is no older than `seconds`."""

        def work(db: sqlite3.Connection) -> list[StreamEvent] | None:
            found = db.execute("SELECT time, events FROM answers WHERE key=?", (key,)).fetchone()
            if found is None or found[0] < self._now() - seconds:
                return None
            db.execute("UPDATE answers SET used=? WHERE key=?", (self._now(), key))
            return _decoder.decode(found[1])

        return self._run(work)

    def keep(self, key: bytes, events: list[StreamEvent], megabytes: float) -> None:
        """At most so many megabytes are kept, those that were used last."""
        packed = msgspec.msgpack.encode(events)

        def work(db: sqlite3.Connection) -> None:
            now = self._now()
            db.execute(
                "INSERT OR REPLACE INTO answers VALUES(?,?,?,?,?)", (key, now, now, len(packed), packed)
            )
            total = db.execute("SELECT total(size) FROM answers").fetchone()[0]
            for old, size in db.execute("SELECT key, size FROM answers ORDER BY used").fetchall():
                if total <= megabytes * MEGABYTE:
                    break
                db.execute("DELETE FROM answers WHERE key=?", (old,))
                total -= size

        self._run(work)

    def close(self) -> None:
        with self._lock:
            if self._open is not None:
                self._open.close()
                self._open = None

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        with self._lock:
            for last in (False, True):
                try:
                    if self._open is None:
                        self._open = _connect(self.path)
                    return work(self._open)
                except (sqlite3.Error, OSError, msgspec.MsgspecError) as error:
                    log.warning("the answers that were kept cannot be used: %s", error)
                    self._discard()
                    if last:
                        return None
        return None

    def _discard(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
        for end in ("", "-wal", "-shm"):
            with suppress(OSError):
                Path(f"{self.path}{end}").unlink()


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    db = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=OFF")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, VERSION):
            raise sqlite3.DatabaseError(f"it is of version {version}, and this PiCode writes {VERSION}")
        if version == 0:
            db.executescript(f"BEGIN IMMEDIATE;{SCHEMA}PRAGMA user_version={VERSION};COMMIT")
    except BaseException:
        with closing(db):
            raise
    return db


class Again:
    """A provider that says what was said before; it costs nothing."""

    def __init__(self, provider: Provider, events: list[StreamEvent]) -> None:
        self.name, self.api = provider.name, provider.api
        self._events = events

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        for event in self._events:
            yield UsageSeen(Usage()) if isinstance(event, UsageSeen) else event

    def ready(self) -> tuple[bool, str]:
        return True, "kept"

    async def close(self) -> None:
        """There is nothing open."""


class Heard:
    """A provider whose events are written down as they pass."""

    def __init__(self, provider: Provider) -> None:
        self.name, self.api = provider.name, provider.api
        self._provider = provider
        self.events: list[StreamEvent] = []

    def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        self.events.clear()
        return self._stream(request)

    async def _stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        async with aclosing(self._provider.stream(request)) as events:
            async for event in events:
                self.events.append(event)
                yield event

    @property
    def whole(self) -> bool:
        """An answer that ended as it should, and asks for no tool."""
        ended = any(isinstance(event, Stopped) and event.reason == "stop" for event in self.events)
        return ended and not any(isinstance(event, ToolCallBegun) for event in self.events)

    def ready(self) -> tuple[bool, str]:
        return self._provider.ready()

    async def close(self) -> None:
        await self._provider.close()
