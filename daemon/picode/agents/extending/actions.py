"""What extensions want of their conversation, and what they may know of it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

import msgspec

from picode import tasks
from picode.agents.extending.sight import Sight
from picode.agents.extending.tool import content_of
from picode.errors import PicodeError, UsageError
from picode.messages import LEVELS, Custom, Image
from picode.protocol.events import EditorSet, NameChanged, Noticed, TitleSet
from picode.protocol.values import Delivery, Widget
from picode.sessions import branching

if TYPE_CHECKING:
    from picode.agents.extending.joined import Joined

Object = dict[str, Any]
DELIVERIES: dict[str, Delivery] = {"steer": "steer", "followUp": "follow_up"}
MOST_SHOWN = 20
"""Words in the status line, and widgets; of each."""
MOST_LINES, LONGEST = 20, 400


class Actions:
    """Of one conversation."""

    def __init__(self, sight: Sight, joined: "Joined") -> None:
        self._sight, self._conversation, self._joined = sight, sight.conversation, joined
        self.notes: dict[str, str] = {}
        self.widgets: dict[str, Widget] = {}
        self.unattended = False
        """Whoever asked last cannot be asked."""
        self.commands: list[Object] = []
        self._resting: list[asyncio.Future[None]] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._methods: dict[str, Callable[[Object], Awaitable[Any]]] = {
            "sendMessage": self._send_message, "sendUserMessage": self._send_user_message,
            "appendEntry": self._append_entry, "setSessionName": self._set_name, "setLabel": self._set_label,
            "setActiveTools": self._set_tools, "setModel": self._set_model, "setThinkingLevel": self._set_level,
            "abort": self._abort, "compact": self._compact, "waitForIdle": self._wait, "reload": self._reload,
            "ui.notify": self._notify, "ui.setStatus": self._note, "ui.setWidget": self._widget,
            "ui.setTitle": self._title, "ui.setEditorText": self._editor,
        }  # fmt: skip

    async def asked(self, method: str, args: Object) -> Any:
        """Raises PicodeError, and KeyError, TypeError, ValueError for what cannot be understood."""
        name = method.removeprefix("ui.")
        if name in ("select", "confirm", "input", "editor"):
            return await self._joined.dialogs.ask(name, args)
        if method not in self._methods:
            raise UsageError(f"Extensions cannot ask for {method!r}.")
        return await self._methods[method](args)

    def run(self, work: Coroutine[Any, Any, Any]) -> None:
        """Beside everything else."""
        task = tasks.spawn(work, "extension's command")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def forget(self) -> None:
        """What they showed."""
        self.notes.clear()
        self.widgets.clear()

    def at_rest(self) -> None:
        """Whoever waits for it hears of it."""
        if self._conversation.busy:
            return
        for future in self._resting:
            if not future.done():
                future.set_result(None)
        self._resting.clear()

    # --- what they may know

    def state(self) -> Object:
        """Small, and told again only where it changed."""
        conversation, status = self._conversation, self._conversation.status
        session = conversation.session
        used, window = status.context_used, status.context_window
        percent = 100 * used / window if window else None
        return {
            "cwd": session.cwd, "sessionId": session.id, "sessionFile": str(session.path) if session.on_disk else "",
            "sessionName": session.name, "leafId": session.leaf or "", "idle": self._sight.at_rest,
            "pending": len(status.queue), "thinkingLevel": status.thinking or "off", "model": self.model(status.model),
            "contextUsage": {"tokens": used, "contextWindow": window, "percent": percent},
            "hasUI": not self.unattended, "flags": dict(conversation.brought.wishes.flags),
            "systemPrompt": self._sight.last_prompt, **self._sight.tools(), "commands": self.commands,
        }  # fmt: skip

    def model(self, name: str) -> Object:
        provider, _, id_ = name.partition("/")
        status = self._conversation.status
        return {
            "provider": provider, "id": id_, "name": id_, "contextWindow": status.context_window,
            "maxTokens": status.max_tokens, "reasoning": bool(status.thinking),
        }  # fmt: skip

    def branch(self) -> list[Object]:
        session = self._conversation.session
        return [entry for place in session.path_to_leaf() if (entry := session.read(place)) is not None]

    def last_entry(self) -> Object:
        session = self._conversation.session
        return session.read(session.tree.by_id[session.leaf]) or {} if session.leaf else {}

    # --- what they want

    async def _send_message(self, args: Object) -> None:
        message = custom(args["message"], self.now())
        if message is None:
            raise UsageError("A message has a customType and a content.")
        if any(one.loaded.renderers for one in self._joined.extensions.all):
            await self._joined.draw(message)
        if args.get("deliverAs") == "nextTurn":
            self._joined.next.append(message)
            return
        delivery = DELIVERIES.get(args.get("deliverAs", "steer"), "steer")
        self._sight.say(message, delivery, args.get("triggerTurn") is True)

    async def _send_user_message(self, args: Object) -> None:
        parts = content_of(args["content"])
        text = "\n".join(part.text for part in parts if not isinstance(part, Image))
        images = [part for part in parts if isinstance(part, Image)]
        delivery = DELIVERIES.get(args.get("deliverAs", "steer"), "steer")
        self._conversation.ask(text, images=images, delivery=delivery, source="extension")

    async def _append_entry(self, args: Object) -> None:
        fields = {"customType": str(args["customType"])}
        data = {"data": args["data"]} if args.get("data") is not None else {}
        self._sight.keep("custom", {**fields, **data})

    async def _set_name(self, args: Object) -> None:
        name = branching.set_name(self._conversation.session, str(args["name"]))
        self._sight.announce(NameChanged(name))

    async def _set_label(self, args: Object) -> None:
        branching.set_label(self._conversation.session, str(args["entryId"]), str(args["label"]))

    async def _set_tools(self, args: Object) -> None:
        names = [str(name) for name in args["names"]]
        wishes = msgspec.structs.replace(self._conversation.brought.wishes, tools=names)
        self._conversation.wish(wishes)

    async def _set_model(self, args: Object) -> bool:
        try:
            self._conversation.set_model(str(args["model"]))
        except PicodeError as error:
            self._sight.announce(Noticed("warning", str(error)))
            return False
        return True

    async def _set_level(self, args: Object) -> None:
        level = args["level"]
        if level not in LEVELS:
            raise UsageError(f"There is no level {level!r}.", f"There are {', '.join(LEVELS)}.")
        self._conversation.set_thinking(level)

    async def _abort(self, args: Object) -> None:
        self._conversation.cancel_turn()

    async def _compact(self, args: Object) -> None:
        self._conversation.compact(str(args.get("customInstructions") or ""))

    async def _wait(self, args: Object) -> None:
        if not self._conversation.busy:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._resting.append(future)
        await future

    async def _reload(self, args: Object) -> None:
        self.run(self._joined.reload())

    async def _notify(self, args: Object) -> None:
        kind = args.get("notifyType")
        self._sight.announce(
            Noticed(kind if kind in ("info", "warning", "error") else "info", str(args["message"])[:4000])
        )

    async def _note(self, args: Object) -> None:
        self.notes.pop(str(args["statusKey"]), None)
        if args.get("statusText") and len(self.notes) < MOST_SHOWN:
            self.notes[str(args["statusKey"])] = str(args["statusText"])[:LONGEST]
        self._conversation.refresh()

    async def _widget(self, args: Object) -> None:
        key, lines = str(args["widgetKey"]), args.get("widgetLines")
        self.widgets.pop(key, None)
        if isinstance(lines, list) and len(self.widgets) < MOST_SHOWN:
            below = args.get("widgetPlacement") == "belowEditor"
            shown = [str(line)[:LONGEST] for line in lines[:MOST_LINES]]
            self.widgets[key] = Widget(key, shown, "belowEditor" if below else "aboveEditor")
        self._conversation.refresh()

    async def _title(self, args: Object) -> None:
        self._sight.announce(TitleSet(str(args["title"])[:LONGEST]))

    async def _editor(self, args: Object) -> None:
        self._sight.announce(EditorSet(str(args["text"])))


def custom(given: Any, now: int) -> Custom | None:
    """A message of an extension; None for what is none."""
    if not isinstance(given, dict) or not isinstance(given.get("customType"), str):
        return None
    content = given.get("content")
    if not isinstance(content, str | list):
        return None
    details = given.get("details")
    return Custom(
        given["customType"], content if isinstance(content, str) else content_of(content),
        given.get("display") is not False, details if isinstance(details, dict) else None, now,
    )  # fmt: skip
