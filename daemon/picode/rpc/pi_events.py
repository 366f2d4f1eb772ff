"""The daemon's events in pi's names, for programs that read `--mode json`: pure, one list of objects per event.

    agent_start, turn_start, message_start/update/end, tool_execution_start/update/end, turn_end, agent_end,
    agent_settled, and beside them queue_update, compaction_start/end, auto_retry_start/end, session_info_changed,
    thinking_level_changed

Updates carry what is new (pi's delta form), never the whole message again, so a stream stays linear.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from picode.messages import (
    Assistant,
    BashExecution,
    BranchSummary,
    CompactionSummary,
    Message,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Usage,
)
from picode.protocol import events
from picode.protocol.replies import Snapshot
from picode.protocol.values import Queued, Status

Object = dict[str, Any]
COMMAND = "command_"
"""How the ids of commands begin that a person ran."""


def session_header(snapshot: Snapshot, now: str) -> Object:
    """The first line of the session file; of a conversation that has no file yet, what it will be."""
    try:
        with Path(snapshot.path).open(encoding="utf-8") as file:
            found = json.loads(file.readline(1_000_000))
        if isinstance(found, dict) and found.get("type") == "session":
            return found
    except (OSError, ValueError):
        pass
    return {
        "type": "session",
        "version": 3,
        "id": snapshot.conversation,
        "timestamp": now,
        "cwd": snapshot.cwd,
    }


@dataclass
class Translation:
    """Remembers what pi's events repeat: the messages of the run, and which block is being written."""

    thinking: str = ""
    """The level that was told last."""
    retrying: int = 0
    """Which try of a call is under way after one that failed."""
    running: bool = False
    turn: bool = False
    """A turn is open: one answer with its tool calls."""
    drafting: bool = False
    block: str = ""
    """`text` or `thinking`: the block that is being written."""
    index: int = -1
    last: Assistant | None = None
    results: list[Object] = field(default_factory=list)
    messages: list[Object] = field(default_factory=list)
    calls: dict[str, ToolCall] = field(default_factory=dict)
    queue: list[Queued] = field(default_factory=list)

    def objects(self, event: events.AnyEvent) -> list[Object]:
        out: list[Object] = []
        match event:
            case events.AnswerBegun(model):
                self._answer(model, out)
            case events.TextAdded(text):
                self._piece("text", text, out)
            case events.ThoughtAdded(text):
                self._piece("thinking", text, out)
            case events.ToolPlanned():
                self._next("toolcall", out)
            case events.ToolStarted(call_id) | events.ToolPrinted(call_id) if call_id.startswith(COMMAND):
                if isinstance(event, events.ToolPrinted):
                    out.append({"type": "bash_execution_update", "id": call_id, "delta": event.text})
            case events.ToolStarted(call_id, tool):
                out.append({"type": "tool_execution_start", **self._call(call_id, tool)})
            case events.ToolPrinted(call_id, text):
                partial = {"content": [{"type": "text", "text": text}]}
                out.append(
                    {"type": "tool_execution_update", **self._call(call_id, ""), "partialResult": partial}
                )
            case events.EntryAdded(entry):
                self._entry(entry.message, out)
            case events.StatusChanged(status):
                self._status(status, out)
            case events.TurnEnded(outcome, error):
                self._end(out)
                self._tried(outcome == "done", error, out)
                out.append({"type": "agent_settled", "aborted": outcome == "cancelled"})
            case _:
                self._aside(event, out)
        return out

    def _aside(self, event: events.AnyEvent, out: list[Object]) -> None:
        """What is no part of an answer."""
        match event:
            case events.CompactionStarted(reason):
                out.append({"type": "compaction_start", "reason": reason})
            case events.CompactionEnded(reason, error):
                told = {
                    "type": "compaction_end",
                    "reason": reason,
                    "willRetry": reason == "overflow" and not error,
                }
                out.append(told | ({"errorMessage": error} if error else {}))
            case events.Retrying(attempt, of, delay, error):
                self.retrying = attempt
                facts = {
                    "attempt": attempt,
                    "maxAttempts": of,
                    "delayMs": round(delay * 1000),
                    "errorMessage": error,
                }
                out.append({"type": "auto_retry_start", **facts})
            case events.NameChanged(name):
                out.append({"type": "session_info_changed", "name": name})

    def _status(self, status: Status, out: list[Object]) -> None:
        if status.queue != self.queue:
            self.queue = status.queue
            out.append(_queue(status.queue))
        if status.thinking != self.thinking:
            if self.thinking:
                out.append({"type": "thinking_level_changed", "level": status.thinking or "off"})
            self.thinking = status.thinking

    def _tried(self, success: bool, error: str, out: list[Object]) -> None:
        """How it went with tries that were told of."""
        if self.retrying:
            told = {"type": "auto_retry_end", "success": success, "attempt": self.retrying}
            out.append(told | ({"finalError": error} if error else {}))
            self.retrying = 0

    def _begin(self, out: list[Object]) -> None:
        if not self.running:
            self.running = True
            out.append({"type": "agent_start"})
        if not self.turn:
            self.turn = True
            out.append({"type": "turn_start"})

    def _answer(self, model: str, out: list[Object]) -> None:
        if self.last is not None:
            self._close_turn(out)
        self._begin(out)
        provider, _, name = model.partition("/")
        empty = Assistant([], provider, provider, name, Usage(), "stop", 0)
        self.drafting, self.block, self.index = True, "", -1
        out.append({"type": "message_start", "message": shape(empty)})

    def _piece(self, kind: str, text: str, out: list[Object]) -> None:
        if self.block != kind:
            self._next(kind, out)
        out.append(_update({"type": f"{kind}_delta", "contentIndex": self.index, "delta": text}))

    def _next(self, kind: str, out: list[Object]) -> None:
        self.index += 1
        self.block = kind
        out.append(_update({"type": f"{kind}_start", "contentIndex": self.index}))

    def _entry(self, message: Message, out: list[Object]) -> None:
        told = shape(message)
        if isinstance(message, BashExecution | CompactionSummary | BranchSummary):
            # the agent said nothing
            out += [{"type": "message_start", "message": told}, {"type": "message_end", "message": told}]
            return
        self._begin(out)
        self.messages.append(told)
        if isinstance(message, Assistant):
            if not self.drafting:
                out.append({"type": "message_start", "message": told})
            out += [_update(one, message.usage) for one in _ends(message)]
            self.drafting, self.last = False, message
            if message.stop_reason not in ("error", "aborted"):
                self._tried(True, "", out)
            self.calls.update({part.id: part for part in message.content if isinstance(part, ToolCall)})
            out.append({"type": "message_end", "message": told})
            return
        if isinstance(message, ToolResult):
            self.results.append(told)
            done = {"content": told["content"], "details": told["details"]}
            call = self._call(message.tool_call_id, message.tool_name)
            out.append({"type": "tool_execution_end", **call, "result": done, "isError": message.is_error})
        out += [{"type": "message_start", "message": told}, {"type": "message_end", "message": told}]

    def _call(self, call_id: str, tool: str) -> Object:
        call = self.calls.get(call_id)
        name = tool or (call.name if call else "")
        return {"toolCallId": call_id, "toolName": name, "args": call.arguments if call else {}}

    def _close_turn(self, out: list[Object]) -> None:
        message = shape(self.last) if self.last else None
        out.append({"type": "turn_end", "message": message, "toolResults": self.results})
        self.turn, self.last, self.results = False, None, []

    def _end(self, out: list[Object]) -> None:
        if self.turn:
            self._close_turn(out)
        if self.running:
            out.append({"type": "agent_end", "messages": self.messages})
        self.running, self.messages, self.calls = False, [], {}


