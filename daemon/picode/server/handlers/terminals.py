"""What recorders tell of their terminals."""

from picode.protocol import replies
from picode.protocol import requests as r
from picode.server.state import Daemon


class Recorders:
    """Handlers of the recorders' notes and of `GetTerminals`."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._terminals = daemon.terminals

    def opened(self, request: r.TerminalOpened) -> replies.Accepted:
        self._terminals.opened(request.terminal)
        self._daemon.timeline.opened(request.terminal.place.cwd)
        self._daemon.explorers.sign_of_life(request.terminal.place, shell=True)
        self._daemon.explorers.changed(request.terminal.place.zellij_session)
        return replies.Accepted(id=0)

    def started(self, request: r.CommandStarted) -> replies.Accepted:
        self._terminals.started(request.terminal, request.note)
        self._daemon.timeline.began(request.note)
        return replies.Accepted(id=0)

    def finished(self, request: r.CommandFinished) -> replies.Accepted:
        self._terminals.finished(request.terminal, request.note)
        self._daemon.timeline.ended(request.note)
        return replies.Accepted(id=0)

    def closed(self, request: r.TerminalClosed) -> replies.Accepted:
        self._terminals.closed(request.terminal)
        self._daemon.timeline.closed(request.terminal)
        return replies.Accepted(id=0)

    def all(self, request: r.GetTerminals) -> replies.Terminals:
        return replies.Terminals(id=0, terminals=self._terminals.all(request.zellij_session))
