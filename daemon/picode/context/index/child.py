"""The daemon's side of the process that keeps an index: started when there is work, and again when it dies."""

import asyncio
import json
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from picode.context.index.worker import current_of

MOST_DEATHS = 20
"""Files of one look that may cost the child its life."""
PATIENCE = 600.0
"""Seconds without a word from it."""
END = 3.0
"""Seconds in which it ends when it is told to."""
log = logging.getLogger(__name__)


class IndexFailed(Exception):
    """The child cannot do its work: the disk, or it dies again and again."""


class Child:
    """`told(done, of)`: how far it is; `anew(why)`: what was there could not be used and was thrown away."""

    def __init__(
        self,
        project: Path,
        database: Path,
        told: Callable[[int, int], None] = lambda done, of: None,
        anew: Callable[[str], None] = lambda why: None,
    ) -> None:
        self._project, self._database = project, database
        self._told, self._anew = told, anew
        self._process: Process | None = None

    @property
    def pid(self) -> int:
        """0: it does not run."""
        return self._process.pid if self._process is not None else 0

    async def sync(self, changed: Iterable[str] | None = None) -> int:
        """Bring the index up to date; how many files were read. One caller at a time. Raises IndexFailed."""
        asked = json.dumps({"changed": None if changed is None else sorted(changed)})
        for _ in range(MOST_DEATHS):
            try:
                process = await self._started()
                assert process.stdin is not None
                process.stdin.write(f"{asked}\n".encode())
                await process.stdin.drain()
                while (facts := await self._heard(process)) is not None:
                    if "read" in facts:
                        return int(facts["read"])
                    if "failed" in facts:
                        raise IndexFailed(str(facts["failed"]))
                    if "done" in facts:
                        self._told(int(facts["done"]), int(facts["of"]))
            except (BrokenPipeError, ConnectionResetError):
                pass
            code = await self._dropped()
            log.warning("the index of %s lost its process (%s) and goes on with another", self._project, code)
        raise IndexFailed(f"its process died {MOST_DEATHS} times")

    async def stop(self) -> None:
        """End it: between two files by itself, else by force."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(END):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            # it died by our hand, and not by the file's
            with suppress(OSError):
                os.truncate(current_of(self._database), 0)

    async def _started(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            files = [str(self._database), str(self._project)]
            command = [sys.executable, "-P", "-m", "picode.context.index.worker", *files]
            self._database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._process = await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, stderr=asyncio.subprocess.DEVNULL, cwd="/",
                start_new_session=True,
            )  # fmt: skip
            facts = await self._heard(self._process)
            if facts is None:
                raise IndexFailed(f"its process ended with status {await self._dropped()}")
            if facts.get("anew"):
                self._anew(str(facts["anew"]))
        return self._process

    async def _heard(self, process: Process) -> "dict[str, int | str] | None":
        """Its next line; None: it has ended."""
        assert process.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE):
                line = await process.stdout.readline()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            return None
        found: dict[str, int | str] | None = json.loads(line) if line else None
        return found

    async def _dropped(self) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        with suppress(ProcessLookupError):
            process.kill()
        return await process.wait()
