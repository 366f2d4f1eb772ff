"""Lists to choose from: models, conversations, files, prompts."""

import asyncio
from pathlib import Path

from picode.protocol import requests as r
from picode.protocol.replies import Conversations, Files, Models, Prompts, Sent
from picode.protocol.values import SentReceipt
from picode.server.state import Daemon

MOST = 1000


class Lists:
    """Handlers of `Get…` requests; those that read a disk or ask a keyring do it in a thread."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    async def models(self, request: r.GetModels) -> Models:
        found = await asyncio.to_thread(self._daemon.models)
        roles = await asyncio.to_thread(self._daemon.roles) if request.roles else []
        return Models(id=0, models=found, roles=roles)

    async def conversations(self, request: r.GetConversations) -> Conversations:
        living = self._daemon.conversations
        limit = max(1, min(request.limit, MOST))
        found = await asyncio.to_thread(living.store.list, request.cwd, limit)
        for info in found:
            info.state = living.state_of(info.id)
        return Conversations(id=0, conversations=found)

    async def files(self, request: r.GetFiles) -> Files:
        from picode.context.files import complete

        cwd = self._daemon.conversations.get(request.conversation).session.cwd
        limit = max(1, min(request.limit, MOST))
        return Files(id=0, paths=await asyncio.to_thread(complete, cwd, request.query, limit))

    def prompts(self, request: r.GetPrompts) -> Prompts:
        return Prompts(id=0, prompts=self._daemon.prompts.last(max(1, request.limit)))

    async def sent(self, request: r.GetSent) -> Sent:
        return Sent(id=0, receipts=await asyncio.to_thread(self._sent, request))

    def _sent(self, request: r.GetSent) -> list[SentReceipt]:
        from picode.sessions.receipts import receipts_in

        store, limit = self._daemon.conversations.store, max(1, min(request.limit, MOST))
        if request.conversation:
            path = self._daemon.conversations.stores.path_of(request.conversation)
            found = receipts_in(path, path.stem.rpartition("_")[2], request.tools)
        else:
            listed = store.list(request.cwd, MOST)
            each = [receipts_in(Path(info.path), info.id, request.tools) for info in listed]
            found = [one for several in each for one in several]
        return sorted(found, key=lambda one: one.time)[::-1][:limit]
