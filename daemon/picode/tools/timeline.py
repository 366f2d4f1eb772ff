"""timeline: what the user ran in this project's terminals and what changed while it ran, and what broke a test."""

import asyncio
import sqlite3
from pathlib import Path

from picode.context.timeline.between import Between
from picode.context.timeline.blame import blame
from picode.context.timeline.store import TimelineStore
from picode.context.timeline.telling import files_told, named, when
from picode.messages import ToolSpec
from picode.paths import project_of
from picode.protocol.values import TimelineEntry
from picode.tools.base import (
    Arguments,
    Outcome,
    Place,
    Plan,
    Running,
    ToolFailed,
    parameter,
    parameters,
    said,
)
from picode.tools.notices import limited

DEFAULT_LIMIT = 30
MOST = 20_000
FILE = "timeline.db"
"""Below the state directory."""


class Timeline:
    reads = True
    spec = ToolSpec(
        "timeline",
        "What the user ran in this project's terminals: each command with its status, the files that changed while it "
        f"ran, and how branch and commit moved; latest last, {DEFAULT_LIMIT} of them unless `limit` says otherwise. "
        "With `blame`, a test command as the user types it: its first red run after the last green one, and the "
        "commands, files and commits between the two.",
        parameters(
            (),
            blame=parameter(
                "string", "A test command, for example `make test`; without it the last commands"
            ),
            limit=parameter("number", f"The most commands (default {DEFAULT_LIMIT})"),
        ),
    )

    def __init__(self, state: Path) -> None:
        self._store = TimelineStore(state / FILE)

    def plan(self, arguments: Arguments, place: Place) -> Plan:
        test = str(arguments.get("blame") or "").strip()
        limit = max(1, min(int(arguments.get("limit") or DEFAULT_LIMIT), 500))

        async def run(running: Running) -> Outcome:
            return await asyncio.to_thread(self._blame if test else self._last, place.cwd, test, limit)

        return Plan(f"timeline --blame {test}" if test else "timeline", run)

    def _blame(self, cwd: Path, test: str, limit: int) -> Outcome:
        project = project_of(cwd)
        found = blame(self._entries(project, MOST), test, Between(project))
        return limited("\n".join(found.sentences), [])

    def _last(self, cwd: Path, test: str, limit: int) -> Outcome:
        entries = self._entries(project_of(cwd), limit)
        if not entries:
            return said("No command of a recorded terminal is known in this project.")
        return limited("\n".join(map(_line, entries)), [])

    def _entries(self, project: Path, limit: int) -> list[TimelineEntry]:
        try:
            return self._store.entries(str(project), limit=limit)
        except (sqlite3.Error, OSError) as error:
            raise ToolFailed(f"The timeline cannot be read: {error}") from error


def _line(entry: TimelineEntry) -> str:
    status = "" if not entry.terminal else f" status {'unknown' if entry.status is None else entry.status},"
    beside = f" (beside {', '.join(f'`{other}`' for other in entry.beside)})" if entry.beside else ""
    changed = files_told(entry, 20) or "no file changed"
    return f"{when(entry.started)}: {named(entry)},{status} {changed}{beside}"
