"""An answer while it is being written: `StreamEvent`s go in, an `Assistant` comes out, whole or cut.

Pure: the same for every provider, so a partial answer is kept in the same way whatever cut it.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from picode.messages import (
    Assistant,
    AssistantContent,
    Stopped,
    StopReason,
    StreamEvent,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    ToolCallBegun,
    ToolCallDelta,
    Usage,
    UsageSeen,
)


@dataclass
class _Call:
    id: str
    name: str
    signature: str | None = None
    pieces: list[str] = field(default_factory=list)


@dataclass
class Draft:
    """Grows with `apply`; `finish` and `abandon` make the message. Blocks keep the order in which they began."""

    api: str
    provider: str
    model: str
    blocks: list["list[str] | Thinking | _Call"] = field(default_factory=list)
    calls: dict[int, _Call] = field(default_factory=dict)
    signed: dict[int, str] = field(default_factory=dict)
    """Signatures of text, by the number of its block."""
    usage: Usage = field(default_factory=Usage)
    stop_reason: StopReason | None = None

    def apply(self, event: StreamEvent) -> None:
        match event:
            case TextDelta():
                self._say(event)
            case ThinkingDelta():
                self._think(event)
            case ToolCallBegun(index, id_, name):
                self.calls[index] = _Call(id_, name, event.signature)
                self.blocks.append(self.calls[index])
            case ToolCallDelta(index, piece):
                if index in self.calls:
                    self.calls[index].pieces.append(piece)
            case UsageSeen(usage):
                self.usage = usage
            case Stopped(reason):
                self.stop_reason = reason

    def _say(self, event: TextDelta) -> None:
        last = self.blocks[-1] if self.blocks else None
        if not isinstance(last, list) or len(self.blocks) - 1 in self.signed:
            last = []
            self.blocks.append(last)
        last.append(event.text)
        if event.signature:
            self.signed[len(self.blocks) - 1] = event.signature

    def _think(self, event: ThinkingDelta) -> None:
        last = self.blocks[-1] if self.blocks else None
        if not isinstance(last, Thinking) or last.thinking_signature is not None:
            last = Thinking(thinking="")
            self.blocks.append(last)
        last.thinking += event.text
        last.thinking_signature = event.signature
        last.redacted = event.redacted

    def finish(self, now: int) -> "tuple[Assistant, dict[str, str]]":
        """The whole answer, and what is wrong with the arguments of those calls that cannot be run, by call id."""
        broken: dict[str, str] = {}
        content = self._content(broken)
        return self._message(content, self.stop_reason or "stop", now), broken

    def abandon(self, reason: StopReason, error: str, now: int) -> Assistant:
        """What there is of an answer that was cut; calls whose arguments are not complete are left out."""
        broken: dict[str, str] = {}
        content = self._content(broken)
        kept = [block for block in content if not (isinstance(block, ToolCall) and block.id in broken)]
        message = self._message(kept, reason, now)
        message.error_message = error
        return message

    def _content(self, broken: dict[str, str]) -> list[AssistantContent]:
        made = (_block(part, broken, self.signed.get(number)) for number, part in enumerate(self.blocks))
        return [block for block in made if block is not None]

    def _message(self, content: list[AssistantContent], reason: StopReason, now: int) -> Assistant:
        return Assistant(
            content=content, api=self.api, provider=self.provider, model=self.model,
            usage=self.usage, stop_reason=reason, timestamp=now,
        )  # fmt: skip


def _block(
    part: "list[str] | Thinking | _Call", broken: dict[str, str], signature: str | None
) -> AssistantContent | None:
    if isinstance(part, Thinking):
        return part
    if isinstance(part, _Call):
        return ToolCall(part.id, part.name, _arguments(part, broken), part.signature)
    text = "".join(part)
    return Text(text, signature) if text or signature else None


def _arguments(call: _Call, broken: dict[str, str]) -> dict[str, Any]:
    text = "".join(call.pieces).strip()
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError) as error:
        broken[call.id] = f"its arguments are not complete JSON ({error})"
        return {}
    if not isinstance(found, dict):
        broken[call.id] = "its arguments are not a JSON object"
        return {}
    return found
