"""A project's tree and Git state, kept as they are: looked at again when something has changed, and not sooner."""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from picode.context import gitstate, tree
from picode.context.ignored import Ignored
from picode.context.timeline.attribution import Change
from picode.context.watch import Kind, Watch
from picode.server.gathered import Batch, Gathered
from picode.tasks import spawn, stop

log = logging.getLogger(__name__)

GATHER = 0.3
"""Seconds in which changes are gathered."""
SHARE = 5
"""After a look that took a while, the next waits this many times as long."""
RECENT = 5.0
"""Seconds that the word of a change may have been on its way."""
LATEST = 30.0
"""The same, where a directory had to be looked through."""


class ProjectWatch:
    """`tree` and `git` of `project`. In the loop, `told` is called when they have been read anew, and `changed` with
    the files that were written, without those that Git ignores."""

    def __init__(
        self,
        project: Path,
        told: Callable[[], None],
        changed: Callable[[Sequence[Change]], None] = lambda changes: None,
    ) -> None:
        self.project = project
        self.tree = tree.Tree(())
        self.git = gitstate.GitState()
        self.looked = False
        """`tree` and `git` have been read, and from then on nothing is missed."""
        self._told, self._tell_changed = told, changed
        self._changed, self._quiet = asyncio.Event(), asyncio.Event()
        self._quiet.set()
        self._paths: frozenset[str] = frozenset()
        self._ignored = Ignored(project)
        self._gathered: Gathered | None = None
        self._watched: list[str] | None = None
        self._blind = True
        self._watch: Watch | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look; once."""
        if self._task is None:
            loop = asyncio.get_running_loop()

            def ready() -> None:
                loop.call_soon_threadsafe(self._look_soon)

            gathered = self._gathered = Gathered(ready, self._ignored.hides)
            self._watch = Watch(lambda kind, path: gathered.add(kind, self._relative(kind, path)))
            self._look_soon()
            self._task = spawn(self._follow(), f"project {self.project.name}")

    @property
    def blind(self) -> bool:
        """The project was looked at, and the system cannot watch it."""
        return self._blind and self._watched is not None

    def nudge(self) -> None:
        """Something has happened that may have changed files; counts only where the system cannot watch them."""
        if self._blind:
            self._look_soon()

    async def settled(self, bound: float) -> None:
        """Until all that was told was looked at; at most `bound` seconds."""
        try:
            await asyncio.wait_for(self._quiet.wait(), bound)
        except TimeoutError:
            log.info("%s changes faster than it can be looked at", self.project)

    async def close(self) -> None:
        await stop(self._task)
        if self._watch is not None:
            await asyncio.to_thread(self._watch.stop)

    def _look_soon(self) -> None:
        self._changed.set()
        self._quiet.clear()

    def _relative(self, kind: Kind, path: str) -> str:
        return path if kind == "git" else os.path.relpath(path, self.project)

    async def _follow(self) -> None:
        loop = asyncio.get_running_loop()
        pause = 0.0
        while True:
            await self._changed.wait()
            await asyncio.sleep(pause)
            self._changed.clear()
            began = loop.time()
            try:
                changes = await asyncio.to_thread(self._look)
            except OSError as error:
                log.warning("%s cannot be read: %s", self.project, error)
            else:
                if changes:
                    self._tell_changed(changes)
                self._told()
                await self._rewatch()
            pause = max(GATHER, SHARE * (loop.time() - began))
            if not self._changed.is_set():
                self._quiet.set()

    def _look(self) -> list[Change]:
        """In a thread: what has changed; tree and state are read anew when anything has that Git does not ignore."""
        assert self._gathered is not None
        batch = self._gathered.take()
        if any(path.rpartition("/")[2] == ".gitignore" for path in batch.files):
            self._ignored.forget()
        changes = self._changes(batch)
        if changes or batch.directories or batch.git or batch.lost or self._blind or not self.looked:
            found = self._read()
            if self.looked:
                changes += self._untold(found, {change.path for change in changes}, batch.directories)
            self._paths = found
        if batch.lost:
            changes.append(Change(time.time(), "gone", "", False))
        return changes

    def _read(self) -> frozenset[str]:
        git = gitstate.read(self.project)
        files = [path for path in tree.list_files(self.project) if path not in git.deleted]
        self.tree, self.git = tree.Tree(files), git
        return frozenset(files)

    def _changes(self, batch: Batch) -> list[Change]:
        hidden = self._ignored.ask(batch.files) if batch.files else set()
        changes = []
        for path, times in batch.files.items():
            if path in hidden or path == ".":
                continue
            known = path in self._paths
            last, kind = times[-1]
            written = None if kind == "gone" else _written(self.project / path, last)
            last = written or last
            changes += [
                Change(min(at, last), before, path, known, exact=at >= last) for at, before in times[:-1]
            ]
            changes.append(Change(last, kind, path, known, exact=written is not None))
        return changes

    def _untold(self, found: frozenset[str], told: set[str], moved: bool) -> list[Change]:
        """Files that came or went with a directory, or where the system cannot watch. Others are as old as they were:
        another rule of Git's shows or hides them."""
        now = time.time()
        came = []
        for path in found - self._paths - told:
            written = _written(self.project / path, now, LATEST)
            if written or moved:
                came.append(Change(written or now, "came", path, False, exact=written is not None))
        lost = [path for path in self._paths - found - told if not os.path.lexists(self.project / path)]
        gone = [Change(now, "gone", path, True) for path in lost]
        return [*came, *gone, *(self._unseen(told) if self._blind else [])]

    def _unseen(self, told: set[str]) -> list[Change]:
        """Without a watch: what Git calls modified was written when its time says so."""
        now = time.time()
        modified = [path for path, mark in self.git.marks.items() if mark in "MU" and path in self._paths]
        stamped = ((path, _written(self.project / path, now)) for path in modified if path not in told)
        return [Change(at, "wrote", path, True, exact=True) for path, at in stamped if at]

    async def _rewatch(self) -> None:
        """Watch the directories that the tree has at its top now. A tree that was cut short is too large to watch."""
        assert self._watch is not None
        directories, _ = self.tree.children()
        if directories != self._watched:
            self._watched = directories
            whole = len(self.tree) < tree.MOST_WITHOUT_GIT or (self.project / ".git").exists()
            self._blind = not (
                whole and await asyncio.to_thread(self._watch.start, self.project, directories)
            )
            if not self._blind:
                # what changed between the look and the watch
                self._gathered_anew()
        elif not self.looked:
            self.looked = True

    def _gathered_anew(self) -> None:
        assert self._gathered is not None
        self._gathered.add("directory", "")


def _written(path: Path, told: float, most: float = RECENT) -> float | None:
    """When the file was changed last (seconds since 1970), if the word of it came soon after that."""
    try:
        changed = path.lstat().st_ctime_ns / 1e9
    except OSError:
        return None
    return min(changed, told) if told - most <= changed <= told + 0.1 else None
