"""Questions without a conversation."""

from picode.protocol.completing import Complete
from picode.protocol.replies import Completed
from picode.server.state import Daemon


class Completions:
    """Handler of `Complete`."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    async def complete(self, request: Complete) -> Completed:
        return await self._daemon.complete(request)
