"""A project's tree and Git state, kept as they are: looked at again when something has changed, and not sooner."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from picode.context import gitstate, tree
from picode.context.watch import Watch
from picode.tasks import spawn, stop

log = logging.getLogger(__name__)

GATHER = 0.3
"""Seconds in which changes are gathered."""
SHARE = 5
"""After a look that took a while, the next waits this many times as long."""


class ProjectWatch:
    """`tree` and `git` of `project`; `told` is called in the loop when they have been read anew."""

    def __init__(self, project: Path, told: Callable[[], None]) -> None:
        self.project = project
        self.tree = tree.Tree(())
        self.git = gitstate.GitState()
        self._told = told
        self._changed = asyncio.Event()
        self._watched: list[str] | None = None
        self._blind = True
        self._watch: Watch | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look; once."""
        if self._task is None:
            loop = asyncio.get_running_loop()

            def changed() -> None:
                loop.call_soon_threadsafe(self._changed.set)

            self._watch = Watch(changed)
            self._changed.set()
            self._task = spawn(self._follow(), f"project {self.project.name}")

    def nudge(self) -> None:
        """Something has happened that may have changed files; counts only where the system cannot watch them."""
        if self._blind:
            self._changed.set()

    async def close(self) -> None:
        await stop(self._task)
        if self._watch is not None:
            await asyncio.to_thread(self._watch.stop)

    async def _follow(self) -> None:
        loop = asyncio.get_running_loop()
        pause = 0.0
        while True:
            await self._changed.wait()
            await asyncio.sleep(pause)
            self._changed.clear()
            began = loop.time()
            try:
                self.tree, self.git = await asyncio.to_thread(self._look)
            except OSError as error:
                log.warning("%s cannot be read: %s", self.project, error)
            else:
                self._told()
                await self._rewatch()
            pause = max(GATHER, SHARE * (loop.time() - began))

    def _look(self) -> tuple[tree.Tree, gitstate.GitState]:
        git = gitstate.read(self.project)
        files = tree.list_files(self.project)
        return tree.Tree(path for path in files if path not in git.deleted), git

    async def _rewatch(self) -> None:
        """Watch the directories that the tree has at its top now. A tree that was cut short is too large to watch."""
        assert self._watch is not None
        directories, _ = self.tree.children()
        if directories == self._watched:
            return
        self._watched = directories
        whole = len(self.tree) < tree.MOST_WITHOUT_GIT or (self.project / ".git").exists()
        self._blind = not (whole and await asyncio.to_thread(self._watch.start, self.project, directories))
        if not self._blind:
            # what changed between the look and the watch
            self._changed.set()
