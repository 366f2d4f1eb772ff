"""One program's conversation with the daemon: which one it is, its state, and what is waited for."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Literal

import msgspec

from picode.client.stream import Stream
from picode.errors import PicodeError
from picode.messages import BashExecution
from picode.pi_events import COMMAND, Translation
from picode.protocol import events as e
from picode.protocol import requests as r
from picode.protocol.replies import Lines, Snapshot, Tuned
from picode.protocol.values import Place, Prices, Status
from picode.rpc import dialogs, facts

OPENS_WITHIN = 60.0
"""Seconds that a conversation of hundreds of megabytes may take on a machine that is busy."""
ENDS_WITHIN = 10.0
"""Seconds that a cancelled turn has to end."""
COMMAND_WITHIN = 24 * 3600.0
"""Seconds that a `bash` command, a turn's end or a summary is waited for; the person may cancel them before."""
Object = dict[str, Any]


class Talk:
    """`write` takes an object for the program; `allow`: tools that never ask; `scope`: models to change between, with
    their levels; `like`: what a further conversation has of the first."""

    def __init__(
        self,
        daemon: Stream,
        place: Place,
        write: Callable[[Object], None],
        allow: list[str],
        *,
        scope: list[tuple[str, str]] | None = None,
        like: r.Open | None = None,
    ) -> None:
        self.daemon, self.place, self.write, self.allow = daemon, place, write, allow
        self.scope = scope or []
        self._like = like or r.Open(0, place)
        self.ephemeral = self._like.ephemeral
        self.id = ""
        self.path = ""
        self.name = ""
        self.status = Status()
        self.prices: dict[str, Prices | None] = {}
        """Of models, once they were listed."""
        self._translation = Translation()
        self._entries: list[Object] = []
        self._leaf = ""
        self._begun: dict[str, deque[Any]] = defaultdict(deque)
        """The programs' ids of commands that have not begun."""
        self._given: dict[str, Any] = {}
        """The same, of commands that run, by the daemon's id."""
        self._commands: dict[str, deque[asyncio.Future[BashExecution]]] = defaultdict(deque)
        self._summaries: list[asyncio.Future[str]] = []
        self._summary: str | None = None
        """How the last summary ended, until the conversation is at rest or goes on."""
        self._ends: list[asyncio.Future[None]] = []
        """Who waits for the end of the turn."""
        self.waits_to_retry = False
        """A call has failed, and is made again after a while."""
        self._asked: set[str] = set()
        self._dialogs: set[str] = set()
        """What extensions ask, and the program was told of."""
        daemon.on_snapshot = self._renewed

    async def go(self, conversation: str) -> None:
        """From now on this one; the one before goes on without us."""
        if self.id:
            await self.daemon.leave(self.id)
        self._entries, self._leaf, self._translation = [], "", Translation()
        self.id = conversation
        self._renewed(await self.daemon.follow(conversation))

    async def open(self, choice: Literal["new", "named"], name: str = "", parent: str = "") -> None:
        """Go to another conversation; `parent`: the file that a new one comes from."""
        like = self._like
        request = r.Open(
            0, self.place, choice, name, tail=1, directory=like.directory, wishes=like.wishes,
            ephemeral=like.ephemeral and choice == "new", parent=parent,
            leaving=self.id,
        )  # fmt: skip
        await self.go((await self.daemon.ask_for(Snapshot, request, OPENS_WITHIN)).conversation)

    def _renewed(self, snapshot: Snapshot) -> None:
        self._shown(Status(), snapshot.status)
        self.path, self.name, self.status = snapshot.path, snapshot.name, snapshot.status
        for approval in snapshot.status.approvals:
            self._ask_person(approval)

    @property
    def busy(self) -> bool:
        return self.status.state in ("thinking", "compacting", "tool", "waiting")

    async def end_turn(self) -> None:
        """Cancel the turn that runs and wait for its end, but not for the next one, which may be queued."""
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ends.append(ended)
        try:
            busy = self.busy
            await self.daemon.ask(r.Cancel(0, self.id, "turn"))
            if busy:
                with suppress(TimeoutError):
                    await asyncio.wait_for(ended, ENDS_WITHIN)
        finally:
            self._ends.remove(ended)

    async def tune(self, **changes: Any) -> Tuned:
        return await self.daemon.ask_for(Tuned, r.Tune(0, self.id, **changes))

    async def entries(self) -> tuple[list[Object], str]:
        """Every entry as it stands in the file, without the header, and the one that the next message follows."""
        more = True
        while more:
            after = str(self._entries[-1].get("id", "")) if self._entries else ""
            found = await self.daemon.ask_for(Lines, r.GetLines(0, self.id, after), 60)
            self._entries += facts.entries(found.lines)
            self._leaf, more = found.leaf, found.more and bool(found.lines)
        return self._entries, self._leaf

    async def run(self, command: str, share: bool, id_: Any = None) -> BashExecution:
        """`bash`: its end, as it was saved; `id_`: the program's own."""
        done: asyncio.Future[BashExecution] = asyncio.get_running_loop().create_future()
        waiting = self._commands[command]
        waiting.append(done)
        self._begun[command].append(id_)
        try:
            await self.daemon.ask(r.RunCommand(0, self.id, command, share))
            return await asyncio.wait_for(done, COMMAND_WITHIN)
        finally:
            if done in waiting:
                waiting.remove(done)

    async def compact(self, instructions: str) -> None:
        """Raises PicodeError when there is no summary in the end."""
        done: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._summaries.append(done)
        try:
            await self.daemon.ask(r.Compact(0, self.id, instructions))
            error = await asyncio.wait_for(done, COMMAND_WITHIN)
        finally:
            self._summaries.remove(done)
        if error:
            raise PicodeError(error)

    def event(self, event: e.AnyEvent) -> None:
        """What the daemon announced, in pi's words to the program."""
        match event:
            case e.StatusChanged(status):
                self._shown(self.status, status)
                self.status = status
            case e.NameChanged(name):
                self.name = name
            case e.ApprovalNeeded(approval):
                self._ask_person(approval)
            case e.ApprovalSettled(call_id):
                self._asked.discard(call_id)
            case e.EntryAdded(entry) if isinstance(entry.message, BashExecution):
                self._command_ended(entry.message)
            case e.ToolStarted(call_id, _, title) if call_id.startswith(COMMAND) and self._begun[title]:
                self._given[call_id] = self._begun[title].popleft()
            case e.CompactionEnded(_, error):
                self._summary = error
            case e.TurnEnded() | e.AnswerBegun() if self._summary is not None:
                self._summarised(self._summary)
            case e.Noticed() | e.TitleSet() | e.EditorSet():
                self.write(dialogs.told(event))
        for told in self._translation.objects(event):
            if told["type"] == "bash_execution_update":
                self._name_command(told)
            self.write(told)
        self._retries(event)

    def _retries(self, event: e.AnyEvent) -> None:
        """And who waits for the turn's end hears of it after the program did."""
        if isinstance(event, e.Retrying):
            self.waits_to_retry = True
        elif isinstance(event, e.AnswerBegun | e.TurnEnded):
            self.waits_to_retry = False
        if isinstance(event, e.TurnEnded):
            for ended in self._ends:
                if not ended.done():
                    ended.set_result(None)

    def _command_ended(self, execution: BashExecution) -> None:
        if waiting := self._commands.get(execution.command):
            done = waiting.popleft()
            if not done.done():
                done.set_result(execution)

    def _name_command(self, told: Object) -> None:
        """What a program's own command prints goes by the id that the program gave it."""
        call_id = told.pop("id")
        if self._given.get(call_id) is not None:
            told["id"] = self._given[call_id]

    def _summarised(self, error: str) -> None:
        self._summary = None
        for one in self._summaries:
            if not one.done():
                one.set_result(error)

    def _ask_person(self, approval: Any) -> None:
        if approval.call_id not in self._asked:
            self._asked.add(approval.call_id)
            self.write(dialogs.request(approval))

    def _shown(self, before: Status, after: Status) -> None:
        """What extensions ask and show."""
        for told in dialogs.shown(before, after):
            self.write(told)
        self._dialogs &= {one.id for one in after.dialogs}
        for dialog in after.dialogs:
            if dialog.id not in self._dialogs:
                self._dialogs.add(dialog.id)
                self.write(dialogs.asked(dialog))

    async def answered(self, response: Object) -> None:
        """A dialog's answer; one that nobody waits for any more is dropped, as pi does."""
        call_id = response.get("id")
        if isinstance(call_id, str) and call_id in self._dialogs:
            await self.daemon.ask(r.AnswerDialog(0, self.id, call_id, **dialogs.answer(response)))
        if isinstance(call_id, str) and call_id in self._asked:
            self._asked.discard(call_id)
            await self.daemon.ask(r.Answer(0, self.id, call_id, dialogs.decision(response)))


def shape(execution: BashExecution) -> Object:
    """A command's end as `bash` answers it."""
    told: Object = msgspec.to_builtins(execution)
    names = ("output", "exitCode", "cancelled", "truncated", "fullOutputPath")
    return {"cancelled": False, "truncated": False} | {name: told[name] for name in names if name in told}
