"""The timeline as it happens: recorders tell of commands, the project's watch of files, and both go to disk together.

What is told is queued and worked off by one task, so nobody waits for a disk or for Git. A command's entry is written
a moment after its end: the word of the last change may still be on its way.
"""

import asyncio
import logging
import os
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from picode.context.gitstate import GitState
from picode.context.timeline.attribution import Attribution, Change, Window, letter
from picode.context.timeline.store import TimelineStore
from picode.paths import project_of
from picode.protocol.values import CommandNote, FileChange, GitPoint, TimelineEntry
from picode.server.watches import Seat, Watches
from picode.tasks import spawn, stop

SETTLE = 0.8
"""Seconds after a command's end until its changes are looked through; watchdog holds half of a move back for 0.5."""
LOOKED_WITHIN = 10.0
"""Seconds that a slow project's look may take before the entry is written as it is."""
QUIET = 2.0
"""Seconds without a change after which what changed outside of commands is written."""
MOST_PROJECTS = 8
"""Projects that are watched for their commands; the one that rests longest is let go."""
MOST_TOLD = 2000
MOST_FILES = 1000
MOST_NAMES = 512
MOST_BESIDE = 8
LONGEST_COMMAND = 4000
log = logging.getLogger(__name__)


@dataclass
class Running:
    note: CommandNote
    before: GitPoint | None
    project: "Watched"


@dataclass(eq=False)
class Watched:
    """A project, and the commands that run in it."""

    project: Path
    seat: Seat | None = None
    attribution: Attribution = field(default_factory=Attribution)
    loose: asyncio.TimerHandle | None = None

    def git(self) -> GitPoint | None:
        return point(self.seat.git) if self.seat is not None and self.seat.looked else None


Told = tuple[str, str, CommandNote | str]


