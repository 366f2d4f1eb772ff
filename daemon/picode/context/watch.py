"""Tells that something below a project has changed, without looking at it again and again."""

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

MOST_DIRECTORIES = 24
"""Each watched directory costs two threads; a project with more at its top is watched as a whole."""
OF_GIT = frozenset({"index", "HEAD", "MERGE_HEAD"})
"""What changes in `.git` when the state of files does."""


class Watch:
    """Calls `changed` from another thread, once for each change; the caller gathers them."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._observer: Any = None

    def start(self, root: Path, directories: Iterable[str]) -> bool:
        """Watch `root` and the named directories in it; what Git ignores at the top is left out. False when the
        system allows no more watches. Blocks: use a thread."""
        from watchdog.observers import Observer

        self.stop()
        observer = Observer()
        names = list(directories)
        whole = len(names) > MOST_DIRECTORIES
        try:
            self._schedule(observer, root, recursive=whole)
            if (root / ".git").is_dir():
                self._schedule(observer, root / ".git", recursive=False)
            for name in [] if whole else names:
                if not (root / name).is_symlink():
                    self._schedule(observer, root / name, recursive=True)
            observer.start()
        except OSError as error:
            log.warning("%s cannot be watched: %s", root, error)
            return False
        self._observer = observer
        return True

    def _schedule(self, observer: Any, directory: Path, recursive: bool) -> None:
        from watchdog import events

        # without a filter every opening and reading of a file would be told as well
        kinds: list[Any] = [
            events.FileCreatedEvent, events.FileDeletedEvent, events.FileModifiedEvent, events.FileMovedEvent,
            events.DirCreatedEvent, events.DirDeletedEvent, events.DirMovedEvent,
        ]  # fmt: skip
        handler = events.FileSystemEventHandler()
        handler.dispatch = self._seen  # type: ignore[method-assign]
        observer.schedule(handler, str(directory), recursive=recursive, event_filter=kinds)

    def _seen(self, event: Any) -> None:
        path = Path(event.dest_path or event.src_path)
        if ".git" in path.parts and (path.parent.name != ".git" or path.name not in OF_GIT):
            return
        self._changed()

    def stop(self) -> None:
        """Ends the threads. Blocks for a moment."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join(timeout=5)
            self._observer = None
