"""What each result of a tool had in it that went to the model: read from the lines of a session file, in order."""

from typing import Any

import msgspec

from picode.protocol.values import Receipt, SentReceipt
from picode.sessions.entries import milliseconds

TOLD = ("command", "path", "file_path", "pattern", "name")
"""The arguments that say what a tool reads or runs, the most telling first."""
LONGEST = 2000
"""Characters of that."""


class _Block(msgspec.Struct):
    type: str = ""
    text: str = ""
    data: str = ""
    id: str = ""
    arguments: dict[str, Any] = {}


class _Truncation(msgspec.Struct, rename="camel"):
    total_bytes: int = 0
    output_bytes: int = 0


class _Details(msgspec.Struct):
    truncation: _Truncation | None = None
    redacted: list[str] = []


class _Message(msgspec.Struct, rename="camel"):
    role: str = ""
    content: str | list[_Block] = ""
    tool_call_id: str = ""
    tool_name: str = ""
    details: _Details | None = None


class _Line(msgspec.Struct):
    id: str = ""
    timestamp: Any = None
    message: _Message = msgspec.field(default_factory=_Message)


_decoder = msgspec.json.Decoder(_Line)


class Results:
    """`read` takes the lines one by one, and remembers the calls."""

    def __init__(self, conversation: str) -> None:
        self._conversation = conversation
        self._calls: dict[str, str] = {}

    def read(self, line: bytes) -> SentReceipt | None:
        """None for a line that is no tool's result."""
        if b"toolResult" not in line and b"toolCall" not in line:
            return None
        try:
            found = _decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return None
        message = found.message
        blocks = message.content if isinstance(message.content, list) else [_Block("text", message.content)]
        if message.role == "assistant":
            self._calls |= {one.id: _told(one.arguments) for one in blocks if one.type == "toolCall"}
        if message.role != "toolResult":
            return None
        receipt = _receipt(message, blocks, self._calls.pop(message.tool_call_id, ""))
        return SentReceipt(self._conversation, found.id, milliseconds(found.timestamp), receipt)


def _receipt(message: _Message, blocks: list[_Block], what: str) -> Receipt:
    text = "".join(block.text for block in blocks if block.type == "text")
    images = [block for block in blocks if block.type == "image"]
    size = len(text.encode("utf-8", "replace"))
    details = message.details or _Details()
    cut = details.truncation or _Truncation()
    return Receipt(
        command=what, status=None, cwd="", duration=0, size=max(size, cut.total_bytes), sent=len(text),
        cut=max(0, cut.total_bytes - cut.output_bytes), redacted=details.redacted,
        bytes=size + sum(len(image.data) * 3 // 4 for image in images), tool=message.tool_name or "a tool",
        images=len(images),
    )  # fmt: skip


def _told(arguments: dict[str, Any]) -> str:
    return next((str(arguments[name])[:LONGEST] for name in TOLD if arguments.get(name)), "")
