"""What the loop is told: what a person said or pressed, what a model answered, what a tool came to."""

from dataclasses import dataclass, field

from picode.messages import Assistant, Custom, ToolResult, User
from picode.protocol.values import Approval, Decision, Delivery, Receipt


@dataclass(frozen=True)
class Question:
    """What a person said. `allow` and `unattended` hold from when it is delivered until the next one is.

    `along`: what extensions add to it; `system`: their words to the model, for the turn that it begins."""

    message: User | Custom
    typed: str = ""
    receipt: Receipt | None = None
    delivery: Delivery = "steer"
    allow: frozenset[str] = frozenset()
    unattended: bool = False
    along: tuple[Custom, ...] = ()
    system: str = ""


@dataclass(frozen=True)
class Asked:
    question: Question


@dataclass(frozen=True)
class AnswerFinished:
    """`broken`: call ids whose arguments cannot be read, and why."""

    answer: Assistant
    broken: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AnswerFailed:
    """`partial`: what there is of the answer. `again`: seconds after which trying again may help; None: it will not.
    `overflow`: the conversation is longer than the model takes."""

    partial: Assistant
    error: str
    kind: str
    again: float | None = None
    overflow: bool = False
    failure: str = ""
    """The class of a failed call: `rate`, `network`, as `ModelFailed` has it; empty: something else went wrong."""
    elsewhere: str = ""
    """Another model that may answer in its place; empty: there is none."""


@dataclass(frozen=True)
class ContextFull:
    """The model was not called: the conversation leaves too little room for an answer."""


@dataclass(frozen=True)
class CompactAsked:
    """A person wants the conversation summarised; `instructions`: what the summary is to look at."""

    instructions: str = ""


@dataclass(frozen=True)
class Compacted:
    """The summary is written, or `error` says why not; `needless`: nothing was long enough to be summarised."""

    error: str = ""
    kind: str = ""
    needless: bool = False


@dataclass(frozen=True)
class CallReady:
    """A prepared call. `approval`: what a person has to allow first; None: it may run."""

    call_id: str
    approval: Approval | None = None


@dataclass(frozen=True)
class Answered:
    """A person's answer to an approval."""

    call_id: str
    decision: Decision
    reason: str = ""


@dataclass(frozen=True)
class ToolFinished:
    """Also of a call that was refused and never ran."""

    call_id: str
    result: ToolResult


@dataclass(frozen=True)
class CancelPressed:
    """`keeps`: what is queued begins the next turn, in place of going back to the person."""

    keeps: bool = False


@dataclass(frozen=True)
class SaveFailed:
    """The session file cannot be written."""

    error: str
    kind: str


@dataclass(frozen=True)
class Synced:
    """The session file is on disk, or the disk failed with `error`."""

    error: str = ""
    kind: str = ""


Input = (
    Asked
    | AnswerFinished
    | AnswerFailed
    | ContextFull
    | CompactAsked
    | Compacted
    | CallReady
    | Answered
    | ToolFinished
    | CancelPressed
    | SaveFailed
    | Synced
)
