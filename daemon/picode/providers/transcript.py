"""A conversation as any model API can take it: three roles, calls and results in pairs, the user's parts as text.

What a session keeps and an API does not know (commands, summaries, custom entries) becomes text of the user.
"""

import hashlib
import re
from collections.abc import Callable
from typing import Any

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
    User,
)

Turn = User | Assistant | ToolResult

BRANCH = "The following is a summary of a branch that this conversation came back from:"
COMPACTED = "The conversation history before this point was compacted into the following summary:"
NO_RESULT = "There is no result: the call was interrupted."


def in_turn(messages: list[Message], blocks: Callable[[Turn], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Messages of `role` and `content`, roles in turn: what stands side by side for one role becomes one message.
    `blocks` makes an API's content of a turn; a turn without any is passed over."""
    told: list[dict[str, Any]] = []
    for turn in turns(messages):
        role = "assistant" if isinstance(turn, Assistant) else "user"
        made = blocks(turn)
        if not made:
            continue
        if told and told[-1]["role"] == role:
            told[-1]["content"] += made
        else:
            told.append({"role": role, "content": made})
    return told


def turns(messages: list[Message]) -> list[Turn]:
    """The same conversation in three roles; each call is followed by its result, and no result stands alone."""
    known = [turn for message in messages if (turn := _turn(message)) is not None]
    results = {turn.tool_call_id: turn for turn in known if isinstance(turn, ToolResult)}
    paired: list[Turn] = []
    for turn in known:
        if isinstance(turn, ToolResult):
            continue
        paired.append(turn)
        if isinstance(turn, Assistant):
            calls = [block for block in turn.content if isinstance(block, ToolCall)]
            for call in calls:
                paired.append(results.pop(call.id) if call.id in results else _missing(call))
    return paired


def foreign(turn: Assistant, api: str, model: str) -> bool:
    """Whether another model wrote it: its thinking and signatures mean nothing to this one."""
    return turn.api != api or turn.model != model


def call_id(id_: str, longest: int = 40) -> str:
    """An id in the characters and the length that every API takes; another one for another id."""
    if re.fullmatch(rf"[A-Za-z0-9_-]{{1,{longest}}}", id_):
        return id_
    digest = hashlib.sha256(id_.encode("utf-8", "replace")).hexdigest()
    return digest[: min(longest, 24)]


def _turn(message: Message) -> Turn | None:
    match message:
        case User() | ToolResult():
            return message
        case Assistant():
            return message if any(_says(block) for block in message.content) else None
        case BashExecution():
            return None if message.exclude_from_context else _user(_ran(message), message.timestamp)
        case Custom():
            return _custom(message)
        case BranchSummary():
            return _summary(BRANCH, message.summary, message.timestamp) if message.summary else None
        case CompactionSummary():
            return _summary(COMPACTED, message.summary, message.timestamp)


def _custom(message: Custom) -> User:
    if isinstance(message.content, str):
        return _user(message.content, message.timestamp)
    return User(content=message.content, timestamp=message.timestamp)


def _summary(opening: str, summary: str, timestamp: int) -> User:
    return _user(f"{opening}\n\n<summary>\n{summary}\n</summary>", timestamp)


def _says(block: Text | Thinking | ToolCall) -> bool:
    match block:
        case Text(text):
            return bool(text.strip())
        case Thinking():
            return bool(block.thinking or block.thinking_signature)
    return True


def _user(text: str, timestamp: int) -> User:
    return User(content=[Text(text)], timestamp=timestamp)


def _missing(call: ToolCall) -> ToolResult:
    return ToolResult(tool_call_id=call.id, tool_name=call.name, content=[Text(NO_RESULT)], is_error=True)


def _ran(message: BashExecution) -> str:
    lines = [f"Ran `{message.command}`"]
    lines.append(f"```\n{message.output.rstrip()}\n```" if message.output.strip() else "(no output)")
    if message.cancelled:
        lines.append("(command cancelled)")
    elif message.exit_code:
        lines.append(f"Command exited with code {message.exit_code}")
    if message.truncated and message.full_output_path:
        lines.append(f"[Output truncated. Full output: {message.full_output_path}]")
    return "\n".join(lines)
