"""What a person runs with `!command`: each to its end, beside everything else, a few at once."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from picode.errors import PicodeError, TryLater, UsageError
from picode.messages import BashExecution
from picode.protocol.values import Receipt

MOST = 8
Ran = tuple[BashExecution, Receipt | None]
Run = Callable[[str, str, bool, asyncio.Event], Awaitable[Ran]]
"""`run(id, command, share, stop)`: to its end. Raises OSError, PicodeError."""


class TypedCommands:
    """`ran` gets each that ended, and `failed` why one could not be run; both before it counts as ended."""

    def __init__(
        self,
        run: Run,
        spawn: Callable[[Coroutine[Any, Any, None], str], None],
        ran: Callable[[Ran], None],
        failed: Callable[[str], None],
        ended: Callable[[], Awaitable[None]],
    ) -> None:
        self._run, self._spawn = run, spawn
        self._ran, self._failed, self._ended = ran, failed, ended
        self._running: dict[str, asyncio.Event] = {}
        self._number = 0

    def __len__(self) -> int:
        """How many run."""
        return len(self._running)

    def begin(self, command: str, share: bool) -> None:
        """Raises UsageError (there is none), TryLater (too many run)."""
        if not command.strip():
            raise UsageError("There is no command to run.", "Type it behind the exclamation mark.")
        if len(self) >= MOST:
            raise TryLater(f"{MOST} commands run already.", "Wait for one of them, or cancel.")
        self._number += 1
        id_ = f"command_{self._number}"
        self._running[id_] = asyncio.Event()
        self._spawn(self._to_its_end(id_, command, share), "command")

    def cancel(self) -> None:
        """End all of them."""
        for stop in self._running.values():
            stop.set()

    async def _to_its_end(self, id_: str, command: str, share: bool) -> None:
        try:
            self._ran(await self._run(id_, command, share, self._running[id_]))
        except (OSError, PicodeError) as error:
            self._failed(f"The command could not be run: {error}")
        finally:
            del self._running[id_]
        await self._ended()
