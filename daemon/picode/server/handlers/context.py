"""What a model would get to see of a project for a question."""

import asyncio
import sqlite3

from picode import config
from picode.context.choose.modes import MODES
from picode.context.choose.pack import block
from picode.errors import DiskFailed, UsageError
from picode.paths import project_of
from picode.protocol import requests as r
from picode.protocol.replies import Context
from picode.protocol.values import ContextFile
from picode.server.state import Daemon

PATIENCE = 120.0
"""Seconds that a cold index gets: who asks for the choice itself waits for it."""
USUAL = 4000
"""Tokens, where the setting has none."""


class Contexts:
    """Handler of `GetContext`."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    async def context(self, request: r.GetContext) -> Context:
        if request.mode not in MODES:
            raise UsageError(f"There is no mode {request.mode!r}.", f"One of: {', '.join(MODES)}.")
        project = await asyncio.to_thread(project_of, request.cwd)
        settings = await asyncio.to_thread(config.load, self._daemon.paths, project=project)
        budget = request.budget or settings.settings.context.budget or USUAL
        try:
            choice = await self._daemon.indexes.choose(
                project, request.question, budget, PATIENCE,
                mode=request.mode, pinned=request.pinned, dropped=request.dropped,
            )  # fmt: skip
        except sqlite3.Error as error:
            raise DiskFailed(f"The index cannot be read: {error}.", "Try again in a moment.") from error
        index = await self._daemon.indexes.of(project)
        chosen = {one.path: one for one in choice.chosen}
        ranked = [ContextFile(one.path, one.score, one.why) for one in choice.ranked]
        return Context(
            0, str(project), ranked,
            [ContextFile(one.path, one.score, {}, one.lines, one.tokens) for one in chosen.values()],
            files=choice.files, ready=index is not None and index.ready.is_set(),
            ranking=choice.took[0], packing=choice.took[1], text=block(choice.chosen) if request.text else "",
            notice=notice(index.failure, index.anew) if index is not None else NO_PROJECT,
        )  # fmt: skip


NO_PROJECT = "This is no project: a home directory is not indexed."


def notice(failure: str, anew: str) -> str:
    if failure:
        return f"The index cannot be kept: {failure}."
    return f"The old index could not be used ({anew}) and was made anew." if anew else ""
