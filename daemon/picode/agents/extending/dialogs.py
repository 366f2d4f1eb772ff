"""What extensions ask a person: open until somebody answers, the time is up, or nobody waits for it any more."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any, get_args

from picode.errors import Missing
from picode.protocol.values import Dialog, DialogKind

MOST = 20
"""Questions that may be open; a further one is answered with nothing."""
LONGEST = 4000
"""Characters of a title, a message or an option."""


class Dialogs:
    """Of one conversation; `changed` is called when there is one more or one less."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._numbers = itertools.count(1)
        self._open: dict[str, tuple[Dialog, asyncio.Future[Any]]] = {}

    @property
    def open(self) -> list[Dialog]:
        """The oldest first."""
        return [dialog for dialog, _ in self._open.values()]

    async def ask(self, method: str, given: dict[str, Any]) -> "str | bool | None":
        """What was answered; None: nothing was, in time."""
        dialog = _dialog(f"dialog_{next(self._numbers)}", method, given)
        if dialog is None or len(self._open) >= MOST:
            return None
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._open[dialog.id] = dialog, future
        self._changed()
        try:
            return await asyncio.wait_for(future, dialog.timeout / 1000 if dialog.timeout else None)
        except TimeoutError:
            return None
        finally:
            del self._open[dialog.id]
            self._changed()

    def settle(self, id_: str, answer: "str | bool | None") -> None:
        """Raises Missing when nothing is open under that id."""
        found = self._open.get(id_)
        if found is None or found[1].done():
            raise Missing("Nothing waits for this answer any more.", "Somebody else may have answered.")
        found[1].set_result(answer)

    def cancel(self) -> None:
        """Answer all with nothing."""
        for _, future in self._open.values():
            if not future.done():
                future.set_result(None)


def _dialog(id_: str, method: str, given: dict[str, Any]) -> Dialog | None:
    if method not in get_args(DialogKind):
        return None

    def text(name: str) -> str:
        value = given.get(name)
        return value[:LONGEST] if isinstance(value, str) else ""

    options, timeout = given.get("options"), given.get("timeout")
    return Dialog(
        id_, method, text("title"), text("message"),  # type: ignore[arg-type]
        [str(one)[:LONGEST] for one in options] if isinstance(options, list) else [],
        text("prefill") if method == "editor" else text("placeholder"),
        max(1, int(timeout)) if isinstance(timeout, int | float) and timeout > 0 else 0, text("extension"),
    )  # fmt: skip
