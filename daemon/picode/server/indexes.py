"""The indexes of the projects that somebody asks about: one for each, kept up to date while it is in use.

The child process does the reading and parsing; the project's one watch says what has changed. Questions are answered
in a thread, from what the index holds at that moment.
"""

import asyncio
import logging
import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from picode.context.choose.choose import NOTHING, Choice, choose
from picode.context.choose.ranking import Hints
from picode.context.index.child import Child, IndexFailed
from picode.context.index.database import inode_of, open_to_read, place
from picode.context.timeline.attribution import Change
from picode.references import references
from picode.server.watches import Watches
from picode.tasks import spawn, stop

MOST_PROJECTS = 4
"""That are kept up to date; the one that nobody asked about for the longest time is let go."""
IDLE = 120.0
"""Seconds without a change after which the child process ends; the next change starts another."""
MOST_CHANGED = 200
"""Files that are not as committed and so count as a hint; of more, none does."""
T = TypeVar("T")
log = logging.getLogger(__name__)


class ProjectIndex:
    """Of one project. `ready` is set when the index held all files for the first time."""

    def __init__(self, project: Path, database: Path, watches: Watches) -> None:
        self.project, self.database = project, database
        self.ready = asyncio.Event()
        self.done, self.of = 0, 0
        """How far the look is that is under way."""
        self.failure = ""
        """Why the index cannot be kept; empty: it can."""
        self.anew = ""
        """Why the last one was thrown away."""
        self._child = Child(project, database, self._told, self._began_anew)
        self._seat = watches.seat(project, self._looked, self._changed)
        self._due: set[str] = set()
        self._all = True
        self._work = asyncio.Event()
        self._quiet = asyncio.Event()
        self._head = ""
        self._reading = threading.Lock()
        self._reader: sqlite3.Connection | None = None
        self._inode = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._work.set()
        self._task = spawn(self._follow(), f"index of {self.project.name}")
        self._seat.start()

    @property
    def pid(self) -> int:
        """Of the child process; 0: it does not run."""
        return self._child.pid

    def changed_files(self) -> list[str]:
        """Those that are not as committed."""
        git = self._seat.git
        files = [path for path, mark in git.marks.items() if mark in "AMRU?" and path in self._seat.tree]
        return files if len(files) <= MOST_CHANGED else []

    def read(self, work: Callable[[sqlite3.Connection], T], nothing: T) -> T:
        """`work` with a connection that stays open; `nothing` where there is no index yet. Blocks: use a thread.
        Raises sqlite3.Error."""
        with self._reading:
            # whoever deleted the file, or made it anew, left us with a file that nobody sees
            inode = inode_of(self.database)
            if self._reader is not None and self._inode != inode:
                self._reader.close()
                self._reader = None
            if self._reader is None:
                self._reader, self._inode = open_to_read(self.database), inode
            return work(self._reader) if self._reader is not None else nothing

    def _drop_reader(self) -> None:
        with self._reading:
            if self._reader is not None:
                self._reader.close()
                self._reader = None

    async def look_where_blind(self, bound: float) -> None:
        """Where the system cannot watch the project, compare it with the index, at most `bound` seconds long."""
        if self._seat.blind:
            self._soon(everything=True)
            with suppress(TimeoutError):
                async with asyncio.timeout(bound):
                    await self._quiet.wait()

    async def close(self) -> None:
        await stop(self._task)
        await self._seat.close()
        await self._child.stop()
        await asyncio.to_thread(self._drop_reader)

    def _looked(self) -> None:
        """The tree or Git's state was read anew: another commit is another history, and may be other files."""
        head = f"{self._seat.git.branch} {self._seat.git.head}"
        if head != self._head:
            self._head = head
            self._soon(everything=True)

    def _changed(self, changes: Sequence[Change]) -> None:
        paths = {change.path for change in changes}
        # an empty path: more was written than could be told
        self._soon(paths, everything="" in paths)

    def _soon(self, paths: Collection[str] = (), everything: bool = False) -> None:
        self._due |= set(paths)
        self._all = self._all or everything
        self._quiet.clear()
        self._work.set()

    async def _follow(self) -> None:
        while True:
            try:
                # `wait_for` may swallow a cancellation
                async with asyncio.timeout(IDLE):
                    await self._work.wait()
            except TimeoutError:
                await self._child.stop()
                await self._work.wait()
            self._work.clear()
            due, self._due = (None if self._all else self._due), set()
            self._all = False
            try:
                await self._child.sync(due)
                self.failure = ""
            except (IndexFailed, OSError) as error:
                self.failure = str(error)
                log.warning("the index of %s cannot be kept: %s", self.project, error)
            self.ready.set()
            if not self._work.is_set():
                self._quiet.set()

    def _told(self, done: int, of: int) -> None:
        self.done, self.of = done, of

    def _began_anew(self, why: str) -> None:
        self.anew = why
        log.warning("the index of %s could not be used and is made anew: %s", self.project, why)


class Indexes:
    """`cache`: the directory below which they are."""

    def __init__(self, cache: Path, watches: Watches, home: Callable[[], Path] = Path.home) -> None:
        self._cache, self._watches, self._home = cache, watches, home
        self._indexes: OrderedDict[Path, ProjectIndex] = OrderedDict()

    async def of(self, project: Path) -> ProjectIndex | None:
        """The project's index, from now on kept up to date. None for a directory that is no project: a home, or what
        is above it."""
        home = self._home()
        if project == home or project in home.parents:
            return None
        index = self._indexes.get(project)
        if index is None:
            index = self._indexes[project] = ProjectIndex(project, place(self._cache, project), self._watches)
            index.start()
        self._indexes.move_to_end(project)
        while len(self._indexes) > MOST_PROJECTS:
            _, oldest = self._indexes.popitem(last=False)
            await oldest.close()
        return index

    async def choose(
        self,
        project: Path,
        question: str,
        budget: int,
        patience: float,
        *,
        mode: str = "ask",
        known: Callable[[str, str], bool] = lambda path, text: False,
        pinned: Collection[str] = (),
        dropped: Collection[str] = (),
    ) -> Choice:
        """What the question is about; waits for a cold index at most `patience` seconds and then takes what there is.
        Raises sqlite3.Error."""
        index = await self.of(project)
        if index is None:
            return NOTHING
        try:
            async with asyncio.timeout(patience):
                await index.ready.wait()
        except TimeoutError:
            log.info(
                "a question comes before the index of %s is whole (%d of %d)", project, index.done, index.of
            )
        await index.look_where_blind(patience)
        changed = index.changed_files()

        def work(connection: sqlite3.Connection) -> Choice:
            hints = Hints(changed=changed, traceback=named_in(question, project))
            return choose(
                connection, project, question, budget,
                hints=hints, mode=mode, known=known, pinned=pinned, dropped=dropped,
            )  # fmt: skip

        return await asyncio.to_thread(index.read, work, NOTHING)

    async def close(self) -> None:
        await asyncio.gather(*(one.close() for one in self._indexes.values()), return_exceptions=True)
        self._indexes.clear()


def named_in(text: str, project: Path) -> Mapping[str, int]:
    """The project's files that the text names with a line, as a traceback does: the last first, for that is where it
    broke."""
    root = os.path.realpath(project)
    found: dict[str, int] = {}
    for one in reversed(references(text)):
        path = os.path.realpath(os.path.join(root, one.path))
        if path.startswith(f"{root}/") and os.path.isfile(path):
            found.setdefault(os.path.relpath(path, root), one.line)
    return found
