"""What a person brought along: the skills and templates of a conversation, and the settings read anew."""

import asyncio
import os
from typing import TYPE_CHECKING, Literal

from picode import config
from picode.errors import Missing
from picode.paths import project_of
from picode.protocol import requests as r
from picode.protocol.replies import Accepted, SlashCommands
from picode.protocol.values import SlashCommand
from picode.resources.collection import Resources
from picode.resources.expansion import SKILL
from picode.resources.skills import Skill
from picode.resources.templates import Template
from picode.server.state import Daemon

if TYPE_CHECKING:
    from picode.agents.conversation import Conversation


class Customs:
    """Handlers of `GetSlashCommands`, `Reload` and what a person answers extensions; disks are read in a thread."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    async def commands(self, request: r.GetSlashCommands) -> SlashCommands:
        return await self._listed(self._daemon.conversations.get(request.conversation))

    async def reload(self, request: r.Reload) -> SlashCommands:
        conversation = self._daemon.conversations.get(request.conversation)
        project = project_of(conversation.session.cwd)
        loaded = await asyncio.to_thread(config.load, self._daemon.paths, os.environ, project)
        conversation.use(loaded.settings)
        if conversation.joined is not None:
            await conversation.joined.reload()
        conversation.join()
        reply = await self._listed(conversation)
        reply.notices = [*loaded.notices, *reply.notices]
        return reply

    async def _listed(self, conversation: "Conversation") -> SlashCommands:
        brought = conversation.brought
        joined = conversation.joined
        if joined is not None:
            await joined.extensions.ready()
        found = await asyncio.to_thread(brought.resources)
        reply = SlashCommands(
            0, slash_commands(found, brought.settings.resources.skill_commands), found.notices
        )
        if joined is not None:
            reply.commands += joined.commands()
            reply.shortcuts, reply.extensions = joined.shortcuts(), joined.loaded()
        return reply

    def answer_dialog(self, request: r.AnswerDialog) -> Accepted:
        conversation = self._daemon.conversations.get(request.conversation)
        if conversation.joined is None:
            raise Missing("Nothing waits for this answer any more.")
        answer = request.confirmed if request.confirmed is not None else request.value
        conversation.joined.dialogs.settle(request.dialog, answer)
        return Accepted(id=0, conversation=conversation.id)

    def press(self, request: r.PressShortcut) -> Accepted:
        conversation = self._daemon.conversations.get(request.conversation)
        if conversation.joined is None or not conversation.joined.press(request.key):
            raise Missing(f"No extension has the key {request.key} any more.", "/reload reads them anew.")
        return Accepted(id=0, conversation=conversation.id)


def slash_commands(found: Resources, skill_commands: bool = True) -> list[SlashCommand]:
    """Templates, then skills, as they may be called."""
    out = [_of("prompt", one.name, one, one.hint) for one in found.templates]
    return out + [_of("skill", SKILL + one.name, one) for one in found.skills if skill_commands]


def _of(source: Literal["skill", "prompt"], name: str, one: Skill | Template, hint: str = "") -> SlashCommand:
    origin = one.origin
    return SlashCommand(
        name, one.description, source, str(one.file), scope=origin.scope,
        origin="package" if origin.package else "top-level", found=origin.source, base=str(origin.base), hint=hint,
    )  # fmt: skip