class Timeline:
    """`counted(note)` is called when it is known how many files a command changed (`note.changed`)."""

    def __init__(self, path: Path, watches: Watches, counted: Callable[[CommandNote], None]) -> None:
        self.store = TimelineStore(path)
        self._watches, self._counted = watches, counted
        self._projects: OrderedDict[Path, Watched] = OrderedDict()
        self._running: dict[str, Running] = {}
        self._names: OrderedDict[str, str] = OrderedDict()
        self._told: asyncio.Queue[Told] = asyncio.Queue(MOST_TOLD)
        self._settling: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None

    def opened(self, cwd: str) -> None:
        """A terminal is open there: its project is watched before the first command begins."""
        self._tell(("opened", "", cwd))

    def began(self, note: CommandNote) -> None:
        self._tell(("began", note.terminal, note))

    def ended(self, note: CommandNote) -> None:
        self._tell(("ended", note.terminal, note))

    def closed(self, terminal: str) -> None:
        """What ran there has no end that anybody will tell."""
        self._tell(("closed", terminal, ""))

    def watched(self, project: Path) -> bool:
        """Whether nothing that changes there from now on is missed."""
        known = self._projects.get(project)
        return known is not None and known.seat is not None and known.seat.looked

    async def close(self) -> None:
        """Write what has ended, and stop watching."""
        await stop(self._task)
        if self._settling:
            await asyncio.wait(set(self._settling), timeout=SETTLE + 2)
        await stop(*self._settling)
        for project in self._projects.values():
            if project.loose is not None:
                project.loose.cancel()
            if project.seat is not None:
                await project.seat.close()

    def _tell(self, told: Told) -> None:
        if self._task is None:
            self._task = spawn(self._work(), "timeline")
        if self._told.full():
            log.warning("the timeline is behind: a command is left out")
            return
        self._told.put_nowait(told)

    async def _work(self) -> None:
        while True:
            kind, terminal, about = await self._told.get()
            try:
                if isinstance(about, CommandNote):
                    await (self._began(about) if kind == "began" else self._ended(about))
                elif kind == "opened":
                    self._project(await asyncio.to_thread(_project, about))
                else:
                    self._closed(terminal)
            except Exception:
                log.exception("the timeline could not take a command")

    async def _began(self, note: CommandNote, late: bool = False) -> Running:
        """`late`: it runs for some time already, and nobody looked."""
        watched = self._project(await asyncio.to_thread(_project, note.cwd))
        key = _key(note)
        whole = watched.seat is not None and watched.seat.looked and not late
        watched.attribution.begin(key, note.started / 1000, incomplete=not whole)
        self._names[key] = note.command
        while len(self._names) > MOST_NAMES:
            self._names.popitem(last=False)
        running = self._running[key] = Running(note, watched.git() if not late else None, watched)
        return running

    async def _ended(self, note: CommandNote) -> None:
        key = _key(note)
        if note.unrecorded:
            self._forget(key)
            return
        running = self._running.get(key) or await self._began(note, late=True)
        del self._running[key]
        running.note = note
        running.project.attribution.end(key, (note.started + note.duration) / 1000)
        if running.project.seat is not None:
            running.project.seat.nudge()
        self._spawn(self._settle(running))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = spawn(work, "timeline entry")
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    def _forget(self, key: str) -> None:
        """It is not to be known that it ran."""
        self._names.pop(key, None)
        if running := self._running.pop(key, None):
            running.project.attribution.take(key)

    def _closed(self, terminal: str) -> None:
        for key in [key for key, running in self._running.items() if running.note.terminal == terminal]:
            self._running.pop(key).project.attribution.take(key)

    async def _settle(self, running: Running) -> None:
        note, watched = running.note, running.project
        await asyncio.sleep(SETTLE)
        if watched.seat is not None:
            await watched.seat.settled(LOOKED_WITHIN)
        window = watched.attribution.take(_key(note))
        if window is None:
            return
        entry = TimelineEntry(
            project=_text(str(watched.project)), command=note.command, cwd=note.cwd, status=note.status,
            started=note.started, duration=note.duration, terminal=note.terminal, number=note.number,
            before=running.before, after=watched.git(),
            beside=[_clean(self._names.get(key, "")) for key in window.beside[:MOST_BESIDE]],
        )  # fmt: skip
        await self._keep(entry, watched.project, window)
        note.changed = entry.changed
        self._counted(note)

    async def _keep(self, entry: TimelineEntry, project: Path, window: Window) -> None:
        try:
            await asyncio.to_thread(self._write, entry, project, window)
        except (OSError, sqlite3.Error) as error:
            log.warning("the timeline cannot be written: %s", error)

    def _write(self, entry: TimelineEntry, project: Path, window: Window) -> None:
        entry.command = _clean(entry.command)
        entry.files, entry.changed = _files(project, window)
        entry.incomplete = window.incomplete
        if entry.terminal or entry.files:
            self.store.add(entry)

    # projects

    def _project(self, project: Path) -> Watched:
        """Known from now on. Without Git only a project that somebody looks at anyway is watched: it may be anything,
        up to a whole home directory."""
        watched = self._projects.get(project)
        if watched is None:
            watched = self._projects[project] = Watched(project)
        self._projects.move_to_end(project)
        if watched.seat is None and (project in self._watches or os.path.exists(project / ".git")):
            taken = watched
            watched.seat = self._watches.seat(
                project, lambda: None, lambda changes: self._changed(taken, changes)
            )
            watched.seat.start()
        self._let_one_go()
        return watched

    def _let_one_go(self) -> None:
        busy = {running.project for running in self._running.values()}
        rest = [one for one in list(self._projects.values())[:-1] if one not in busy]
        for one in rest[: max(0, len(self._projects) - MOST_PROJECTS)]:
            del self._projects[one.project]
            if one.seat is not None:
                spawn(one.seat.close(), f"no longer watch {one.project.name}")

    def _changed(self, watched: Watched, changes: Sequence[Change]) -> None:
        watched.attribution.note(changes)
        if watched.attribution.loose is not None:
            if watched.loose is not None:
                watched.loose.cancel()
            loop = asyncio.get_running_loop()
            watched.loose = loop.call_later(QUIET, self._quiet, watched)

    def _quiet(self, watched: Watched) -> None:
        watched.loose = None
        window = watched.attribution.take_loose()
        if window is None:
            return
        ended = window.ended or window.began
        entry = TimelineEntry(
            project=_text(str(watched.project)), started=int(window.began * 1000),
            duration=int((ended - window.began) * 1000), after=watched.git(),
        )  # fmt: skip
        self._spawn(self._keep(entry, watched.project, window))


def _project(cwd: str) -> Path:
    return project_of(cwd)


def _key(note: CommandNote) -> str:
    return f"{note.terminal}:{note.number}"


def point(git: GitState) -> GitPoint:
    return GitPoint(_text(git.branch), git.head, git.dirty)


def _text(name: str) -> str:
    """File names need not be UTF-8, but what is sent must be."""
    return os.fsencode(name).decode("utf-8", "replace")


def _clean(command: str) -> str:
    from picode.context.redact import redact

    return redact(command[:LONGEST_COMMAND].encode("utf-8", "replace").decode())[0]


def _files(project: Path, window: Window) -> tuple[list[FileChange], int]:
    """What is to be told of the files of a window, those that were changed last at the end, and how many they are."""
    found = []
    for path, touched in window.files.items():
        kind = letter(touched, os.path.lexists(project / path))
        if kind:
            found.append(FileChange(_text(path), kind, int(touched.last * 1000), touched.shared))
    found.sort(key=lambda change: change.path)
    return found[:MOST_FILES], len(found)
