"""Desktop notifications by a command of the user's (`away.notify`): bounded in number, and their text harmless."""

import asyncio
import logging
import os
import shlex
import signal
import time
from collections.abc import Sequence

from picode.tasks import spawn, stop

PAUSE = 5.0
"""Seconds between two notifications of one conversation."""
LOOKING = 30.0
"""Seconds after a person's last sign in which they are taken to look."""
MOST_AT_ONCE = 4
WITHIN = 10.0
"""Seconds that the command may take."""
LONGEST = 200
OURS = frozenset({"off", "osc", ""})
"""What is no command: nothing, or what the panes do themselves."""
log = logging.getLogger(__name__)


def wanted(setting: str, *, present: bool, idle: float, since_last: float) -> bool:
    """Whether to run the command now; `idle`: seconds since the person did something."""
    return setting not in OURS and (not present or idle > LOOKING) and since_last >= PAUSE


def harmless(text: str) -> str:
    """One line without control characters."""
    clean = "".join(char if char.isprintable() else " " for char in text)
    line = " ".join(clean.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


class Notifier:
    """Runs the command, at most a few at a time."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}
        self._running: set[asyncio.Task[None]] = set()

    def tell(self, conversation: str, setting: str, text: str, *, present: bool, idle: float) -> None:
        now = time.monotonic()
        since_last = now - self._last.get(conversation, -PAUSE)
        if len(self._running) >= MOST_AT_ONCE or not wanted(
            setting, present=present, idle=idle, since_last=since_last
        ):
            return
        self._last = {name: at for name, at in self._last.items() if now - at < PAUSE} | {conversation: now}
        try:
            words = shlex.split(setting)
        except ValueError as error:
            log.warning("away.notify cannot be read: %s", error)
            return
        task = spawn(_run([*words, "PiCode", harmless(text)]), "notification")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        await stop(*self._running)


async def _run(command: Sequence[str]) -> None:
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL, start_new_session=True, cwd="/",
        )  # fmt: skip
    except OSError as error:
        log.warning("%s, of away.notify, cannot be run: %s", command[0], error.strerror)
        return
    try:
        await asyncio.wait_for(process.wait(), WITHIN)
    except TimeoutError:
        log.warning("%s, of away.notify, did not end within %g s", command[0], WITHIN)
    finally:
        if process.returncode is None:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            await process.wait()
