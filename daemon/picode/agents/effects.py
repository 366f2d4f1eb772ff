"""What the loop wants done; `conversation.py` does it."""

from dataclasses import dataclass
from typing import Literal

from picode.messages import Assistant, Custom, ToolCall, ToolResult, User
from picode.protocol.values import Approval, Decision, Receipt

Outcome = Literal["done", "cancelled", "failed"]
Reason = Literal["manual", "threshold", "overflow"]
"""Why a conversation is summarised: asked for, too little room is left, or the model refused its length."""


@dataclass(frozen=True)
class BeginTurn:
    """`system`: what is said to the model in place of our own words; empty: those."""

    system: str = ""


@dataclass(frozen=True)
class Save:
    message: User | Assistant | ToolResult | Custom
    receipt: Receipt | None = None


@dataclass(frozen=True)
class CallModel:
    """`delay`: seconds to wait first; `attempt`: 0 for the first one; `compacts`: rather say that the context is full
    than call with too little room for an answer."""

    delay: float = 0
    attempt: int = 0
    why: str = ""
    compacts: bool = False


@dataclass(frozen=True)
class FailOver:
    """From now on, until the turn ends, this model answers; `why`: what the other one failed of."""

    model: str
    why: str


@dataclass(frozen=True)
class Compact:
    """Summarise what is old."""

    reason: Reason
    instructions: str = ""


@dataclass(frozen=True)
class Warn:
    """Tell the person, in one sentence."""

    text: str


@dataclass(frozen=True)
class Prepare:
    call: ToolCall


@dataclass(frozen=True)
class AskPerson:
    approval: Approval


@dataclass(frozen=True)
class Settle:
    """The approval is over: nobody need answer any more."""

    call_id: str
    decision: Decision
    reason: str = ""


@dataclass(frozen=True)
class RunTool:
    call_id: str


@dataclass(frozen=True)
class Refuse:
    """Make a failed result of `text` for this call, and bring it in as `ToolFinished`."""

    call: ToolCall
    text: str


@dataclass(frozen=True)
class Abort:
    """Cancel the model call and the tools that run; each still brings its result."""


@dataclass(frozen=True)
class Sync:
    pass


@dataclass(frozen=True)
class EndTurn:
    outcome: Outcome
    error: str = ""
    kind: str = ""


Effect = (
    BeginTurn
    | Save
    | CallModel
    | FailOver
    | Compact
    | Warn
    | Prepare
    | AskPerson
    | Settle
    | RunTool
    | Refuse
    | Abort
    | Sync
    | EndTurn
)
