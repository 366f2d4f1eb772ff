"""The daemon's events as the updates that an editor draws: pure, but for a look at a file that is about to change."""

from dataclasses import dataclass, field
from typing import Any

from acp.helpers import (
    image_block,
    start_tool_call,
    text_block,
    update_agent_message_text,
    update_agent_thought_text,
    update_tool_call,
    update_user_message,
)
from acp.schema import Cost, SessionInfoUpdate, UsageUpdate

from picode.acp import tool_calls
from picode.messages import (
    Assistant,
    Custom,
    Image,
    Message,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    User,
    plain_text,
)
from picode.protocol import events as e
from picode.protocol.values import Status


@dataclass
class Updates:
    """`terminals`: the editor shows a command's output as a terminal."""

    cwd: str
    terminals: bool = False
    ours: list[str] = field(default_factory=list)
    """Questions of this editor, which it shows already."""
    started: dict[str, str] = field(default_factory=dict)
    """The tool of each call that the editor knows."""
    output: dict[str, str] = field(default_factory=dict)
    """What a command has printed so far, where it is no terminal."""
    told: tuple[int, int, float] = (0, 0, 0.0)

    def of(self, event: e.AnyEvent) -> list[Any]:
        out: list[Any] = []
        match event:
            case e.TextAdded(text):
                out = [update_agent_message_text(text)]
            case e.ThoughtAdded(text):
                out = [update_agent_thought_text(text)]
            case e.ToolPlanned(call_id, tool):
                out = self._begin(call_id, tool, {})
            case e.ToolStarted(call_id, tool, title):
                begun = self._begin(call_id, tool, {})
                out = [*begun, update_tool_call(call_id, status="in_progress", title=title or None)]
            case e.ToolPrinted(call_id, text):
                out = self._printed(call_id, text)
            case e.EntryAdded(entry):
                out = self._entry(entry.message)
            case e.StatusChanged(status):
                out = self.usage(status)
            case e.NameChanged(name):
                out = [SessionInfoUpdate(session_update="session_info_update", title=name)]
            case e.Noticed(level, text) if level != "info":
                out = [update_agent_thought_text(f"{text}\n")]
        return out

    def usage(self, status: Status) -> list[Any]:
        """How full the context is, and what it cost; only when that has changed."""
        now = (status.context_used, status.context_window, status.cost)
        if now == self.told or not status.context_window:
            return []
        self.told = now
        cost = Cost(amount=status.cost, currency="USD")
        return [UsageUpdate(session_update="usage_update", used=now[0], size=now[1], cost=cost)]

    def history(self, message: Message) -> list[Any]:
        """A message of a conversation that is loaded."""
        match message:
            case User(content):
                return [update_user_message(_block(block)) for block in content]
            case Assistant(content):
                out: list[Any] = []
                for block in content:
                    if isinstance(block, Text):
                        out.append(update_agent_message_text(block.text))
                    elif isinstance(block, Thinking) and block.thinking:
                        out.append(update_agent_thought_text(block.thinking))
                    elif isinstance(block, ToolCall):
                        out += self._begin(block.id, block.name, block.arguments)
                return out
            case ToolResult():
                return self._ended(message)
            case Custom(content=content, display=True):
                return [update_agent_thought_text(f"{plain_text(content)}\n")]
        return []

    def _entry(self, message: Message) -> list[Any]:
        match message:
            case User(content):
                said = "".join(block.text for block in content if isinstance(block, Text))
                if self.ours and self.ours[0].strip() in said:
                    del self.ours[0]
                    return []
                return self.history(message)
            case Assistant(content):
                return [
                    update for call in content if isinstance(call, ToolCall) for update in self._whole(call)
                ]
            case ToolResult():
                return self._ended(message)
            case Custom():
                return self.history(message)
        return []

    def _begin(self, call_id: str, tool: str, arguments: dict[str, Any]) -> list[Any]:
        """The call is new to the editor."""
        if call_id in self.started:
            return []
        self.started[call_id] = tool
        update = start_tool_call(
            call_id, tool_calls.title(tool, arguments), kind=tool_calls.kind(tool), status="pending",
            content=tool_calls.change(tool, arguments, self.cwd) or None,
            locations=tool_calls.locations(arguments, self.cwd) or None, raw_input=arguments or None,
        )  # fmt: skip
        if tool == "bash" and self.terminals:
            update.content, update.field_meta = tool_calls.terminal(call_id, self.cwd)
        return [update]

    def _whole(self, call: ToolCall) -> list[Any]:
        """The model has written the call to its end."""
        begun = self._begin(call.id, call.name, call.arguments)
        return begun or [
            update_tool_call(
                call.id, title=tool_calls.title(call.name, call.arguments), raw_input=call.arguments,
                content=tool_calls.change(call.name, call.arguments, self.cwd) or None,
                locations=tool_calls.locations(call.arguments, self.cwd) or None,
            )
        ]  # fmt: skip

    def _printed(self, call_id: str, text: str) -> list[Any]:
        if call_id not in self.started:
            return []  # a person's own command
        update = update_tool_call(call_id)
        if self.terminals and self.started[call_id] == "bash":
            update.field_meta = tool_calls.printed(call_id, text)
        else:
            # an update takes the place of what was shown: the end of it is enough
            self.output[call_id] = (self.output.get(call_id, "") + text)[-8000:]
            update.content = [tool_calls.text(self.output[call_id])]
        return [update]

    def _ended(self, result: ToolResult) -> list[Any]:
        begun = self._begin(result.tool_call_id, result.tool_name, {})
        tool = self.started.pop(result.tool_call_id)
        shown_before = tool == "bash" and self.terminals and (not begun or result.is_error)
        changed = tool in ("edit", "write") and not result.is_error
        self.output.pop(result.tool_call_id, None)
        content = None if shown_before or changed else tool_calls.outcome(result)
        status = "failed" if result.is_error else "completed"
        update = update_tool_call(result.tool_call_id, status=status, content=content)  # type: ignore[arg-type]
        if tool == "bash" and self.terminals:
            update.field_meta = tool_calls.ended(result.tool_call_id, result)
        return [*begun, update]


def _block(block: Text | Image) -> Any:
    return text_block(block.text) if isinstance(block, Text) else image_block(block.data, block.mime_type)
