"""Files that are to be opened in a workspace."""

import asyncio
import os
from pathlib import Path

from picode.errors import Missing
from picode.paths import project_of
from picode.protocol import requests as r
from picode.protocol.replies import Accepted
from picode.server.state import Daemon


class Opening:
    """The handler of `OpenFile`."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    async def file(self, request: r.OpenFile) -> Accepted:
        from picode.terminal.open_file import open_at

        conversation = self._daemon.conversations.get(request.conversation)
        cwd = conversation.session.cwd
        place = await asyncio.to_thread(self._daemon.panes.place, conversation.id)
        file = await asyncio.to_thread(in_project, cwd, request.path)
        await open_at(place.zellij_session, place.zellij_env, file, request.line, request.column)
        return Accepted(id=0, conversation=conversation.id)


def in_project(cwd: str, path: str) -> Path:
    """The file that `path` means from `cwd`. Raises Missing when the project has none such."""
    file = Path(os.path.realpath(os.path.join(cwd, path)))
    if not file.is_relative_to(os.path.realpath(project_of(cwd))) or not file.is_file():
        raise Missing(
            f"The project has no file {path}.", "`picode open FILE:LINE` in the shell opens any file."
        )
    return file
