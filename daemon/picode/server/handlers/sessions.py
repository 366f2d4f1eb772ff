"""Conversations as files: search, export, import, delete; and moving in their trees."""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from picode import tasks
from picode.errors import Missing, TryLater, UsageError
from picode.protocol import requests as r
from picode.protocol.events import AnyEvent, LeafMoved, NameChanged
from picode.protocol.replies import Accepted, Exported, Found, Lines, Moved, Peeked, Tree
from picode.server.state import Daemon
from picode.sessions import branching
from picode.sessions.disk import failed
from picode.sessions.file import SessionFile
from picode.sessions.messages import branch_of

if TYPE_CHECKING:
    from picode.agents.conversation import Conversation

MOST_HITS = 500
MOST_NODES = 10_000
MOST_PEEKED = 50
MOST_BYTES = 8 * 1024 * 1024
"""Of lines in one reply."""
PATIENCE = 5.0
"""Seconds that a search waits for conversations that are still being read."""


class Sessions:
    """Handlers that read or write much do it in a thread."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._conversations = daemon.conversations
        self._store = daemon.conversations.store

    async def search(self, request: r.Search) -> Found:
        limit = max(1, min(request.limit, MOST_HITS))
        hits, pending = await asyncio.to_thread(
            self._store.search, request.words, request.cwd, limit, PATIENCE
        )
        return Found(id=0, hits=hits, pending=pending)

    async def export(self, request: r.Export) -> Exported:
        session = self._conversations.stores.path_of(request.conversation)
        return await asyncio.to_thread(_export, session, request, self._daemon.paths.data / "exports")

    async def take_in(self, request: r.Import) -> Accepted:
        from picode.sessions.exchange import take_in

        if not request.path.startswith("/"):
            raise UsageError(f"{request.path} is not an absolute path.")
        return Accepted(id=0, conversation=await asyncio.to_thread(take_in, self._store, Path(request.path)))

    async def delete(self, request: r.Delete) -> Accepted:
        from picode.sessions.exchange import remove

        path = self._conversations.stores.path_of(request.conversation)
        id_ = await self._conversations.let_go(path)
        if path.exists():
            await asyncio.to_thread(remove, self._store, path)
        return Accepted(id=0, conversation=id_)

    async def tree(self, request: r.GetTree) -> Tree:
        from picode.sessions.outline import outline

        session = self._conversations.get(request.conversation).session
        limit = max(1, min(request.limit, MOST_NODES))
        return Tree(id=0, leaf=session.leaf or "", nodes=outline(session, limit))

    async def peek(self, request: r.Peek) -> Peeked:
        return await asyncio.to_thread(
            _peek, self._conversations.stores.path_of(request.conversation), request
        )

    def lines(self, request: r.GetLines) -> Lines:
        session = self._conversations.get(request.conversation).session
        first = 0
        if request.after:
            first = session.tree.by_id.get(request.after, -1) + 1
            if not first:
                raise Missing(f"Entry {request.after} not found.", "`/tree` shows those that are there.")
        found, size, total = list[bytes](), 0, len(session.tree)
        for position in range(first, total):
            line = session.line(position)
            size += len(line)
            if found and size > MOST_BYTES:
                break
            found.append(line)
        return Lines(0, session.leaf or "", found, first + len(found) < total)

    async def navigate(self, request: r.Navigate) -> Moved:
        conversation = self._at_rest(request.conversation)
        session = conversation.session
        old, write = session.leaf, None
        if conversation.joined is not None:
            write = await conversation.joined.before_tree(request)
        if request.summarise and write is None:
            left = branch_of(session, branching.left_by(session, request.entry))
            if left:
                write = await conversation.summarise_branch(left, request.instructions)
            if session.leaf != old:
                raise TryLater("The conversation was moved while its branch was summarised.", "Try again.")
        text = branching.navigate(session, request.entry)
        if write is not None:
            write(old or "")
            self._sync(conversation)
        leaf = session.leaf or ""
        self._tell(conversation, LeafMoved(leaf))
        if conversation.joined is not None:
            conversation.joined.moved(old or "", written=write is not None)
        return Moved(id=0, conversation=conversation.id, leaf=leaf, text=text)

    async def fork(self, request: r.Fork) -> Moved:
        session = await self._before_fork(request.conversation, request.entry, "before")
        made, text = await asyncio.to_thread(branching.fork, session, request.entry)
        return self._moved(made, text)

    async def clone(self, request: r.Clone) -> Moved:
        session = await self._before_fork(request.conversation, "", "at")
        return self._moved(await asyncio.to_thread(branching.clone, session))

    async def _before_fork(self, name: str, entry: str, position: str) -> SessionFile:
        """Its extensions may cancel it. Raises NotAllowed."""
        conversation = self._conversations.get(name)
        if conversation.joined is not None:
            entry = entry or conversation.session.leaf or ""
            await conversation.joined.leave(
                {"type": "session_before_fork", "entryId": entry, "position": position}
            )
        return conversation.session

    def label(self, request: r.SetLabel) -> Accepted:
        conversation = self._conversations.get(request.conversation)
        branching.set_label(conversation.session, request.entry, request.label)
        self._sync(conversation)
        return Accepted(id=0, conversation=conversation.id)

    def name(self, request: r.SetName) -> Accepted:
        conversation = self._conversations.get(request.conversation)
        name = branching.set_name(conversation.session, request.name)
        self._sync(conversation)
        self._tell(conversation, NameChanged(name))
        return Accepted(id=0, conversation=conversation.id)

    def _moved(self, made: SessionFile, text: str = "") -> Moved:
        self._store.adopt(made)
        return Moved(id=0, conversation=made.id, leaf=made.leaf or "", text=text)

    def _at_rest(self, name: str) -> "Conversation":
        """A call and its result stay on one path."""
        conversation = self._conversations.get(name)
        if conversation.busy:
            raise TryLater("The conversation is at work.", "Wait for the turn to end, or cancel it.")
        return conversation

    def _sync(self, conversation: "Conversation") -> None:
        tasks.spawn(asyncio.to_thread(conversation.session.sync), "sync")

    def _tell(self, conversation: "Conversation", event: AnyEvent) -> None:
        self._daemon.bus.emit(conversation.id, event)


def _peek(path: Path, request: r.Peek) -> Peeked:
    from picode.sessions.display import entry_at, path_entries

    session = SessionFile.look(path)
    try:
        if request.entry:
            found = entry_at(session, request.entry)
            return Peeked(0, session.id, [found] if found else [])
        entries, earlier = path_entries(session, max(1, min(request.tail, MOST_PEEKED)))
        return Peeked(0, session.id, entries, earlier)
    finally:
        session.close()


def _export(session: Path, request: r.Export, directory: Path) -> Exported:
    from picode.sessions.export import export

    found = SessionFile.look(session)
    try:
        target = Path(request.path) if request.path else directory / f"{session.stem}.{request.format}"
        if not target.is_absolute():
            raise UsageError(f"{request.path} is not an absolute path.")
        return _whole(target, lambda file: export(found, request.format, file), over=not request.path)
    finally:
        found.close()


def _whole(target: Path, write: Callable[[IO[bytes]], None], over: bool) -> Exported:
    """Make the file all at once; only one that is our own is written over."""
    import tempfile

    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".picode-", delete=False) as file:
            try:
                write(file.file)
                file.flush()
                if over:
                    os.replace(file.name, target)
                else:
                    os.link(file.name, target)
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(file.name)
            return Exported(id=0, path=str(target), size=file.tell())
    except FileExistsError as error:
        raise UsageError(
            f"{target} is there already.", "Choose another name; nothing was written."
        ) from error
    except OSError as error:
        raise failed(target, "written", error, "file") from error
