"""How many tokens a text or a request has, before a provider says so: counted by kinds of characters.

The weights were fitted to three tokenizers (OpenAI's o200k_base, Anthropic's published one, DeepSeek's) on code, logs,
JSON, Markdown and prose; the tests hold the error against their counts.
"""

import re
from collections.abc import Callable, Iterable

import msgspec

from picode.messages import (
    Assistant,
    BashExecution,
    BranchSummary,
    CompactionSummary,
    Custom,
    Image,
    Message,
    ModelRequest,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    ToolSpec,
    User,
)

PIECES = re.compile(
    r" ?[A-Za-z\u00c0-\u024f]+|[0-9]{1,3}|[\u0250-\u2e7f]+|[\u2e80-\U0010ffff]+"
    r"|[ \t]*\n\s*|[ \t]+|[!-/:-@\[-`{-~]+|."
)
WORD, LONG, NUMBER, SPACE, SIGNS, LETTER, IDEOGRAPH = 0.96, 0.14, 1.23, 0.70, 0.87, 0.32, 0.72
"""Tokens: of a word, of each of its letters beyond the fifth, of three digits, of a run of blanks, of a run of signs,
of a letter of another alphabet, of an ideograph."""
IMAGE = 1600
"""Tokens of an image: what the larger ones cost where a vendor says so."""
OVERHEAD = 5
"""Tokens of a message's frame."""
MARGIN = 1.2
"""A worst case is so many times the estimate: most texts are within it."""


def tokens(text: str) -> float:
    """An estimate; 10 MB of text take a second."""
    total = 0.0
    for piece in PIECES.findall(text):
        first = piece[1] if piece[0] == " " and len(piece) > 1 else piece[0]
        if "0" <= first <= "9":
            total += NUMBER
        elif first.isspace():
            total += SPACE
        elif first <= "\x7f" and not first.isalpha():
            total += SIGNS
        elif first < "\u0250":
            total += WORD + LONG * max(0, len(piece) - 6)
        else:
            total += len(piece) * (LETTER if first < "\u2e80" else IDEOGRAPH)
    return total


def prompt(request: ModelRequest, count: Callable[[str], float] = tokens) -> int:
    """Tokens of all that is sent: what the last answer of this model reported, and an estimate of what follows it."""
    known, after = _reported(request)
    total = known + sum(_message(message, count) for message in after)
    if not known:
        total += count(request.system) + sum(_tool(tool, count) for tool in request.tools)
    return round(total)


def _reported(request: ModelRequest) -> tuple[int, list[Message]]:
    """0 when there is no answer that tells, or when a summary took the place of what it counted."""
    messages = request.messages
    for at in range(len(messages) - 1, -1, -1):
        message = messages[at]
        if isinstance(message, CompactionSummary):
            break
        if isinstance(message, Assistant) and message.model == request.model and _tells(message):
            first = messages[0]
            if isinstance(first, CompactionSummary) and message.timestamp <= first.timestamp:
                break
            return message.usage.total_tokens, messages[at + 1 :]
    return 0, messages


def _tells(message: Assistant) -> bool:
    return message.stop_reason not in ("error", "aborted") and message.usage.total_tokens > 0


def _message(message: Message, count: Callable[[str], float]) -> float:
    match message:
        case BashExecution(exclude_from_context=True):
            return 0
        case BashExecution(command=command, output=output):
            said: Iterable[float] = (count(command), count(output))
        case BranchSummary(summary=summary) | CompactionSummary(summary=summary):
            said = (count(summary),)
        case Custom(content=str(text)):
            said = (count(text),)
        case _:
            said = (_block(block, count) for block in _blocks(message))
    return OVERHEAD + sum(said)


def _blocks(message: Message) -> "Iterable[Text | Thinking | Image | ToolCall]":
    match message:
        case User(content=content) | ToolResult(content=content):
            return content
        case Custom(content=list(content)):
            return content
        case Assistant(content=content):
            return content
    return ()


def _block(block: Text | Thinking | Image | ToolCall, count: Callable[[str], float]) -> float:
    match block:
        case Text(text=text) | Thinking(thinking=text):
            return count(text)
        case ToolCall(name=name, arguments=arguments):
            return OVERHEAD + count(name) + count(msgspec.json.encode(arguments).decode())
    return IMAGE


def _tool(tool: ToolSpec, count: Callable[[str], float]) -> float:
    return (
        OVERHEAD + count(tool.name + tool.description) + count(msgspec.json.encode(tool.parameters).decode())
    )
