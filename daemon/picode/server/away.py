"""While you were away: what is tallied, what becomes of a question, and what is told on return. Pure."""

from dataclasses import dataclass, field
from typing import Literal

from picode.messages import ToolResult
from picode.protocol import events
from picode.protocol.events import AnyEvent
from picode.protocol.values import Decision, Digest, Status

MOST = 20
"""Commands, files and answers of each kind that a digest names: the last ones."""
LONGEST = 200
WRITES = frozenset({"edit", "write"})

Policy = Literal["hold", "deny", "allow"]
REASONS = {
    "deny": "I am away, and until I am back whatever would be asked is refused (away.policy). Go on without it.",
    "allow": "nobody was there; away.policy is allow",
}


def answer_for(policy: Policy, present: bool) -> Decision | None:
    """What to answer a question with; None: it waits for a person."""
    return None if present or policy == "hold" else policy


@dataclass
class Tally:
    """What has happened since somebody was there. `away`: in between, nobody was."""

    since: int
    cost_before: float = 0.0
    away: bool = False
    turns: int = 0
    failed: int = 0
    tools: int = 0
    commands: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    """Of calls that run now."""

    def take(self, event: AnyEvent) -> None:
        match event:
            case events.ToolStarted(call_id, tool, title):
                self.tools += 1
                self.titles[call_id] = title
                if tool == "bash":
                    _add(self.commands, title)
            case events.EntryAdded(entry) if isinstance(entry.message, ToolResult):
                result = entry.message
                title = self.titles.pop(result.tool_call_id, "")
                if result.tool_name in WRITES and not result.is_error and title:
                    _add(self.files, title.partition(" ")[2] or title, once=True)
            case events.TurnEnded(outcome):
                self.turns += 1
                self.failed += outcome != "done"
                self.titles.clear()

    def answered(self, decision: Decision, title: str) -> None:
        """A question was answered because nobody was there."""
        _add(self.denied if decision == "deny" else self.allowed, title)


def happened(tally: Tally) -> bool:
    return bool(tally.turns or tally.tools or tally.denied or tally.allowed)


def digest(tally: Tally, status: Status, now: int) -> Digest | None:
    """What to tell who is back `now`, in milliseconds since 1970; None: nothing happened."""
    waiting = [f"{one.tool}: {_short(one.title)}" for one in status.approvals[:MOST]]
    if not tally.away or not (happened(tally) or waiting):
        return None
    return Digest(
        since=tally.since, until=now, turns=tally.turns, failed=tally.failed, tools=tally.tools,
        commands=tally.commands, files=tally.files, waiting=waiting, denied=tally.denied, allowed=tally.allowed,
        cost=max(0.0, status.cost - tally.cost_before),
    )  # fmt: skip


def _add(names: list[str], name: str, once: bool = False) -> None:
    name = _short(name)
    if once and name in names:
        return
    names.append(name)
    del names[:-MOST]


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
