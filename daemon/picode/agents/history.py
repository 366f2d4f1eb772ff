"""What has been said, as a model gets to see it: read from the session file once, then kept up to date."""

from typing import Any

import msgspec

from picode.agents import compaction
from picode.agents.suggest import suggested
from picode.messages import Assistant, CompactionSummary, Message, Usage, plain_text
from picode.protocol.values import Receipt
from picode.sessions.display import spent
from picode.sessions.file import SessionFile
from picode.sessions.messages import context_of, paired


class History:
    """`cost` in US dollars, of the whole file; `used`: tokens of the last answer with all before it."""

    def __init__(self, session: SessionFile) -> None:
        self.session = session
        self.cost, self.used = spent(session)
        self.thinking = ""
        """As it was chosen; empty: nobody has."""
        self._messages: list[Message] = []
        self._leaf: str | None = ""
        self._suggestion: str | None = None
        self._unwritten = Usage()

    def messages(self) -> list[Message]:
        """Calls and results in pairs."""
        self._read()
        return paired(self._messages)

    def add(self, message: Message, receipt: Receipt | None = None) -> str:
        """Write it to the file; the entry's id. Raises PicodeError when that fails."""
        self._read()
        id_ = self.session.append_message(message, receipt)
        self._messages.append(message)
        self._leaf = self.session.leaf
        if isinstance(message, Assistant):
            self.cost += message.usage.cost.total
            self.used = message.usage.total_tokens or self.used
            if message.stop_reason == "stop":
                self._suggestion = suggested(_text(message)) or self._suggestion
        return id_

    def set_thinking(self, level: str) -> None:
        """From now on. Raises PicodeError when it cannot be written."""
        self._read()
        if level != self.thinking:
            self.session.append("thinking_level_change", {"thinkingLevel": level})
            self.thinking, self._leaf = level, self.session.leaf

    def keep(self, kind: str, fields: dict[str, Any]) -> str:
        """An entry that no model sees; its id. Raises PicodeError when it cannot be written."""
        self._read()
        id_ = self.session.append(kind, fields)
        self._leaf = self.session.leaf
        return id_

    def tokens(self) -> int:
        """What a model would be given now, without the system prompt."""
        return compaction.used(self.messages())

    def spend(self, usage: Usage) -> None:
        """What a summary cost; it is written down with the summary."""
        self.cost += usage.cost.total
        self._unwritten = _sum(self._unwritten, usage)

    def compact(
        self, cut: compaction.Cut, text: str, before: int, given: dict[str, Any] | None = None
    ) -> str:
        """Let `text` stand for all before the cut; the entry's id. Raises PicodeError when that cannot be written.
        `given`: what an extension says in place of that."""
        fields = {
            "summary": text, "firstKeptEntryId": cut.first_kept, "tokensBefore": before,
            "details": self._details(cut.reads, cut.changes),
        }  # fmt: skip
        id_ = self.session.append("compaction", {**fields, **(given or {}), "fromHook": given is not None})
        self._unwritten = Usage()
        self._leaf = ""
        self.used = compaction.used(self.messages())
        return id_

    def leave_branch(
        self, text: str, old: str, reads: tuple[str, ...], changes: tuple[str, ...], *, given: bool = False
    ) -> str:
        """Let the conversation go on here with `text` about the branch that ended in `old`."""
        id_ = self.session.append("branch_summary", {
            "fromId": old, "summary": text, "details": self._details(reads, changes), "fromHook": given,
        })  # fmt: skip
        self._unwritten = Usage()
        return id_

    def _details(self, reads: tuple[str, ...], changes: tuple[str, ...]) -> dict[str, Any]:
        details: dict[str, Any] = {"readFiles": list(reads), "modifiedFiles": list(changes)}
        if self._unwritten.total_tokens:
            details["usage"] = msgspec.to_builtins(self._unwritten)
        return details

    def summary(self) -> CompactionSummary | None:
        """The one that the conversation begins with."""
        self._read()
        first = self._messages[0] if self._messages else None
        return first if isinstance(first, CompactionSummary) else None

    @property
    def suggestion(self) -> str:
        """The command that was suggested last; empty: none."""
        if self._suggestion is None:
            self._read()
            answers = (
                m for m in reversed(self._messages) if isinstance(m, Assistant) and m.stop_reason == "stop"
            )
            self._suggestion = next((found for answer in answers if (found := suggested(_text(answer)))), "")
        return self._suggestion

    def _read(self) -> None:
        """Again, when somebody else moved the conversation to another place in its tree."""
        if self._leaf != self.session.leaf:
            found = context_of(self.session)
            self._messages, self.thinking = found.messages, found.thinking
            self._leaf = self.session.leaf


def _text(answer: Assistant) -> str:
    return plain_text(answer.content)


def _sum(one: Usage, other: Usage) -> Usage:
    total = Usage(*(getattr(one, name) + getattr(other, name) for name in _COUNTS))
    for name in ("input", "output", "cache_read", "cache_write", "total"):
        setattr(total.cost, name, getattr(one.cost, name) + getattr(other.cost, name))
    return total


_COUNTS = ("input", "output", "cache_read", "cache_write", "total_tokens")
