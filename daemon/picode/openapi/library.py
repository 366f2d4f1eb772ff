"""The documents of `custom_providers`: read in threads, remembered, and read again when their file has changed."""

import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from picode.config.schema import CustomProvider
from picode.errors import Missing, PicodeError, TryLater
from picode.openapi.api import Api, read
from picode.openapi.tokens import Tokens

WAIT = 30.0
"""Seconds that somebody waits for a document."""


@dataclass
class _Reading:
    """`state`: what of the file would be another one, were it changed."""

    entry: CustomProvider
    state: tuple[int, int]
    thread: threading.Thread | None = None
    api: Api | None = None
    failed: PicodeError | None = None


class Library:
    """One for the daemon. `cache`: where copies of what came from servers are kept."""

    def __init__(self, cache: Path | None = None) -> None:
        self.cache = cache
        self.tokens = Tokens()
        self._known: dict[str, _Reading] = {}
        self._lock = threading.Lock()

    def configure(self, entries: Mapping[str, CustomProvider]) -> None:
        """From now on there are these; what is new or has changed is read. Never waits."""
        with self._lock:
            for name in self._known.keys() - entries.keys():
                del self._known[name]
            for name, entry in entries.items():
                state = _state(entry.document)
                known = self._known.get(name)
                failed = known is not None and known.failed is not None
                if known is None or known.entry != entry or known.state != state or failed:
                    reading = _Reading(entry, state)
                    reading.thread = threading.Thread(
                        target=self._read, args=(reading,), name=f"document of {name}", daemon=True
                    )
                    self._known[name] = reading
                    reading.thread.start()

    def names(self) -> list[str]:
        return list(self._known)

    def entry(self, name: str) -> CustomProvider:
        return self._of(name).entry

    def known(self, name: str) -> Api | None:
        """The document; None while it is read. Never waits. Raises what is wrong with it."""
        reading = self._of(name)
        if reading.failed is not None:
            raise reading.failed
        return reading.api

    def reading(self, name: str) -> bool:
        """Whether the document is still being read."""
        found = self._known.get(name)
        return found is not None and found.api is None and found.failed is None

    def settled(self, name: str) -> Api:
        """The document, waited for: belongs into a thread. Raises what is wrong with it, or TryLater."""
        reading = self._of(name)
        if reading.thread is not None:
            reading.thread.join(WAIT)
        if (api := self.known(name)) is None:
            raise TryLater(f"The document of {name} is still being read.", "Try again in a moment.")
        return api

    def _of(self, name: str) -> _Reading:
        if (found := self._known.get(name)) is None:
            raise Missing(f"There is no {name} in custom_providers any more.", "Take another model: /model.")
        return found

    def look(self, seconds: float) -> None:
        """Wait until all of them are read, so long at most: belongs into a thread."""
        until = time.monotonic() + seconds
        for reading in list(self._known.values()):
            if reading.thread is not None:
                reading.thread.join(max(0.0, until - time.monotonic()))

    def _read(self, reading: _Reading) -> None:
        try:
            reading.api = read(reading.entry.document, self.cache, reading.entry.chat)
        except PicodeError as error:
            reading.failed = error
        except RecursionError:
            reading.failed = PicodeError(f"{reading.entry.document} is nested too deeply to be read.")


def _state(document: str) -> tuple[int, int]:
    try:
        facts = os.stat(document)
    except OSError:
        return 0, 0
    return facts.st_mtime_ns, facts.st_size
