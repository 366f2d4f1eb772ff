"""What of a long conversation is summarised, and what is kept word for word: pure functions of its messages.

The rules are pi's: about `keep` tokens at the end stay; a cut never parts a call from its result; a turn that is too
long for that is split, and its beginning gets a summary of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from picode.messages import (
    Assistant,
    BashExecution,
    BranchSummary,
    CompactionSummary,
    Custom,
    Image,
    Message,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    User,
)

CHARACTERS = 4
"""Of a token: on the safe side for English and for code."""
IMAGE = 4800
"""Characters that an image counts for."""
SHARE = 4
"""A reserve, and what is kept, are at most this part of a context window: small models can be talked to as well."""


@dataclass(frozen=True)
class Room:
    """Tokens. `window`: all that the model takes (0: nobody knows); `reserve`: left free for the answer;
    `keep`: what stays word for word when the rest is summarised."""

    window: int
    reserve: int = 16_384
    keep: int = 20_000

    def fitted(self) -> "Room":
        """With a reserve and a rest that a small window has room for."""
        if not self.window:
            return self
        most = self.window // SHARE
        return Room(self.window, min(self.reserve, most), min(self.keep, most))

    def is_full(self, used: int) -> bool:
        return bool(self.window) and used > self.window - self.fitted().reserve


@dataclass(frozen=True)
class Cut:
    """`older`: to be summarised with what `previous` said; `begun`: the first part of a split turn;
    `first_kept`: the id of the first entry that stays; `reads` and `changes`: files that the older part touched."""

    older: tuple[Message, ...]
    begun: tuple[Message, ...]
    first_kept: str
    kept: tuple[Message, ...]
    previous: str = ""
    reads: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


Entries = list[tuple[str, Message]]


def cut(entries: Entries, keep: int) -> Cut | None:
    """Where to cut, or None when there is nothing to summarise: all of it is within `keep` tokens."""
    previous = ""
    if entries and isinstance(entries[0][1], CompactionSummary):
        previous = entries[0][1].summary
        entries = entries[1:]
    at = _place(entries, keep)
    if at <= 0:
        return None
    begins = _turn_of(entries, at)
    messages = [message for _, message in entries]
    reads, changes = files(messages[:at])
    return Cut(
        older=tuple(messages[:begins]), begun=tuple(messages[begins:at]), first_kept=entries[at][0],
        kept=tuple(messages[at:]), previous=previous, reads=reads, changes=changes,
    )  # fmt: skip


def _place(entries: Entries, keep: int) -> int:
    """The first entry that stays, at or behind the place where the end is `keep` tokens long; 0 when all stays."""
    total = 0
    for at in range(len(entries) - 1, -1, -1):
        total += tokens(entries[at][1])
        if total >= keep:
            break
    else:
        return 0
    places = [place for place in range(1, len(entries)) if not isinstance(entries[place][1], ToolResult)]
    behind = [place for place in places if place >= at]
    return behind[0] if behind else (places[-1] if places else 0)


def _turn_of(entries: Entries, at: int) -> int:
    """Where the turn begins that `at` is in; `at` itself when it begins one."""
    for place in range(at, -1, -1):
        if isinstance(entries[place][1], User | BashExecution | Custom | BranchSummary):
            return place
    return at


def files(messages: Iterable[Message]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Paths that were read and not changed, and paths that were changed, sorted."""
    reads: set[str] = set()
    changes: set[str] = set()
    for message in messages:
        for block in message.content if isinstance(message, Assistant) else ():
            path = block.arguments.get("path") if isinstance(block, ToolCall) else None
            if isinstance(path, str) and isinstance(block, ToolCall):
                if block.name == "read":
                    reads.add(path)
                elif block.name in ("edit", "write"):
                    changes.add(path)
    return tuple(sorted(reads - changes)), tuple(sorted(changes))


def used(messages: list[Message]) -> int:
    """Tokens: what the last answer reported, and an estimate of what follows it. What was reported before a
    summary says nothing about what there is now."""
    after = 0
    for message in reversed(messages):
        if isinstance(message, Assistant) and message.stop_reason not in ("error", "aborted"):
            reported = message.usage.total_tokens
            if reported and not _older(message, messages):
                return reported + after
        after += tokens(message)
    return after


def _older(answer: Assistant, messages: list[Message]) -> bool:
    """Whether the answer comes from before the summary that the conversation begins with."""
    first = messages[0]
    return isinstance(first, CompactionSummary) and answer.timestamp <= first.timestamp


def tokens(message: Message) -> int:
    """An estimate of a message's tokens."""
    return -(-_characters(message) // CHARACTERS)


def _characters(message: Message) -> int:
    match message:
        case BashExecution(command=command, output=output, exclude_from_context=hidden):
            return 0 if hidden else len(command) + len(output)
        case CompactionSummary(summary=summary) | BranchSummary(summary=summary):
            return len(summary)
        case Custom(content=str(content)):
            return len(content)
        case User(content=content) | Custom(content=content) | ToolResult(content=content):
            return sum(len(block.text) if isinstance(block, Text) else IMAGE for block in content)
        case Assistant(content=content):
            return sum(_block(block) for block in content)


def _block(block: Text | Thinking | ToolCall | Image) -> int:
    match block:
        case Text(text=text) | Thinking(thinking=text):
            return len(text)
        case ToolCall(name=name, arguments=arguments):
            return len(name) + len(repr(arguments))
    return IMAGE
