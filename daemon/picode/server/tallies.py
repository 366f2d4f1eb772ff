"""What has happened since somebody was there, of each conversation: in memory, and on disk for the next daemon."""

import logging
import os
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import msgspec

from picode.errors import PicodeError
from picode.paths import make_private
from picode.server.away import Tally, happened

MOST = 256
LARGEST = 1 << 20
"""Bytes of a file that is read."""
log = logging.getLogger(__name__)


class Tallies:
    """`directory`: one file for each conversation in which something has happened. A disk that fails costs only what
    the next daemon would tell."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._known: OrderedDict[str, Tally] = OrderedDict(self._read())
        self.restored = set(self._known)
        """What an earlier daemon has left, and nobody has looked at since."""

    def get(self, conversation: str) -> Tally | None:
        return self._known.get(conversation)

    def begin(self, conversation: str, tally: Tally) -> list[str]:
        """Count from here; the conversations that are forgotten for it."""
        self._known.pop(conversation, None)
        self._forget(conversation)
        self._known[conversation] = tally
        gone = []
        while len(self._known) > MOST:
            gone.append(self._known.popitem(last=False)[0])
            self._forget(gone[-1])
        return gone

    def keep(self, conversation: str) -> None:
        """It has changed."""
        tally = self._known.get(conversation)
        if tally is None or not (tally.away or happened(tally)):
            return
        path = self._path(conversation)
        beside = path.with_suffix(".new")
        try:
            make_private(self._directory)
            beside.write_bytes(msgspec.json.encode(tally))
            os.replace(beside, path)
        except (OSError, PicodeError) as error:
            log.warning("what happened while nobody was there cannot be kept: %s", error)

    def _forget(self, conversation: str) -> None:
        self.restored.discard(conversation)
        try:
            self._path(conversation).unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s", error)

    def _path(self, conversation: str) -> Path:
        return self._directory / f"{os.path.basename(conversation)}.json"

    def _read(self) -> Iterator[tuple[str, Tally]]:
        try:
            paths = sorted(self._directory.glob("*.json"), key=lambda path: path.stat().st_mtime)
        except OSError:
            return
        for path in paths[-MOST:]:
            try:
                if path.stat().st_size < LARGEST:
                    yield path.stem, msgspec.json.decode(path.read_bytes(), type=Tally)
            except (OSError, msgspec.MsgspecError) as error:
                log.warning("%s cannot be read: %s", path, error)
