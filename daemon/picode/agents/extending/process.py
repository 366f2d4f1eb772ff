"""A process with extensions in it: JSON lines over a socket of its own, every wait bounded, ended whole.

What it prints comes through a pipe into the log; it is never taken for a message.
"""

import asyncio
import itertools
import logging
import os
import signal
import socket
from asyncio.subprocess import DEVNULL
from asyncio.subprocess import Process as Child
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from picode import tasks
from picode.tools.kill import end_all
from picode.tools.processes import MARK

DESCRIPTOR = "PICODE_EXTENSIONS_FD"
LONGEST = 64 * 1024 * 1024
"""Bytes of a line."""
MOST_UNREAD = 32 * 1024 * 1024
"""Bytes that may wait for a process that does not read."""
LAST_WORDS = 2000
ENDS_WITHIN = 2.0
log = logging.getLogger(__name__)
Message = dict[str, Any]


class Gone(Exception):
    """The process ended before it answered."""


class Slow(Exception):
    """No answer within the limit."""


class HandlerFailed(Exception):
    """An extension's own error; `where`: its file and line."""

    def __init__(self, error: str, where: str) -> None:
        super().__init__(error)
        self.error, self.where = error, where


class Process:
    """`heard` gets what it says of its own accord; `lost(why)` is called once, when it ends unasked."""

    def __init__(
        self, command: Sequence[str], mark: str, heard: Callable[["Process", Message], None],
        lost: Callable[["Process", str], None],
    ) -> None:  # fmt: skip
        self._command, self._mark = command, mark
        self._heard, self._lost = heard, lost
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._updates: dict[int, Callable[[Any], None]] = {}
        self._child: Child | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._printed = b""
        self.people = 0
        """Questions to a person that it waits for: no limit counts meanwhile."""

    async def start(self, cwd: str, environ: Mapping[str, str]) -> None:
        """Raises OSError."""
        ours, theirs = socket.socketpair()
        read, write = os.pipe()
        try:
            self._child = await asyncio.create_subprocess_exec(
                *self._command, cwd=cwd, start_new_session=True, pass_fds=(theirs.fileno(),),
                env={**environ, MARK: self._mark, DESCRIPTOR: str(theirs.fileno())},
                stdin=DEVNULL, stdout=write, stderr=write,
            )  # fmt: skip
        except BaseException:
            ours.close()
            os.close(read)
            raise
        finally:
            theirs.close()
            os.close(write)
        os.set_blocking(read, False)
        asyncio.get_running_loop().add_reader(read, self._read_printed, read)
        reader, self._writer = await asyncio.open_unix_connection(sock=ours, limit=LONGEST)
        self._reading = tasks.spawn(self._read(reader), "extensions' messages")

    def send(self, message: Message) -> None:
        """What a process does not read piles up; too much of it ends the process."""
        if self._writer is None or self._writer.is_closing():
            return
        if self._writer.transport.get_write_buffer_size() > MOST_UNREAD:
            self._writer.transport.abort()
            return
        self._writer.write(msgspec.json.encode(message) + b"\n")

    async def call(
        self, kind: str, limit: float | None, *, update: Callable[[Any], None] | None = None, **fields: Any
    ) -> Message:
        """The answer. Raises Gone, Slow, HandlerFailed. When this is cancelled, so is what was called."""
        if self._writer is None or self._writer.is_closing():
            raise Gone
        number = next(self._numbers)
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        if update is not None:
            self._updates[number] = update
        self.send({"type": kind, "id": number, **fields})
        try:
            answer: Message = await self._answer(future, limit)
        except (asyncio.CancelledError, Slow):
            self.send({"type": "cancel", "id": number})
            raise
        finally:
            self._waiting.pop(number, None)
            self._updates.pop(number, None)
        if "error" in answer:
            raise HandlerFailed(str(answer["error"]), str(answer.get("where", "")))
        return answer

    async def _answer(self, future: "asyncio.Future[Any]", limit: float | None) -> Any:
        while True:
            await asyncio.wait({future}, timeout=limit)
            if future.done():
                return future.result()
            if not self.people:
                raise Slow

    async def answers(self, within: float) -> bool:
        """Whether it still reads and writes."""
        try:
            await self.call("ping", within)
        except (Gone, Slow):
            return False
        return True

    def kill(self) -> None:
        """It does not answer any more; `lost` follows."""
        if self._child is not None and self._child.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)

    async def end(self) -> None:
        """Close the connection, at which it ends by itself; then whatever is left of it."""
        self._lost = lambda process, why: None
        if self._writer is not None:
            self._writer.close()
        if self._child is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._child.wait(), ENDS_WITHIN)
            await end_all(MARK, self._mark, self._child)
        await tasks.stop(self._reading)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await reader.readline():
                message = msgspec.json.decode(line)
                if isinstance(message, dict):
                    self._received(message)
        except (ValueError, msgspec.MsgspecError, OSError) as error:
            log.warning("extensions said what is no message: %s", error)
        finally:
            self._over()
        await self._reap()

    def _received(self, message: Message) -> None:
        number = message.get("id", 0)
        match message.get("type"):
            case "result":
                future = self._waiting.get(number)
                if future is not None and not future.done():
                    future.set_result(message)
            case "update":
                if number in self._updates:
                    self._updates[number](message.get("value"))
            case _:
                self._heard(self, message)

    def _over(self) -> None:
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(Gone())
        if self._writer is not None:
            self._writer.close()

    async def _reap(self) -> None:
        """It closed its end of its own accord: it is ending, or is ended."""
        assert self._child is not None
        with suppress(TimeoutError):
            await asyncio.wait_for(self._child.wait(), ENDS_WITHIN)
        await end_all(MARK, self._mark, self._child)
        code = self._child.returncode
        words = self._printed[-LAST_WORDS:].decode(errors="replace").strip().split("\n")[-1]
        self._lost(self, f"exit {code}" + (f": {words}" if words else ""))

    def _read_printed(self, descriptor: int) -> None:
        try:
            data = os.read(descriptor, 65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(descriptor)
            os.close(descriptor)
            return
        self._printed = (self._printed + data)[-LAST_WORDS:]
        log.info("extensions printed: %s", data[-LAST_WORDS:].decode(errors="replace").rstrip())
