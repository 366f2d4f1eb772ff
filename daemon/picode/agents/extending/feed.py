"""What a conversation announces, as the events that extensions hear: pi's objects in pi's order."""

import time
from collections.abc import Callable
from typing import Any

from picode.extensions.events import EVENTS
from picode.messages import Assistant, Custom, ToolCall, User
from picode.pi_events import Translation, shape
from picode.protocol import events

Object = dict[str, Any]


class Feed:
    """`draft`: the answer as far as it was announced; `tell` gets each event."""

    def __init__(self, tell: Callable[[Object], None], draft: Callable[[], Assistant | None]) -> None:
        self._tell, self._draft = tell, draft
        self._translation = Translation()
        self._turn = -1
        self._begun: set[str] = set()

    def begun(self, call: ToolCall) -> None:
        """A call is looked at: for an extension its execution begins here, before `tool_call`."""
        self._begun.add(call.id)
        self.heard(events.ToolStarted(call.id, call.name, call.name), first=True)

    def asking(self) -> None:
        """The model is about to be asked."""
        for told in self._translation.asking():
            self._tell(self._adapted(told))

    def heard(self, event: events.AnyEvent, first: bool = False) -> None:
        if isinstance(event, events.EntryAdded) and isinstance(event.entry.message, User | Custom):
            self.asking()
        if isinstance(event, events.ToolStarted) and not first and event.call_id in self._begun:
            return
        if isinstance(event, events.TurnEnded):
            self._begun.clear()
        for told in self._translation.objects(event):
            if told["type"] in EVENTS:
                self._tell(self._adapted(told))

    def _adapted(self, told: Object) -> Object:
        """With what pi's extensions get beside what its programs do."""
        match told["type"]:
            case "agent_start":
                self._turn = -1
            case "turn_start":
                self._turn += 1
                return {**told, "turnIndex": self._turn, "timestamp": time.time_ns() // 1_000_000}
            case "turn_end":
                return {**told, "turnIndex": self._turn}
            case "message_update":
                draft = self._draft()
                message = shape(draft) if draft is not None else None
                return {"type": "message_update", "message": message,
                        "assistantMessageEvent": told["assistantMessageEvent"]}  # fmt: skip
            case "agent_end":
                return {"type": "agent_end", "messages": told["messages"]}
        return told
