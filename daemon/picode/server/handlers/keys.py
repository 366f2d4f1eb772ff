"""The passphrase of the kept keys."""

import asyncio

from picode.credentials import Secret
from picode.protocol import requests as r
from picode.protocol.replies import Accepted
from picode.server.state import Daemon


class Keys:
    """Handler of `Unlock`; a passphrase is stretched in a thread."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    async def unlock(self, request: r.Unlock) -> Accepted:
        await asyncio.to_thread(self._daemon.unlock, Secret(request.passphrase))
        return Accepted(0)
