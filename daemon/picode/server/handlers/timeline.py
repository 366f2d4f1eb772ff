"""The timeline: what ran in a project, and which change broke a test."""

import asyncio
import sqlite3
from pathlib import Path

from picode.context.timeline.between import Between
from picode.context.timeline.blame import blame
from picode.errors import DiskFailed
from picode.paths import project_of
from picode.protocol import requests as r
from picode.protocol.replies import Blamed, Timeline
from picode.protocol.values import TimelineEntry
from picode.server.state import Daemon

MOST = 20_000


class Timelines:
    """Handlers of `GetTimeline` and `GetBlame`; both read in a thread."""

    def __init__(self, daemon: Daemon) -> None:
        self._timeline = daemon.timeline

    async def timeline(self, request: r.GetTimeline) -> Timeline:
        project = await asyncio.to_thread(project_of, request.cwd)
        limit = max(1, min(request.limit, MOST))
        entries = await asyncio.to_thread(self._read, project, request.since, limit)
        return Timeline(0, str(project), entries, self._timeline.watched(project))

    async def blame(self, request: r.GetBlame) -> Blamed:
        project = await asyncio.to_thread(project_of, request.cwd)
        entries = await asyncio.to_thread(self._read, project, 0, MOST)
        return Blamed(0, await asyncio.to_thread(blame, entries, request.command, Between(project)))

    def _read(self, project: Path, since: int, limit: int) -> list[TimelineEntry]:
        try:
            return self._timeline.store.entries(str(project), since, limit)
        except (sqlite3.Error, OSError) as error:
            raise DiskFailed(f"The timeline cannot be read: {error}.", "Try again in a moment.") from error
