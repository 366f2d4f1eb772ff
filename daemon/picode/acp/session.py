"""One conversation that an editor has open: its events go to the editor, its questions wait for their turns' ends."""

import asyncio
from contextlib import suppress
from typing import Any

from acp.exceptions import RequestError
from acp.helpers import text_block, tool_content, update_agent_message_text
from acp.interfaces import Client
from acp.schema import AllowedOutcome, PermissionOption, PromptResponse, ToolCallUpdate

from picode import tasks
from picode.acp import choices, dialogs, tool_calls
from picode.acp.updates import Updates
from picode.client.stream import Stream
from picode.errors import PicodeError
from picode.messages import Assistant, Image
from picode.protocol import events as e
from picode.protocol import requests as r
from picode.protocol.replies import Models, SlashCommands, Snapshot
from picode.protocol.values import Approval, Decision, Dialog, Status

TURN_WITHIN = 24 * 3600.0
"""Seconds that a turn is waited for; the person may cancel it before."""
DECISIONS: dict[str, Decision] = {"allow": "allow", "always": "always", "reject": "deny"}


class Session:
    """`stream` is its own; `terminals`: the editor shows terminals."""

    def __init__(self, stream: Stream, snapshot: Snapshot, client: Client, terminals: bool) -> None:
        self.id, self.stream, self._client = snapshot.conversation, stream, client
        self.status: Status = snapshot.status
        self.mode = choices.ASK
        self.models: list[str] = []
        self.updates = Updates(snapshot.cwd, terminals)
        self._turns: list[asyncio.Future[e.TurnEnded]] = []
        self._length = False
        """The last answer was cut for its length."""
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._dialogs: dict[str, asyncio.Task[None]] = {}
        self._telling: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """From now on the editor hears what happens."""
        self._telling = tasks.spawn(self._tell(), f"acp {self.id}")

    async def close(self) -> None:
        await tasks.stop(self._telling, *self._asking.values(), *self._dialogs.values())
        await self.stream.close()

    async def send(self, *updates: Any) -> None:
        for update in updates:
            await self._client.session_update(self.id, update)

    async def prompt(self, text: str, images: list[Image]) -> PromptResponse:
        """Ask, and wait for the turn's end. Raises RequestError."""
        name, _, words = text.strip().partition(" ")
        if name == f"/{choices.RELOAD}":
            await self._reload()
            return PromptResponse(stop_reason="end_turn")
        ended: asyncio.Future[e.TurnEnded] = asyncio.get_running_loop().create_future()
        self._turns.append(ended)
        self._length = False
        try:
            if name == f"/{choices.COMPACT}":
                await self.stream.ask(r.Compact(0, self.id, words.strip()))
            else:
                self.updates.ours.append(text)
                allow = ["all"] if self.mode == choices.ALLOW else []
                await self.stream.ask(r.Ask(0, self.id, text, images=images, allow=allow), 60)
            outcome = await asyncio.wait_for(ended, TURN_WITHIN)
        finally:
            self._turns.remove(ended)
        if outcome.outcome == "failed":
            raise RequestError(-32000 if outcome.kind == "NotAllowed" else -32603, outcome.error)
        if outcome.outcome == "cancelled":
            return PromptResponse(stop_reason="cancelled")
        return PromptResponse(stop_reason="max_tokens" if self._length else "end_turn")

    async def cancel(self) -> None:
        await self.stream.ask(r.Cancel(0, self.id))

    async def load_models(self) -> None:
        known = (await self.stream.ask_for(Models, r.GetModels(0))).models
        self.models = [one.name for one in known if one.usable]

    async def _reload(self) -> None:
        found = await self.stream.ask_for(SlashCommands, r.Reload(0, self.id))
        await self.send(choices.commands(found.commands))
        told = "Settings, skills, templates and instructions were read anew."
        await self.send(update_agent_message_text("\n".join([told, *found.notices])))

    async def tell_commands(self) -> None:
        """Skills and templates, which a question may begin with."""
        with suppress(PicodeError):
            found = await self.stream.ask_for(SlashCommands, r.GetSlashCommands(0, self.id))
            await self.send(choices.commands(found.commands))

    async def _tell(self) -> None:
        async for announced in self.stream.events():
            event = announced.event
            updates = (
                await asyncio.to_thread(self.updates.of, event) if _looks(event) else self.updates.of(event)
            )
            await self.send(*updates)
            await self._heard(event)

    async def _heard(self, event: e.AnyEvent) -> None:
        match event:
            case e.EntryAdded(entry) if isinstance(entry.message, Assistant):
                self._length = entry.message.stop_reason == "length"
            case e.ApprovalNeeded(approval):
                self.ask_person(approval)
            case e.ApprovalSettled(call_id):
                if (asking := self._asking.pop(call_id, None)) is not None:
                    asking.cancel()
            case e.StatusChanged(status):
                before, self.status = self.status, status
                self._ask_for_extensions(status)
                if (before.model, before.thinking) != (status.model, status.thinking):
                    await self.send(choices.changed(self))
            case e.TurnEnded():
                for one in self._turns:
                    if not one.done():
                        one.set_result(event)

    def ask_person(self, approval: Approval) -> None:
        """The editor asks; what it says goes to the daemon, unless somebody else was quicker."""
        if approval.call_id not in self._asking:
            self._asking[approval.call_id] = tasks.spawn(self._ask_person(approval), "acp permission")

    def _ask_for_extensions(self, status: Status) -> None:
        """Their questions that are new are asked; those that are over are taken back."""
        open_ = {one.id: one for one in status.dialogs}
        for id_ in [id_ for id_ in self._dialogs if id_ not in open_]:
            self._dialogs.pop(id_).cancel()
        for id_ in open_.keys() - self._dialogs.keys():
            self._dialogs[id_] = tasks.spawn(self._ask_for_extension(open_[id_]), "acp dialog")

    async def _ask_for_extension(self, dialog: Dialog) -> None:
        answer = await dialogs.asked(self._client, self.id, dialog)
        with suppress(PicodeError):  # somebody else was quicker
            await self.stream.ask(answer)

    async def _ask_person(self, approval: Approval) -> None:
        shown: list[Any] | None = None
        if approval.kind != "diff" and approval.detail:
            shown = [tool_content(text_block(f"```\n{approval.detail}\n```"))]
        call = ToolCallUpdate(
            tool_call_id=approval.call_id, title=approval.title, status="pending", content=shown,
            kind=tool_calls.kind(approval.tool),
        )  # fmt: skip
        options = [
            PermissionOption(option_id="allow", name="Allow once", kind="allow_once"),
            PermissionOption(
                option_id="always", name=f"Always allow {approval.always}".rstrip(), kind="allow_always"
            ),
            PermissionOption(option_id="reject", name="Reject", kind="reject_once"),
        ]
        decision: Decision = "deny"
        try:
            answer = await self._client.request_permission(self.id, call, options)
            if isinstance(answer.outcome, AllowedOutcome):
                decision = DECISIONS.get(answer.outcome.option_id, "deny")
        except RequestError:
            pass  # an editor that cannot ask says no
        self._asking.pop(approval.call_id, None)
        with suppress(PicodeError):  # somebody else was quicker
            await self.stream.ask(r.Answer(0, self.id, approval.call_id, decision))


def _looks(event: e.AnyEvent) -> bool:
    """Whether a file is looked at for it."""
    return isinstance(event, e.EntryAdded) and isinstance(event.entry.message, Assistant)
