"""Extensions in a conversation: where its turn asks them, and what they make of it."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import structs

from picode.agents.compacting import Cancelled
from picode.agents.compaction import Cut
from picode.agents.compose import Words
from picode.agents.effects import Compact
from picode.agents.extending.actions import Actions, custom
from picode.agents.extending.dialogs import Dialogs
from picode.agents.extending.feed import Feed
from picode.agents.extending.runner import Extensions, Find, One
from picode.agents.extending.sight import Sight
from picode.agents.extending.toolbox import Extended
from picode.agents.inputs import Question
from picode.errors import NotAllowed, PicodeError
from picode.messages import BashExecution, Custom, Image, Message, ToolCall, plain_text
from picode.protocol import events
from picode.protocol.events import AnyEvent, ExtensionFailed, Noticed
from picode.protocol.requests import Navigate
from picode.protocol.values import ExtensionInfo, Receipt, Shortcut, SlashCommand, Status, Wishes
from picode.tools.toolbox import Toolbox

if TYPE_CHECKING:
    from picode.agents.conversation import Conversation

Object = dict[str, Any]
MOST_TOLD = 5
"""Times that one failure is told."""
MOST_ENTRIES = 2000
"""Of the branch, that session_before_compact carries."""


class Joined:
    """Made for a conversation that has extensions; their processes begin with its first question, or when a client asks
    what there is."""

    def __init__(
        self, conversation: "Conversation", find: Find, *, environ: Mapping[str, str], mark: str, limit: float
    ) -> None:
        self._conversation = conversation
        self.dialogs = Dialogs(conversation.refresh)
        self._sight = Sight(conversation)
        self.actions = Actions(self._sight, self)
        self.extensions = Extensions(
            find, self.actions.asked, self.actions.state, self._report, cwd=conversation.session.cwd,
            environ=environ, mark=mark, limit=limit,
        )  # fmt: skip
        self.extensions.started = self._started
        self.extensions.changed = self._registered
        self._named: tuple[tuple[str, ...], bool, dict[str, str]] = ((), False, {})
        self._feed = Feed(self.extensions.tell, lambda: conversation.draft)
        self._status = Status()
        self._failures: Counter[tuple[str, str, str]] = Counter()
        self._drawn: dict[int, str] = {}
        self._providers: dict[str, Object] = {}
        self.next: list[Custom] = []
        """What goes along with the next question."""

    def toolbox(self, tools: Toolbox) -> Toolbox:
        return Extended(tools, self.extensions)

    def begin(self) -> None:
        """Start them, if they are not."""
        self.actions.run(self.extensions.ready())

    def wished(self, wishes: Wishes) -> None:
        """A client names other extensions, or other options: those that run are begun anew with them."""
        named = (tuple(wishes.extensions), "extensions" in wishes.unread, dict(wishes.flags))
        before, self._named = self._named, named
        if self.extensions.running and before != named:
            self.actions.run(self.reload())

    def _registered(self) -> None:
        """There are other tools than before: which of them the model is told of."""
        providers: dict[str, Object] = {}
        for one in self.extensions.all:
            providers |= {name: entry for name, entry in one.loaded.providers.items() if entry is not None}
        if providers != self._providers:
            self._providers = providers
            try:
                self._sight.register_providers(providers)
            except PicodeError as error:
                self._sight.announce(Noticed("warning", str(error)))
        wishes = self._conversation.brought.wishes
        if self.extensions.running and (wishes.tools is not None or wishes.without):
            try:
                self._conversation.wish(structs.replace(wishes, thinking=""))
            except PicodeError as error:
                self._sight.announce(Noticed("warning", str(error)))

    async def close(self) -> None:
        self.dialogs.cancel()
        await self.extensions.close()

    async def reload(self) -> None:
        """Those that there are now."""
        self.dialogs.cancel()
        self.actions.forget()
        self._failures.clear()
        await self.extensions.reload()
        self._conversation.refresh()

    def shown(self) -> Object:
        """What a status tells of them."""
        widgets = list(self.actions.widgets.values())
        return {"dialogs": self.dialogs.open, "notes": dict(self.actions.notes), "widgets": widgets}

    def commands(self) -> list[SlashCommand]:
        """What a message may begin with."""
        return [
            SlashCommand(known.name, known.description, "extension", one.loaded.path, hint=known.hint)
            for one in self.extensions.all
            for known in one.loaded.commands
        ]

    def shortcuts(self) -> list[Shortcut]:
        return [
            Shortcut(known.key, known.description)
            for one in self.extensions.all
            for known in one.loaded.shortcuts
        ]

    def loaded(self) -> list[ExtensionInfo]:
        """What is loaded."""
        return [
            ExtensionInfo(
                one.loaded.path, [tool.name for tool in one.loaded.tools],
                [known.name for known in one.loaded.commands], list(one.loaded.handlers),
            )
            for one in self.extensions.all
        ]  # fmt: skip

    def press(self, key: str) -> bool:
        """Begin what is behind this key; False: nothing is."""
        if all(known.key != key for known in self.shortcuts()):
            return False
        self.actions.run(self.extensions.press(key))
        return True

    # --- what they are told

    def dress(self, event: AnyEvent) -> None:
        """A message of an extension, as the extension wants it shown."""
        if isinstance(event, events.EntryAdded) and isinstance(event.entry.message, Custom):
            event.entry.shown = self._drawn.pop(id(event.entry.message), "")

    async def draw(self, message: Custom) -> None:
        """Find out how it is to be shown, before it is announced."""
        for one in self.extensions.all:
            if message.custom_type in one.loaded.renderers and message.display:
                fields = {"name": message.custom_type, "message": msgspec.to_builtins(message)}
                shown = await self.extensions.ask(one, "render", f"render:{message.custom_type}", **fields)
                if isinstance(shown, str):
                    self._drawn[id(message)] = shown
                return

    def heard(self, event: AnyEvent) -> None:
        """Everything that the conversation announces."""
        if isinstance(event, events.StatusChanged):
            self._chosen(event.status)
        if isinstance(event, events.TurnEnded | events.StatusChanged):
            self.actions.at_rest()
        if not self.extensions.running:
            return
        self._feed.heard(event)
        if isinstance(event, events.CompactionEnded) and event.result is not None:
            entry = self.actions.last_entry()
            by = bool(entry.get("fromHook"))
            self.extensions.tell({"type": "session_compact", "compactionEntry": entry, "fromExtension": by})

    def begun(self, call: ToolCall) -> None:
        """A call is looked at."""
        if self.extensions.running:
            self._feed.begun(call)

    def _chosen(self, status: Status) -> None:
        before, self._status = self._status, status
        if before.model and status.model != before.model:
            self.extensions.tell({"type": "model_select", "model": self.actions.model(status.model),
                                  "previousModel": self.actions.model(before.model), "source": "set"})  # fmt: skip
        if before.model and status.thinking != before.thinking:
            self.extensions.tell({"type": "thinking_level_select", "level": status.thinking or "off",
                                  "previousLevel": before.thinking or "off"})  # fmt: skip

    async def _started(self, reason: str) -> None:
        """More skills, templates and themes; and options that nobody knows."""
        known = {flag.name for one in self.extensions.all for flag in one.loaded.flags}
        for name in sorted(set(self._conversation.brought.wishes.flags) - known):
            self._sight.announce(Noticed("warning", f"No extension has the option --{name}."))
        await self._list_commands()
        if self.extensions.wants("resources_discover"):
            event = {"type": "resources_discover", "cwd": self._conversation.session.cwd, "reason": reason}
            fold = await self.extensions.emit_now(event)
            named = self._conversation.brought.found
            named["skills"] = fold.outcome.get("skillPaths", [])
            named["prompts"] = fold.outcome.get("promptPaths", [])

    async def _list_commands(self) -> None:
        """What `getCommands` tells."""
        brought = self._conversation.brought
        found = await asyncio.to_thread(brought.resources)
        own = [(one.name, one.description, "extension") for one in self.commands()]
        prompts = [(one.name, one.description, "prompt") for one in found.templates]
        skills = [(f"skill:{one.name}", one.description, "skill") for one in found.skills]
        names = ("name", "description", "source")
        self.actions.commands = [dict(zip(names, one, strict=True)) for one in (*own, *prompts, *skills)]
        self.extensions.update()

    def _report(self, failed: ExtensionFailed) -> None:
        """One that fails the same way again and again is told of a few times."""
        key = (failed.path, failed.event, failed.error)
        self._failures[key] += 1
        if self._failures[key] > MOST_TOLD:
            return
        if self._failures[key] == MOST_TOLD:
            failed = structs.replace(failed, error=f"{failed.error} (and it is not told again until /reload)")
        self._sight.announce(failed if failed.path else Noticed("warning", failed.error))

    # --- what they make of a turn

    async def before(self, words: Words) -> Words | None:
        """What somebody said, as they want it; None: they dealt with it."""
        found = await self._heard_out(words)
        if found is None:
            asyncio.get_running_loop().call_soon(self.actions.at_rest)
        return found

    async def _command(self, one: One, name: str, words: str) -> None:
        await self.extensions.run_command(one, name, words)
        self._dealt_with()

    def _dealt_with(self) -> None:
        """Whoever waits for an answer hears that none is to come."""
        if not self._conversation.busy:
            self._sight.announce(events.TurnEnded("done"))

    async def _heard_out(self, words: Words) -> Words | None:
        """A command of an extension is run; else they may change what was said, or deal with it."""
        self.actions.unattended = words.unattended
        if words.unattended:
            self.dialogs.cancel()
        await self.extensions.ready()
        if words.text.startswith("/") and words.source != "extension":
            name, _, rest = words.text[1:].partition(" ")
            if (one := self.extensions.command(name)) is not None:
                self.actions.run(self._command(one, name, rest.strip()))
                return None
        if not self.extensions.wants("input"):
            return words
        images = [msgspec.to_builtins(image) for image in words.images]
        event = {"type": "input", "text": words.text, "images": images, "source": words.source}
        outcome = (await self.extensions.emit(event)).outcome
        if outcome.get("action") == "handled":
            asyncio.get_running_loop().call_soon(self._dealt_with)
            return None
        if outcome.get("action") != "transform":
            return words
        return _said(words, outcome)

    async def starting(self, question: Question) -> Question:
        """A question that begins a run."""
        along, self.next = self.next, []
        system = ""
        if self.extensions.wants("before_agent_start") and self._sight.at_rest:
            event = {
                "type": "before_agent_start", "prompt": plain_text(question.message.content),
                "images": [], "systemPrompt": await self._sight.prompt(),
            }  # fmt: skip
            outcome = (await self.extensions.emit(event)).outcome
            along += [
                made
                for one in outcome.get("messages", [])
                if (made := custom(one, question.message.timestamp))
            ]
            system = outcome.get("systemPrompt", "")
        for message in along:
            await self.draw(message)
        return replace(question, along=(*question.along, *along), system=system)

    async def context(self, messages: list[Message]) -> list[Message]:
        """What the model gets to see."""
        self._feed.asking()
        if not self.extensions.wants("context"):
            return messages
        event = {"type": "context", "messages": [msgspec.to_builtins(one) for one in messages]}
        made = (await self.extensions.emit(event)).event["messages"]
        try:
            return msgspec.convert(made, list[Message])
        except msgspec.ValidationError as error:
            self._report(ExtensionFailed("extensions", "context", f"Their messages cannot be read: {error}"))
            return messages

    async def payload(self, posted: bytes) -> bytes:
        """The body of a request, where it is JSON."""
        if not self.extensions.wants("before_provider_request"):
            return posted
        try:
            event = {"type": "before_provider_request", "payload": msgspec.json.decode(posted)}
        except msgspec.MsgspecError:
            return posted
        fold = await self.extensions.emit(event)
        return msgspec.json.encode(fold.event["payload"]) if "payload" in fold.outcome else posted

    async def command(self, command: str, share: bool) -> tuple[BashExecution, Receipt | None] | None:
        """`!command`, where an extension has its result already."""
        if not self.extensions.wants("user_bash"):
            return None
        event = {"type": "user_bash", "command": command, "excludeFromContext": not share,
                 "cwd": self._conversation.session.cwd}  # fmt: skip
        result = (await self.extensions.emit(event)).outcome.get("result")
        if not isinstance(result, dict):
            return None
        code = result.get("exitCode")
        return BashExecution(
            command, str(result.get("output", "")), code if isinstance(code, int) else None,
            result.get("cancelled") is True, result.get("truncated") is True, exclude_from_context=not share,
            timestamp=self.actions.now(),
        ), None  # fmt: skip

    async def summary(self, effect: Compact, place: Cut, before: int) -> Object | None:
        """What stands in place of a model's summary. Raises Cancelled."""
        if not self.extensions.wants("session_before_compact"):
            return None
        entries = self.actions.branch()[-MOST_ENTRIES:]
        event = {
            "type": "session_before_compact", "reason": effect.reason, "branchEntries": entries,
            "customInstructions": effect.instructions,
            "preparation": {"firstKeptEntryId": place.first_kept, "tokensBefore": before},
        }  # fmt: skip
        outcome = (await self.extensions.emit(event)).outcome
        if outcome.get("cancel"):
            raise Cancelled("An extension cancelled the summary.")
        given = outcome.get("compaction")
        if not isinstance(given, dict) or not isinstance(given.get("summary"), str):
            return None
        known = {entry.get("id") for entry in entries}
        names = ["summary", "details"] + ["firstKeptEntryId"] * (given.get("firstKeptEntryId") in known)
        return {name: given[name] for name in names if name in given}

    async def leave(self, event: Object) -> Object:
        """`session_before_…`: the outcome. Raises PicodeError when an extension cancels it."""
        if not self.extensions.wants(event["type"]):
            return {}
        outcome = (await self.extensions.emit(event)).outcome
        if outcome.get("cancel"):
            raise NotAllowed("An extension cancelled it.")
        return outcome

    async def before_tree(self, request: Navigate) -> Callable[[str], str] | None:
        """What writes an extension's summary of the branch that is left, given its end; None: it has none. Raises
        NotAllowed."""
        session = self._conversation.session
        preparation = {
            "targetId": request.entry, "oldLeafId": session.leaf, "userWantsSummary": request.summarise,
            "customInstructions": request.instructions,
        }  # fmt: skip
        outcome = await self.leave({"type": "session_before_tree", "preparation": preparation})
        given = outcome.get("summary")
        if not isinstance(given, dict) or not isinstance(given.get("summary"), str) or not request.summarise:
            return None
        return lambda old: self._sight.left_branch(given["summary"], old)

    def moved(self, old: str, *, written: bool) -> None:
        """The conversation is at another place of its tree."""
        entry = self.actions.last_entry() if written else {}
        self.extensions.tell({
            "type": "session_tree", "newLeafId": self._conversation.session.leaf, "oldLeafId": old or None,
            "summaryEntry": entry or None, "fromExtension": bool(entry.get("fromHook")),
        })  # fmt: skip
        self.extensions.update()


def _said(words: Words, outcome: Object) -> Words:
    images = words.images
    if isinstance(outcome.get("images"), list):
        images = tuple(msgspec.convert(one, Image) for one in outcome["images"])
    return replace(words, text=outcome["text"], images=images)
