"""The daemon's events in pi's names, for programs that read `--mode json`: pure, one list of objects per event.

    agent_start, turn_start, message_start/update/end, tool_execution_start/update/end, turn_end, agent_end,
    agent_settled, and beside them queue_update, compaction_start/end, auto_retry_start/end, session_info_changed,
    thinking_level_changed, extension_error, entry_appended

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
    Custom,
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
LONGEST_PARTIAL = 16_000
"""Characters of a call's output that are told again with each update, as pi does."""
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
    asked: bool = False
    """The conversation is not at rest."""
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
    planned: list[tuple[int, list[Object]]] = field(default_factory=list)
    """Where the calls that the model began stand in its answer, and what is still to be told of their beginning."""
    held: list[Object] = field(default_factory=list)
    """Results that are told when the last call of the answer has ended."""
    printed: dict[str, str] = field(default_factory=dict)
    """The end of what each call that runs has printed."""
    usage: Usage = field(default_factory=Usage)
    summarising: str = ""
    """Why a summary is being written."""
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
            case events.ToolPlanned(call_id, tool):
                self._plan(call_id, tool, out)
            case events.ToolStarted(call_id) | events.ToolPrinted(call_id) if call_id.startswith(COMMAND):
                if isinstance(event, events.ToolPrinted):
                    out.append({"type": "bash_execution_update", "id": call_id, "delta": event.text})
            case events.ToolStarted(call_id, tool):
                out.append({"type": "tool_execution_start", **self._call(call_id, tool)})
            case events.ToolPrinted(call_id, text):
                self.printed[call_id] = (self.printed.get(call_id, "") + text)[-LONGEST_PARTIAL:]
                partial = {"content": [{"type": "text", "text": self.printed[call_id]}], "details": {}}
                out.append(
                    {"type": "tool_execution_update", **self._call(call_id, ""), "partialResult": partial}
                )
            case events.EntryAdded(entry):
                self._entry(entry.message, out)
            case events.StatusChanged(status):
                self._status(status, out)
            case events.TurnEnded(outcome, error):
                self.asked = False
                self._end(out)
                self._tried(outcome == "done", error, out)
                out.append({"type": "agent_settled", "aborted": outcome == "cancelled"})
            case _:
                self._aside(event, out)
        return out

    def asking(self) -> list[Object]:
        """A further call is about to be made: the turn before it is over, and another one begins."""
        out: list[Object] = []
        if self.last is not None:
            self._close_turn(out)
            self._begin(out)
        return out

    def _aside(self, event: events.AnyEvent, out: list[Object]) -> None:
        """What is no part of an answer."""
        match event:
            case events.TurnStarted():
                self.asked = True
            case events.CompactionStarted(reason):
                self.summarising = reason
                out.append({"type": "compaction_start", "reason": reason})
            case events.CompactionEnded():
                self._summarised(event, out)
            case events.Retrying():
                self._retry(event, out)
            case events.NameChanged(name):
                out.append({"type": "session_info_changed", "name": name})
            case events.ExtensionFailed(path, told, error, where):
                error = f"{error} ({where})" if where else error
                out.append({"type": "extension_error", "extensionPath": path, "event": told, "error": error})
            case events.EntryAppended(line):
                out.append({"type": "entry_appended", "entry": json.loads(line)})

    def _status(self, status: Status, out: list[Object]) -> None:
        if status.queue != self.queue:
            self.queue = status.queue
            out.append(_queue(status.queue))
        if status.thinking != self.thinking:
            if self.thinking:
                out.append({"type": "thinking_level_changed", "level": status.thinking or "off"})
            self.thinking = status.thinking

    def _retry(self, event: events.Retrying, out: list[Object]) -> None:
        self.retrying = event.attempt
        facts = {
            "attempt": event.attempt, "maxAttempts": event.of, "delayMs": round(event.delay * 1000),
            "errorMessage": event.error,
        }  # fmt: skip
        out.append(
            {"type": "summarization_retry_scheduled" if self.summarising else "auto_retry_start", **facts}
        )
        if self.summarising:
            source = {"source": "compaction", "reason": self.summarising}
            out.append({"type": "summarization_retry_attempt_start", **source})

    def _summarised(self, event: events.CompactionEnded, out: list[Object]) -> None:
        if self.retrying:
            out.append({"type": "summarization_retry_finished"})
        self.retrying, self.summarising = 0, ""
        told: Object = {
            "type": "compaction_end", "reason": event.reason, "aborted": event.aborted,
            "willRetry": event.reason == "overflow" and not event.error,
        }  # fmt: skip
        if event.result is not None:
            told["result"] = msgspec.to_builtins(event.result)
        elif event.error and not event.aborted:
            told["errorMessage"] = event.error
        out.append(told)

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
        self.planned, self.usage = [], Usage()
        out.append({"type": "message_start", "message": {**shape(empty), "stopReason": "pending"}})

    def _piece(self, kind: str, text: str, out: list[Object]) -> None:
        if self.block != kind:
            self._next(kind, out)
        out.append(self._update({"type": f"{kind}_delta", "contentIndex": self.index, "delta": text}))

    def _plan(self, call_id: str, tool: str, out: list[Object]) -> None:
        """A second call is told of when the first one is whole: one block after the other."""
        begun: list[Object] = []
        to = begun if self.block == "toolcall" else out
        self._next("toolcall", to, id=call_id, toolName=tool)
        self.planned.append((self.index, begun))

    def _next(self, kind: str, out: list[Object], **more: str) -> None:
        if kind != "toolcall":
            for _, begun in self.planned:
                out += begun
                begun.clear()
        self.index += 1
        self.block = kind
        out.append(self._update({"type": f"{kind}_start", "contentIndex": self.index, **more}))

    def _update(self, event: Object) -> Object:
        return {
            "type": "message_update",
            "usage": msgspec.to_builtins(self.usage),
            "assistantMessageEvent": event,
        }

    def _entry(self, message: Message, out: list[Object]) -> None:
        told = shape(message)
        resting = isinstance(message, Custom) and not self.asked
        if resting or isinstance(message, BashExecution | CompactionSummary | BranchSummary):
            # the agent said nothing
            out += _message(told)
            return
        self._begin(out)
        self.messages.append(told)
        if isinstance(message, Assistant):
            if not self.drafting:
                out.append({"type": "message_start", "message": told})
            self.usage = message.usage
            for index, begun in self.planned:
                out += begun + [self._update(one) for one in _arguments(message, index)]
            out += [self._update(one) for one in _ends(message)]
            self.drafting, self.last = False, message
            if message.stop_reason not in ("error", "aborted"):
                self._tried(True, "", out)
            self.calls.update({part.id: part for part in message.content if isinstance(part, ToolCall)})
            out.append({"type": "message_end", "message": told})
            return
        if isinstance(message, ToolResult):
            self._result(message, told, out)
            return
        out += _message(told)

    def _result(self, message: ToolResult, told: Object, out: list[Object]) -> None:
        """The call has ended; the results are told together, when the last one has."""
        self.results.append(told)
        self.held.append(told)
        self.printed.pop(message.tool_call_id, None)
        done = {"content": told["content"], "details": told["details"]}
        call = {"toolCallId": message.tool_call_id, "toolName": message.tool_name}
        out.append({"type": "tool_execution_end", **call, "result": done, "isError": message.is_error})
        calls = sum(isinstance(part, ToolCall) for part in self.last.content) if self.last else 0
        if len(self.results) >= calls:
            self._let_go(out)

    def _let_go(self, out: list[Object]) -> None:
        for told in self.held:
            out += _message(told)
        self.held = []

    def _call(self, call_id: str, tool: str) -> Object:
        call = self.calls.get(call_id)
        name = tool or (call.name if call else "")
        return {"toolCallId": call_id, "toolName": name, "args": call.arguments if call else {}}

    def _close_turn(self, out: list[Object]) -> None:
        self._let_go(out)
        message = shape(self.last) if self.last else None
        out.append({"type": "turn_end", "message": message, "toolResults": self.results})
        self.turn, self.last, self.results = False, None, []

    def _end(self, out: list[Object]) -> None:
        if self.turn:
            self._close_turn(out)
        if self.running:
            # a call that failed is made again within the run
            out.append({"type": "agent_end", "messages": self.messages, "willRetry": False})
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
    return out


def _arguments(message: Assistant, index: int) -> list[Object]:
    """What a call that was begun is called with: in one piece, for it is announced when it is whole."""
    part = message.content[index] if index < len(message.content) else None
    if not isinstance(part, ToolCall):
        return []
    return [
        {
            "type": "toolcall_delta",
            "contentIndex": index,
            "delta": json.dumps(part.arguments, ensure_ascii=False),
        }
    ]


def _message(told: Object) -> list[Object]:
    return [{"type": "message_start", "message": told}, {"type": "message_end", "message": told}]


def _queue(queue: list[Queued]) -> Object:
    return {
        "type": "queue_update",
        "steering": [one.text for one in queue if one.delivery == "steer"],
        "followUp": [one.text for one in queue if one.delivery == "follow_up"],
    }
