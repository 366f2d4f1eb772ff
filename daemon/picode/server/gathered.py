"""Changes of files on their way from the watching thread to the daemon's loop: gathered, and bounded."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from picode.context.watch import Kind

MOST_PATHS = 50_000
MOST_TIMES = 8
"""Of one path between two looks; of more, the last."""


@dataclass
class Batch:
    """What has changed since the last `take`."""

    files: dict[str, list[tuple[float, Kind]]] = field(default_factory=dict)
    """For each path: when it was told (seconds since 1970), and what."""
    directories: bool = False
    """A directory came or went: there may be files that nobody told of."""
    git: bool = False
    lost: bool = False
    """There was more than could be kept."""


class Gathered:
    """`add` comes from the watching thread; `ready` is called there, when a batch begins."""

    def __init__(self, ready: Callable[[], None], hides: Callable[[str], bool]) -> None:
        self._ready, self._hides = ready, hides
        self._lock = threading.Lock()
        self._batch = Batch()
        self._begun = False

    def add(self, kind: Kind, path: str) -> None:
        """`path` is relative to the project."""
        if kind not in ("git", "directory") and self._hides(path):
            return
        with self._lock:
            self._put(kind, path)
            begun, self._begun = self._begun, True
        if not begun:
            self._ready()

    def _put(self, kind: Kind, path: str) -> None:
        batch = self._batch
        if kind == "git":
            batch.git = True
        elif kind == "directory":
            batch.directories = True
        elif path not in batch.files and len(batch.files) >= MOST_PATHS:
            batch.lost = True
        else:
            times = batch.files.setdefault(path, [])
            if len(times) == MOST_TIMES or (times and times[-1][1] == kind):
                times.pop()
            times.append((time.time(), kind))

    def take(self) -> Batch:
        with self._lock:
            batch, self._batch, self._begun = self._batch, Batch(), False
        return batch
