"""What requests to models cost."""

import asyncio
import os

from picode import config
from picode.paths import project_of
from picode.protocol import requests as r
from picode.protocol.replies import Spending
from picode.protocol.spending import SpendRow
from picode.server.state import Daemon

MOST = 1000


class Spendings:
    """Handler of `GetSpending`; it reads in a thread."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    async def spending(self, request: r.GetSpending) -> Spending:
        cwd = request.cwd
        if request.conversation:
            cwd = self._daemon.conversations.get(request.conversation).session.cwd
        return await asyncio.to_thread(self._read, request, cwd)

    def _read(self, request: r.GetSpending, cwd: str) -> Spending:
        from picode.providers.spending import report

        ledger = self._daemon.ledger()
        project = str(project_of(cwd)) if cwd else ""
        spans = report.spans(ledger, request.conversation, project)
        limits = config.load(self._daemon.paths, os.environ, project_of(cwd) if cwd else None).settings.limits
        for span in spans:
            span.limit = getattr(limits.spend, span.span)
        where = None
        if request.only:
            where = ("conversation", request.conversation) if request.conversation else ("workspace", project)
        rows = report.rows(ledger, request.by, max(1, min(request.limit, MOST)), where)
        if request.by == "conversation":
            self._name(rows)
        total = report.total(ledger, where)
        return Spending(0, request.by, rows, spans, total, report.estimates(ledger))

    def _name(self, rows: list[SpendRow]) -> None:
        known = {info.id: info.name or info.first for info in self._daemon.conversations.store.list("", MOST)}
        for row in rows:
            row.name = known.get(row.key, "")[:80]
