"""Summaries of what a model is to know no longer word for word: what is asked for, and what becomes of the answer."""

import json
from collections.abc import Awaitable, Callable, Iterable
from importlib import resources

from picode.agents.compaction import CHARACTERS, Cut
from picode.errors import PicodeError
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
    plain_text,
)

LONGEST_RESULT = 2000
"""Characters of a tool's result that go into a summary's request."""
SPLIT = "\n\n---\n\n**Turn Context (split turn):**\n\n"
Ask = Callable[[str], Awaitable[str]]
"""One call to a model: the whole question, and the text of its answer. Raises PicodeError."""


class NothingToCompact(PicodeError):
    """All that was said is short enough to stay as it is."""


def prompt(name: str) -> str:
    return resources.files("picode.agents.prompts").joinpath(f"{name}.md").read_text("utf-8").strip()


async def compacted(cut: Cut, ask: Ask, room: int, instructions: str = "") -> str:
    """The summary that takes the older part's place. `room`: tokens that one request may have."""
    parts: list[str] = []
    if cut.older or cut.previous:
        parts.append(await _summary(cut.older, ask, room, cut.previous, instructions))
    if cut.begun:
        begun = _fitted(transcript(cut.begun), room)
        parts.append(await ask(f"<conversation>\n{begun}\n</conversation>\n\n{prompt('summary_turn')}"))
    return SPLIT.join(parts) + file_lists(cut.reads, cut.changes)


async def _summary(messages: Iterable[Message], ask: Ask, room: int, previous: str, instructions: str) -> str:
    """Piece by piece when it is too long for one request: each summary takes up the one before."""
    summary = previous
    for piece in pieces(messages, room):
        told = f"<conversation>\n{piece}\n</conversation>\n\n"
        if summary:
            told += f"<previous-summary>\n{summary}\n</previous-summary>\n\n"
        told += prompt("summary_update" if summary else "summary")
        if instructions:
            told += f"\n\nAdditional focus: {instructions}"
        summary = await ask(told)
    return summary


async def branch(messages: Iterable[Message], ask: Ask, room: int, instructions: str = "") -> str:
    """What happened on a branch that is left. The newest of it counts when it is too long."""
    said = _fitted(transcript(messages), room, end=True)
    told = f"<conversation>\n{said}\n</conversation>\n\n{prompt('summary_branch')}"
    if instructions:
        told += f"\n\nAdditional focus: {instructions}"
    return await ask(told)


def file_lists(reads: Iterable[str], changes: Iterable[str]) -> str:
    """As pi writes them behind a summary."""
    lists = (("read-files", "\n".join(reads)), ("modified-files", "\n".join(changes)))
    return "".join(f"\n\n<{name}>\n{paths}\n</{name}>" for name, paths in lists if paths)


def pieces(messages: Iterable[Message], room: int) -> list[str]:
    """The transcript in pieces of at most `room` tokens, cut between messages where that can be."""
    most = max(1, room) * CHARACTERS
    found: list[str] = []
    for text in map(spoken, messages):
        if not text:
            continue
        whole = _fitted(text, room)
        if found and len(found[-1]) + len(whole) + 2 <= most:
            found[-1] += "\n\n" + whole
        else:
            found.append(whole)
    return found


def _fitted(text: str, room: int, end: bool = False) -> str:
    """At most `room` tokens: the middle is left out, or, with `end`, the beginning."""
    most = max(1, room) * CHARACTERS
    if len(text) <= most:
        return text
    note = f"\n[{len(text) - most} characters left out]\n"
    if end:
        return note + text[-most:]
    return text[: most // 2] + note + text[len(text) - most // 2 :]


def transcript(messages: Iterable[Message]) -> str:
    return "\n\n".join(text for text in map(spoken, messages) if text)


def spoken(message: Message) -> str:  # noqa: PLR0911
    """A message as a line of a play; empty when a model never saw it."""
    match message:
        case User(content=content):
            return f"[User]: {plain_text(content)}"
        case Custom(content=content):
            return f"[User]: {plain_text(content)}"
        case Assistant(content=content):
            return "\n\n".join(_said(block) for block in content)
        case ToolResult(content=content):
            return f"[Tool result]: {shortened(plain_text(content))}"
        case BashExecution(exclude_from_context=True):
            return ""
        case BashExecution(command=command, output=output):
            return f"[User ran]: {command}\n{shortened(output)}"
        case BranchSummary(summary=summary) | CompactionSummary(summary=summary):
            return f"[Summary]: {summary}"


def _said(block: Text | Thinking | ToolCall) -> str:
    match block:
        case Text(text=text):
            return f"[Assistant]: {text}"
        case Thinking(thinking=text):
            return f"[Assistant thinking]: {text}"
        case ToolCall(name=name, arguments=arguments):
            told = ", ".join(f"{key}={json.dumps(value)}" for key, value in arguments.items())
            return f"[Assistant tool calls]: {name}({told})"


def shortened(text: str) -> str:
    if len(text) <= LONGEST_RESULT:
        return text
    return f"{text[:LONGEST_RESULT]}\n\n[... {len(text) - LONGEST_RESULT} more characters truncated]"
