"""A command as a process of its own: output as it comes, ended whole, nothing left over.

Each command runs in its own session and carries a mark in its environment, so that children which left its process
group, or whose parents ended, are found as well.
"""

import asyncio
import contextlib
import itertools
import logging
import os
import secrets
import shutil
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from picode import tasks
from picode.tools.kill import end_all, orphans

MARK = "PICODE_CALL"
LINGER = 0.2
"""Seconds that output may still come from children in the background after the command itself has ended."""
PIECE = 65536
log = logging.getLogger(__name__)


@dataclass
class Ended:
    """`code`: the exit status, 128 + n after signal n; None when it was ended from here."""

    code: int | None
    timed_out: bool = False
    cancelled: bool = False


class Commands:
    """All commands of one daemon."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = dict(os.environ if environ is None else environ)
        self._life = f"{os.getpid()}.{secrets.token_hex(8)}"
        self._numbers = itertools.count(1)
        self._closed = False
        self._started = False

    async def run(
        self,
        command: str,
        cwd: Path,
        received: Callable[[bytes], None],
        stop: asyncio.Event,
        timeout: float | None = None,
    ) -> Ended:
        """Run `command` with bash (sh where there is none). Raises OSError when it cannot be started."""
        if self._closed or stop.is_set():
            return Ended(None, cancelled=True)
        self._started = True
        mark = f"{self._life}.{next(self._numbers)}."
        output = _Pipe(received)
        try:
            process = await self._start(command, cwd, mark, output.writer)
            output.begin()
            try:
                return await _follow(process, mark, output, stop, timeout)
            finally:
                # also when this task itself was cancelled: nothing may outlive it
                if process.returncode is None:
                    await asyncio.shield(end_all(MARK, mark, process))
        finally:
            output.close()

    async def _start(self, command: str, cwd: Path, mark: str, output: int) -> Process:
        shell = shutil.which("bash", path=self._environ.get("PATH")) or "/bin/sh"
        environ = {**self._environ, MARK: mark}
        return await asyncio.create_subprocess_exec(
            shell, "-c", command, cwd=cwd, env=environ, start_new_session=True,
            stdin=DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip

    async def sweep(self) -> None:
        """End what the commands of a daemon that was killed have left behind."""
        for mark in await asyncio.to_thread(orphans, MARK):
            if mark != os.environ.get(MARK):  # this daemon itself may have been started by such a command
                await end_all(MARK, mark)

    async def close(self) -> None:
        """End what commands left in the background."""
        self._closed = True
        if self._started:
            await end_all(MARK, f"{self._life}.")


class _Pipe:
    """asyncio's own pipes let `wait` wait for children in the background; this one does not."""

    def __init__(self, received: Callable[[bytes], None]) -> None:
        self._reader, self.writer = os.pipe()
        os.set_blocking(self._reader, False)
        self._received = received
        self.ended = asyncio.Event()

    def begin(self) -> None:
        os.close(self.writer)
        self.writer = -1
        asyncio.get_running_loop().add_reader(self._reader, self._read)

    def _read(self) -> None:
        try:
            piece = os.read(self._reader, PIECE)
        except BlockingIOError:
            return
        if piece:
            self._received(piece)
        else:
            asyncio.get_running_loop().remove_reader(self._reader)
            self.ended.set()

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._reader)
        for descriptor in (self._reader, self.writer):
            if descriptor != -1:
                os.close(descriptor)


async def _follow(
    process: Process, mark: str, output: _Pipe, stop: asyncio.Event, timeout: float | None
) -> Ended:
    ending = tasks.spawn(process.wait(), f"end of command {process.pid}")
    stopping = tasks.spawn(stop.wait(), f"cancel of command {process.pid}")
    try:
        done, _ = await asyncio.wait({ending, stopping}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if ending not in done:
            await end_all(MARK, mark, process)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(output.ended.wait(), LINGER)
        if ending in done:
            code = ending.result()
            return Ended(code if code >= 0 else 128 - code)
        return Ended(None, timed_out=stopping not in done, cancelled=stopping in done)
    finally:
        await tasks.stop(ending, stopping)
