"""The workspace around a conversation: its layout in Zellij, its project's files."""

from picode.errors import Unavailable
from picode.protocol import requests as r
from picode.protocol.replies import Accepted
from picode.server import layouts
from picode.server.pane_forms import first_directory
from picode.server.state import Daemon


class Workspace:
    """Handlers of `SetLayout` and `WatchFiles`."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    async def set_layout(self, request: r.SetLayout) -> Accepted:
        if request.place is None or not request.place.zellij_session:
            raise Unavailable("Only a workspace in Zellij has a layout.", "`picode up` opens one.")
        session = request.place.zellij_session

        def began(pane: str) -> str:
            info = self._daemon.terminals.in_pane(session, pane)
            return first_directory(info.pid) if info is not None else ""

        await layouts.switch(request.place, request.name, began)
        # a layout may have brought a new explorer
        self._daemon.explorers.sign_of_life(request.place)
        return Accepted(id=0)

    def watch_files(self, request: r.WatchFiles) -> Accepted:
        self._daemon.projects.follow(request.cwd)
        return Accepted(id=0)
