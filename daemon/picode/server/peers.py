"""Who has said hello: the clients by their socket identity, the latest 4,096 of them."""

import os
from collections import OrderedDict
from dataclasses import dataclass

MOST = 4096


@dataclass(frozen=True)
class Peer:
    client: str
    pid: int


class Peers:
    """A client that was forgotten is told to say hello again, and does."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: OrderedDict[bytes, Peer] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def greet(self, identity: bytes, client: str, pid: int) -> None:
        self._known[identity] = Peer(client[:64], pid)
        self._known.move_to_end(identity)
        if len(self._known) > self._most:
            self._known.popitem(last=False)

    def knows(self, identity: bytes) -> bool:
        """Whether it said hello; this also counts as a sign of life."""
        if identity not in self._known:
            return False
        self._known.move_to_end(identity)
        return True

    def living(self) -> int:
        """How many processes that said hello are still there."""
        pids = {peer.pid for peer in self._known.values() if peer.pid > 0}
        return sum(1 for pid in pids if pid != os.getpid() and _alive(pid))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
