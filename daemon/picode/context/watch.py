"""Tells what below a project has changed, without looking at it again and again."""

import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

log = logging.getLogger(__name__)

MOST_DIRECTORIES = 24
"""Each watched directory costs two threads; a project with more at its top is watched as a whole."""
OF_GIT = frozenset({"index", "HEAD", "MERGE_HEAD", "COMMIT_EDITMSG", "ORIG_HEAD"})
"""What changes in `.git` when the state of files does, or the commit."""

Kind = Literal["came", "wrote", "gone", "directory", "git"]
"""Of a file; `directory`: one came, went or was moved, and what is in it has not been told; `git`: Git's own state."""


class Watch:
    """Calls `told(kind, path)` from another thread, for each change; the caller gathers them."""

    def __init__(self, told: Callable[[Kind, str], None]) -> None:
        self._told = told
        self._git: Path | None = None
        self._observer: Any = None
        self._ended = False
        self._lock = threading.Lock()

    def start(self, root: Path, directories: Iterable[str]) -> bool:
        """Watch `root` and the named directories in it; what Git ignores at the top is left out. False when the
        system allows no more watches, or after `stop`. Blocks: use a thread."""
        with self._lock:
            return not self._ended and self._start(root, directories)

    def _start(self, root: Path, directories: Iterable[str]) -> bool:
        from watchdog.observers import Observer

        observer = Observer()
        names = list(directories)
        whole = len(names) > MOST_DIRECTORIES
        self._git = git_directory(root)
        try:
            self._schedule(observer, root, recursive=whole)
            for directory in filter(None, [self._git, self._git and self._git / "logs"]):
                if directory.is_dir():
                    self._schedule(observer, directory, recursive=False)
            for name in [] if whole else names:
                if not (root / name).is_symlink():
                    self._schedule(observer, root / name, recursive=True)
            observer.start()
        except OSError as error:
            log.warning("%s cannot be watched: %s", root, error)
            return False
        finally:
            # only now: of what changes meanwhile nothing is missed
            self._drop()
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
        if event.event_type == "moved":
            self._tell("directory" if event.is_directory else "gone", event.src_path)
            self._tell("directory" if event.is_directory else "came", event.dest_path)
        elif event.is_directory:
            self._tell("directory", event.src_path)
        else:
            self._tell(_KINDS[event.event_type], event.src_path)

    def _tell(self, kind: Kind, name: str) -> None:
        if not name:
            return
        path = Path(name)
        if self._git is not None and (path == self._git or self._git in path.parents):
            if path.parent in (self._git, self._git / "logs") and path.name in OF_GIT:
                self._told("git", name)
        elif ".git" not in path.parts:
            self._told(kind, name)

    def stop(self) -> None:
        """Ends the threads, for good, also those of a `start` that is still under way. Blocks for a moment."""
        with self._lock:
            self._ended = True
            self._drop()

    def _drop(self) -> None:
        if self._observer is not None:
            self._observer.stop()
            self._observer.join(timeout=5)
            self._observer = None


_KINDS: dict[str, Kind] = {"created": "came", "modified": "wrote", "deleted": "gone"}


def git_directory(root: Path) -> Path | None:
    """Where Git keeps the state of the checkout at `root`, which may be a worktree or a submodule."""
    entry = root / ".git"
    if entry.is_dir():
        return entry
    try:
        pointer = entry.read_text(errors="surrogateescape")
    except OSError:
        return None
    return root / pointer.removeprefix("gitdir:").strip() if pointer.startswith("gitdir:") else None
