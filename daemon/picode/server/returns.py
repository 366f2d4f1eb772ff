"""Conversations while nobody is there: questions are answered as `away.policy` says, and who comes back is told."""

import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any

from picode import tasks
from picode.config.schema import Away as Settings
from picode.errors import PicodeError
from picode.messages import ToolResult
from picode.protocol import events
from picode.protocol.events import AnyEvent, Returned
from picode.protocol.values import Approval, Digest, Place, Status
from picode.server.attendance import Attendance
from picode.server.away import REASONS, Tally, answer_for, digest
from picode.server.conversations import Conversations
from picode.server.notify import Notifier
from picode.server.tallies import Tallies

LOOK_EVERY = 10.0
"""Seconds between two looks, while a turn runs tools, at whether somebody is there."""
log = logging.getLogger(__name__)


class Returns:
    """`heard` takes every event of every conversation, `sign` each sign of a person. `emit` announces an event;
    `settings(conversation)` may read a file; `left(conversation)` is told that nobody is there."""

    def __init__(
        self,
        conversations: Conversations,
        attendance: Attendance,
        emit: Callable[[str, AnyEvent], None],
        settings: Callable[[str], Settings],
        left: Callable[[str], None],
        *,
        tallies: Tallies,
    ) -> None:
        self._conversations, self._attendance = conversations, attendance
        self._emit, self._settings, self._left = emit, settings, left
        self._tallies = tallies
        self._signs: dict[str, float] = {}
        self._looked: dict[str, float] = {}
        self._coming: set[str] = set()
        self._notifier = Notifier()

    def heard(self, conversation: str, event: AnyEvent) -> None:
        """Never waits, and never fails."""
        match event:
            case events.ApprovalNeeded(approval):
                self._tally(conversation)
                self._spawn(self._asked(conversation, approval))
            case events.TurnEnded(outcome):
                self._take(conversation, event)
                self._spawn(self._rests(conversation, outcome))
            case events.TurnStarted():
                self._tally(conversation)
            case events.ToolStarted():
                self._take(conversation, event)
                if time.monotonic() - self._looked.get(conversation, 0) > LOOK_EVERY:
                    self._spawn(self._look(conversation))
            case events.EntryAdded():
                if self._tallies.get(conversation) is not None:
                    self._take(conversation, event)

    def sign(self, conversation: str, *, person: bool = True) -> None:
        """A person did something, or may be back (`person` false): who was away is told what happened."""
        if person:
            self._signs[conversation] = time.monotonic()
        tally = self._tallies.get(conversation)
        if tally is not None and tally.away and conversation not in self._coming:
            self._coming.add(conversation)
            self._spawn(self._back(conversation))

    async def attend(self, conversation: str, place: Place, pid: int) -> Digest | None:
        """A pane shows it from now on; what happened while nobody was there, told once."""
        self._attendance.attend(conversation, place, pid)
        tally = self._tallies.get(conversation)
        if tally is not None and not tally.away and conversation in self._tallies.restored:
            # the daemon before this one had not seen yet whether somebody was there
            self._tallies.restored.discard(conversation)
            await self._look(conversation)
        if tally is None or not tally.away or not await self._present(conversation):
            return None
        return self._told(conversation)

    async def close(self) -> None:
        await self._notifier.close()

    # what happens

    async def _asked(self, conversation: str, approval: Approval) -> None:
        present = await self._look(conversation)
        settings = self._settings(conversation)
        answer = answer_for(settings.policy, present)
        if answer is None:
            self._notify(conversation, settings, present, f"Waits for you: {approval.tool}: {approval.title}")
            return
        try:
            self._conversations.get(conversation).answer(approval.call_id, answer, REASONS[answer])
        except PicodeError:
            return  # somebody was quicker
        self._tally(conversation).answered(answer, f"{approval.tool}: {approval.title}")
        self._tallies.keep(conversation)

    async def _rests(self, conversation: str, outcome: str) -> None:
        present = await self._look(conversation)
        word = {"done": "Has finished", "cancelled": "Was cancelled"}.get(outcome, "Has failed")
        self._notify(
            conversation, self._settings(conversation), present, f"{word}: {self._named(conversation)}"
        )

    async def _look(self, conversation: str) -> bool:
        """Whether somebody is there: then all until now was seen."""
        self._looked[conversation] = time.monotonic()
        present = await self._present(conversation)
        tally = self._tally(conversation)
        if not present:
            if not tally.away:
                tally.away = True
                self._tallies.keep(conversation)
                log.info("nobody is at conversation %s", conversation)
                self._left(conversation)
        elif not tally.away:
            log.debug("somebody is at conversation %s", conversation)
            self._begin(conversation)
        else:
            self.sign(conversation, person=False)
        return present

    async def _back(self, conversation: str) -> None:
        try:
            # where no pane is there to show it, the next one that comes is told
            if self._attendance.panes(conversation) and await self._present(conversation):
                found = self._told(conversation)
                if found is not None:
                    self._emit(conversation, Returned(found))
        finally:
            self._coming.discard(conversation)

    async def _present(self, conversation: str) -> bool:
        return await self._attendance.present(conversation)

    def _told(self, conversation: str) -> Digest | None:
        tally = self._tallies.get(conversation)
        found = (
            digest(tally, self._status(conversation), time.time_ns() // 1_000_000)
            if tally is not None
            else None
        )
        self._begin(conversation)
        return found

    def _begin(self, conversation: str) -> Tally:
        """Somebody is there now: count from here."""
        before = self._tallies.get(conversation)
        fresh = Tally(time.time_ns() // 1_000_000, self._status(conversation).cost)
        fresh.titles = before.titles if before is not None else {}
        for old in self._tallies.begin(conversation, fresh):
            self._signs.pop(old, None)
            self._looked.pop(old, None)
        return fresh

    def _tally(self, conversation: str) -> Tally:
        tally = self._tallies.get(conversation)
        return tally if tally is not None else self._begin(conversation)

    def _take(self, conversation: str, event: AnyEvent) -> None:
        self._tally(conversation).take(event)
        # most entries are no result of a tool, and tell nothing
        if not isinstance(event, events.EntryAdded) or isinstance(event.entry.message, ToolResult):
            self._tallies.keep(conversation)

    def _status(self, conversation: str) -> Status:
        try:
            return self._conversations.get(conversation).status
        except PicodeError:
            return Status()

    def _named(self, conversation: str) -> str:
        try:
            return self._conversations.get(conversation).session.cwd
        except PicodeError:
            return conversation

    def _notify(self, conversation: str, settings: Settings, present: bool, text: str) -> None:
        idle = time.monotonic() - self._signs.get(conversation, 0.0)
        self._notifier.tell(conversation, settings.notify, text, present=present, idle=idle)

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        async def run() -> None:
            try:
                await work
            except Exception:
                log.exception("who is there could not be seen")

        tasks.spawn(run(), "attendance")