def shape(message: Message) -> Object:
    """A message as pi writes it: fields that pi always has are there even where they say nothing."""
    told: Object = msgspec.to_builtins(message)
    if isinstance(message, ToolResult):
        told.setdefault("details", {})
        told.setdefault("isError", False)
    return told


def _ends(message: Assistant) -> list[Object]:
    out: list[Object] = []
    for index, part in enumerate(message.content):
        match part:
            case Text(text):
                out.append({"type": "text_end", "contentIndex": index, "content": text})
            case Thinking(thinking):
                out.append({"type": "thinking_end", "contentIndex": index, "content": thinking})
            case ToolCall():
                call = msgspec.to_builtins(part)
                out.append({"type": "toolcall_end", "contentIndex": index, "toolCall": call})
    kind = "error" if message.stop_reason in ("error", "aborted") else "done"
    return [*out, {"type": kind, "reason": message.stop_reason}]


def _update(event: Object, usage: Usage | None = None) -> Object:
    told: Object = {"type": "message_update", "assistantMessageEvent": event}
    return {**told, "usage": msgspec.to_builtins(usage)} if usage else told


def _queue(queue: list[Queued]) -> Object:
    return {
        "type": "queue_update",
        "steering": [one.text for one in queue if one.delivery == "steer"],
        "followUp": [one.text for one in queue if one.delivery == "follow_up"],
    }
