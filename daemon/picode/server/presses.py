"""Key presses of shells: each is taken once, and what was accepted is not lost when the daemon is killed.

A press is written to the runtime directory before it is acknowledged; its message then carries its name into the
conversation's file. After a kill the next daemon asks again what did not get there, and knows the names of the rest.
"""

import asyncio
import logging
import os
from collections import OrderedDict, deque
from collections.abc import Callable
from pathlib import Path

import msgspec

from picode.errors import DiskFailed
from picode.protocol.requests import Send

MOST_NAMES = 512
"""A recorder sends a press again within seconds: older names need not be known."""
AFTER = 0.001
"""Seconds between the acknowledgement of a press and the work on it. The recorder that was woken by the one may have to
share a processor with the other, and the work takes as long as all that came before it."""
LARGEST = 8 * 1024 * 1024
"""Bytes of the file, above which it is written anew with the names alone, once nothing waits."""
log = logging.getLogger(__name__)


class Press(msgspec.Struct, omit_defaults=True):
    """`request` is missing where the press is done with."""

    name: str
    conversation: str = ""
    request: Send | None = None


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Press)


class Presses:
    """`left`: what the daemon before this one accepted and did not store."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._names: OrderedDict[str, str] = OrderedDict()
        self._waiting: dict[str, str] = {}
        self.held: set[str] = set()
        """What waits for a person's look before it is sent: the next daemon shows it again, however this one ends."""
        self._soon: deque[Callable[[], None]] = deque()
        self._descriptor = -1
        self.left: list[Press] = self._read()

    def conversation(self, name: str) -> str | None:
        """Where this press went; None: it is new."""
        return self._names.get(name)

    def accept(self, request: Send, conversation: str) -> None:
        """Keep the press on disk. Raises DiskFailed: then it is not accepted."""
        self._write(Press(request.once, conversation, request))
        self._remember(request.once, conversation)
        self._waiting[request.once] = conversation

    def work_soon(self, work: Callable[[], None]) -> None:
        """Call `work` when the acknowledgement has been read; what is accepted first is worked on first."""
        self._soon.append(work)
        asyncio.get_running_loop().call_later(AFTER, self.work_now)

    def work_now(self) -> None:
        """Do what would be done soon: something comes that must not overtake it."""
        while self._soon:
            self._soon.popleft()()

    def done(self, name: str) -> None:
        """It is in its conversation's file, or was refused where the user sees it."""
        self.held.discard(name)
        if self._waiting.pop(name, None) is None:
            return
        try:
            self._write(Press(name, self._names.get(name, "")))
            if not self._waiting and os.fstat(self._descriptor).st_size > LARGEST:
                self._begin_anew()
        except (DiskFailed, OSError) as error:
            log.warning("a key press could not be crossed off: %s", error)

    def drop(self, conversation: str) -> None:
        """What waits for this conversation was given back to the user."""
        for name in [name for name, found in self._waiting.items() if found == conversation]:
            if name not in self.held:
                self.done(name)

    def close(self) -> None:
        """The end in order: nothing but what is held is asked again by the next daemon."""
        for name in set(self._waiting) - self.held:
            self.done(name)
        if self._descriptor != -1:
            os.close(self._descriptor)
            self._descriptor = -1

    def _remember(self, name: str, conversation: str) -> None:
        self._names[name] = conversation
        if len(self._names) > MOST_NAMES:
            self._names.popitem(last=False)

    def _read(self) -> list[Press]:
        """Names, and presses that are not done with; a torn end is what was never acknowledged."""
        try:
            content = self._path.read_bytes()
        except OSError:
            return []
        waiting: dict[str, Press] = {}
        at = 0
        while at + 4 <= len(content):
            size = int.from_bytes(content[at : at + 4], "big")
            try:
                press = _decoder.decode(content[at + 4 : at + 4 + size])
            except msgspec.MsgspecError:
                break
            at += 4 + size
            self._remember(press.name, press.conversation)
            if press.request is None:
                waiting.pop(press.name, None)
            else:
                waiting[press.name] = press
        self._waiting = {press.name: press.conversation for press in waiting.values()}
        try:
            self._begin_anew(list(waiting.values()))
        except OSError as error:
            log.warning("the key presses in %s cannot be written anew: %s", self._path, error)
        return list(waiting.values())

    def _write(self, press: Press) -> None:
        """In one piece, or not at all: what follows a torn record would be lost."""
        try:
            if self._descriptor == -1:
                self._descriptor = self._open(self._path)
            record = _record(press)
            if (written := os.write(self._descriptor, record)) < len(record):
                os.ftruncate(self._descriptor, os.fstat(self._descriptor).st_size - written)
                raise OSError(28, "No space left on device")
        except OSError as error:
            raise DiskFailed(
                f"The key press cannot be kept in {self._path}: {error.strerror}.",
                "Make room, and try again.",
            ) from error

    def _begin_anew(self, waiting: "list[Press] | None" = None) -> None:
        """Only what is still needed, in a new file that takes the old one's place."""
        open_ones = {press.name for press in waiting or []}
        names = [Press(name, where) for name, where in self._names.items() if name not in open_ones]
        beside = self._path.with_suffix(".new")
        beside.unlink(missing_ok=True)
        descriptor = self._open(beside)
        try:
            for press in [*names, *(waiting or [])]:
                os.write(descriptor, _record(press))
            os.replace(beside, self._path)
        except OSError:
            os.close(descriptor)
            raise
        if self._descriptor != -1:
            os.close(self._descriptor)
        self._descriptor = descriptor

    def _open(self, path: Path) -> int:
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _record(press: Press) -> bytes:
    data = _encoder.encode(press)
    return len(data).to_bytes(4, "big") + data
