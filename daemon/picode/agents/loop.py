"""The agent's loop as a pure function: a state and an input give the next state and what is to be done.

A turn: the model is asked; its tool calls are prepared in order, those that only read run side by side, a call that
changes something runs alone; results are saved in the order of the calls; steering messages follow; again, until an
answer has no calls and nothing is queued.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from picode.agents.effects import (
    Abort,
    AskPerson,
    BeginTurn,
    CallModel,
    Compact,
    Effect,
    EndTurn,
    FailOver,
    Prepare,
    Reason,
    Refuse,
    RunTool,
    Save,
    Settle,
    Sync,
    Warn,
)
from picode.agents.inputs import (
    Answered,
    AnswerFailed,
    AnswerFinished,
    Asked,
    CallReady,
    CancelPressed,
    CompactAsked,
    Compacted,
    ContextFull,
    Input,
    Question,
    SaveFailed,
    Synced,
    ToolFinished,
)
from picode.messages import Assistant, AssistantContent, ToolCall, ToolResult
from picode.protocol.values import Approval, Delivery, Queued, State


@dataclass(frozen=True)
class Limits:
    """`rounds`: model calls in a turn; `retries` of one call; `together`: deliver all queued messages of these
    kinds at once; `compacts`: summarise what is old when the context is full."""

    rounds: int = 100
    retries: int = 3
    together: frozenset[Delivery] = frozenset()
    compacts: bool = False


Stage = Literal["waiting", "preparing", "asking", "running", "done"]


@dataclass(frozen=True)
class Work:
    """One tool call of the answer that is being worked on."""

    call: ToolCall
    reads: bool
    stage: Stage = "waiting"
    broken: str = ""
    approval: Approval | None = None
    result: ToolResult | None = None


@dataclass(frozen=True)
class Turn:
    """The whole state. `phase` `model`: a call is under way; `compacting`: a summary is; `tools`: `work` is;
    `ending`: the file is synced."""

    limits: Limits = Limits()
    phase: Literal["idle", "model", "compacting", "tools", "ending"] = "idle"
    why: Reason = "manual"
    """With `compacting`: why."""
    overflow: tuple[str, str] = ("", "")
    """The error and its kind when the model refused the conversation's length in this turn: once is mended."""
    queue: tuple[Question, ...] = ()
    late: tuple[Question, ...] = ()
    """What was asked while the turn ended: it begins the next one."""
    work: tuple[Work, ...] = ()
    saved: int = 0
    """How many results of `work` are saved."""
    rounds: int = 0
    attempt: int = 0
    allow: frozenset[str] = frozenset()
    unattended: bool = False
    cancelled: bool = False
    end: EndTurn | None = None

    def doing(self) -> State:
        """In the words of a status line."""
        if self.phase == "tools":
            return "waiting" if self.approvals() else "tool"
        if self.phase == "compacting":
            return "compacting"
        return "idle" if self.phase == "idle" else "thinking"

    def approvals(self) -> list[Approval]:
        return [one.approval for one in self.work if one.stage == "asking" and one.approval is not None]

    def queued(self) -> list[Queued]:
        return [Queued(question.typed, question.delivery) for question in (*self.late, *self.queue)]


Step = tuple[Turn, list[Effect]]
Reads = Callable[[str], bool]


def step(state: Turn, event: Input, reads: Reads = lambda tool: False) -> Step:  # noqa: PLR0911
    """`reads(tool)`: whether calls of this tool may run beside others."""
    match event:
        case Asked(question):
            return _asked(state, question)
        case AnswerFinished(answer, broken):
            return _finished(state, answer, broken, reads) if state.phase == "model" else (state, [])
        case AnswerFailed():
            return _failed(state, event) if state.phase == "model" else (state, [])
        case ContextFull() | CompactAsked() | Compacted():
            return _compaction(state, event)
        case CallReady() | Answered() | ToolFinished():
            return _worked(state, event) if state.phase == "tools" else (state, [])
        case CancelPressed(keeps):
            return _cancelled(state, keeps)
        case SaveFailed(error, kind):
            return _broke(state, EndTurn("failed", error, kind))
        case Synced(error, kind):
            return _synced(state, EndTurn("failed", error, kind) if error else state.end)


def _asked(state: Turn, question: Question) -> Step:
    if state.phase == "ending":
        return replace(state, late=(*state.late, question)), []
    if state.phase != "idle":
        return replace(state, queue=(*state.queue, question)), []
    state, effects = _deliver(_begun(state), (question,))
    return state, [BeginTurn(question.system), *effects]


def _begun(state: Turn) -> Turn:
    return replace(state, rounds=0, attempt=0, cancelled=False, end=None, work=(), saved=0, overflow=("", ""))


def _deliver(state: Turn, questions: tuple[Question, ...]) -> Step:
    """Say these to the model."""
    last = questions[-1]
    saves: list[Effect] = []
    for question in questions:
        saves += [Save(question.message, question.receipt), *map(Save, question.along)]
    state, effects = _call_model(replace(state, allow=last.allow, unattended=last.unattended))
    return state, saves + effects


def _call_model(state: Turn) -> Step:
    if state.rounds >= state.limits.rounds:
        return _end(
            state,
            EndTurn(
                "failed",
                f"The turn was ended after {state.rounds} model calls. "
                "Say “go on” to continue, or set agent.rounds to a larger number.",
                "PicodeError",
            ),
        )
    state = replace(state, phase="model", rounds=state.rounds + 1, attempt=0, work=(), saved=0)
    return state, [CallModel(compacts=state.limits.compacts)]


def _take(state: Turn, delivery: Delivery) -> tuple[Turn, tuple[Question, ...]]:
    """The next queued messages of this kind, one or all."""
    fitting = [question for question in state.queue if question.delivery == delivery]
    taken = tuple(fitting if delivery in state.limits.together else fitting[:1])
    return replace(state, queue=tuple(one for one in state.queue if one not in taken)), taken


def _go_on(state: Turn) -> Step:
    """After an answer without calls: what is queued, else the end."""
    for delivery in ("steer", "follow_up"):
        state, taken = _take(state, delivery)
        if taken:
            return _deliver(state, taken)
    return _end(state, EndTurn("done"))


def _end(state: Turn, end: EndTurn) -> Step:
    return replace(state, phase="ending", end=end, work=(), saved=0), [Sync()]


def _synced(state: Turn, end: EndTurn | None) -> Step:
    """What was asked while the disk worked begins a turn of its own."""
    if state.phase != "ending" or end is None:
        return state, []
    effects: list[Effect] = [end]
    late = state.late
    state = replace(state, phase="idle", end=None, cancelled=False, late=(), work=(), saved=0)
    if late:
        state, more = _asked(replace(state, queue=(*late[1:], *state.queue)), late[0])
        effects += more
    return state, effects


def _finished(state: Turn, answer: Assistant, broken: dict[str, str], reads: Reads) -> Step:
    if answer.stop_reason in ("error", "aborted"):
        error = answer.error_message or "The model ended its answer with an error."
        return _failed(state, AnswerFailed(without_calls(answer), error, "ModelFailed"))
    saved: list[Effect] = [Save(answer)]
    calls = {block.id: block for block in answer.content if isinstance(block, ToolCall)}
    work = tuple(Work(call, reads(call.name), broken=broken.get(id_, "")) for id_, call in calls.items())
    state = replace(state, attempt=0)
    if not work:
        state, effects = _end(state, EndTurn("cancelled")) if state.cancelled else _go_on(state)
        return state, saved + effects
    if state.cancelled:
        work = tuple(replace(one, stage="running") for one in work)
        refused: list[Effect] = [Refuse(call, NOT_RUN) for call in calls.values()]
        return replace(state, phase="tools", work=work, saved=0), saved + refused
    state, effects = _advance(replace(state, phase="tools", work=work, saved=0))
    return state, saved + effects


def without_calls(answer: Assistant) -> Assistant:
    """A cut answer without its tool calls: they never run, and a call without a result belongs to no history."""
    kept: list[AssistantContent] = [block for block in answer.content if not isinstance(block, ToolCall)]
    return Assistant(
        content=kept, api=answer.api, provider=answer.provider, model=answer.model, usage=answer.usage,
        stop_reason=answer.stop_reason, timestamp=answer.timestamp, error_message=answer.error_message,
    )  # fmt: skip


def _failed(state: Turn, event: AnswerFailed) -> Step:
    if state.cancelled:
        state, effects = _end(state, EndTurn("cancelled"))
        return state, [Save(event.partial), *effects]
    if event.overflow and state.limits.compacts:
        return _overflown(state, event)
    if event.again is not None and not event.partial.content and state.attempt < state.limits.retries:
        attempt = state.attempt + 1
        return replace(state, attempt=attempt), [CallModel(event.again, attempt, event.error)]
    if event.elsewhere and not event.partial.content:
        called = CallModel(compacts=state.limits.compacts)
        return replace(state, attempt=0), [FailOver(event.elsewhere, event.error), called]
    state, effects = _end(state, EndTurn("failed", event.error, event.kind))
    return state, [Save(event.partial), *effects]


# --- summaries


def _overflown(state: Turn, event: AnswerFailed) -> Step:
    """Summarise and ask again, once in a turn."""
    if state.overflow[0]:
        text = "The conversation is still too long for the model after it was summarised."
        hint = "Begin a new one with /new, or take a model with a larger context."
        state, effects = _end(state, EndTurn("failed", f"{text} {hint}", event.kind))
        return state, [Save(event.partial), *effects]
    state = replace(state, phase="compacting", why="overflow", overflow=(event.error, event.kind))
    return state, [Save(event.partial), Compact("overflow")]


def _compaction(state: Turn, event: ContextFull | CompactAsked | Compacted) -> Step:
    match event:
        case ContextFull() if state.phase == "model":
            if state.cancelled:
                return _end(state, EndTurn("cancelled"))
            return replace(state, phase="compacting", why="threshold"), [Compact("threshold")]
        case CompactAsked(instructions) if state.phase == "idle":
            state = replace(_begun(state), phase="compacting", why="manual")
            return state, [BeginTurn(), Compact("manual", instructions)]
        case Compacted() if state.phase == "compacting":
            return _compacted(state, event)
    return state, []


def _compacted(state: Turn, event: Compacted) -> Step:
    if state.cancelled:
        return _end(state, EndTurn("cancelled"))
    if state.why == "manual":
        return _end(state, EndTurn("failed", event.error, event.kind)) if event.error else _go_on(state)
    if state.why == "overflow" and event.error:
        error, kind = state.overflow
        why = "" if event.needless else f" It could not be summarised: {event.error}"
        return _end(state, EndTurn("failed", error + why, kind))
    # where there is nothing to summarise, or no summary to be had, the model may still find room for its answer
    warned: list[Effect] = []
    if event.error and not event.needless:
        warned = [
            Warn(f"The conversation fills the model's context and could not be summarised: {event.error}")
        ]
    return replace(state, phase="model", attempt=0), [*warned, CallModel()]


def _cancelled(state: Turn, keeps: bool) -> Step:
    """Without `keeps` the queue goes back to the person in any case."""
    state = replace(state, queue=(), late=(*state.late, *state.queue) if keeps else ())
    if state.phase not in ("model", "compacting", "tools") or state.cancelled:
        return state, []
    asked: list[Effect] = [
        Settle(one.call.id, "deny", "cancelled") for one in state.work if one.stage == "asking"
    ]
    state = replace(state, cancelled=True)
    if state.phase in ("model", "compacting"):
        return state, [Abort()]
    # what does not run yet will not; what runs or is prepared brings its own result
    idle = [one for one in state.work if one.stage in ("waiting", "asking")]
    work = tuple(replace(one, stage="running", approval=None) if one in idle else one for one in state.work)
    refused: list[Effect] = [Refuse(one.call, NOT_RUN) for one in idle]
    return replace(state, work=work), [*asked, Abort(), *refused]


NOT_RUN = "Operation aborted: the user cancelled before this call ran."


def _broke(state: Turn, end: EndTurn) -> Step:
    """The disk failed: nothing more is said to the model, and what runs is ended."""
    if state.phase == "idle":
        return state, []
    asked: list[Effect] = [
        Settle(one.call.id, "deny", "the turn failed") for one in state.work if one.stage == "asking"
    ]
    state, effects = _end(state, end)
    return state, [*asked, Abort(), *effects]


# --- tool calls


def _worked(state: Turn, event: CallReady | Answered | ToolFinished) -> Step:
    at = next((at for at, one in enumerate(state.work) if one.call.id == event.call_id), -1)
    if at == -1:
        return state, []
    one = state.work[at]
    changed, effects = _changed(one, event, state.cancelled)
    work = (*state.work[:at], changed, *state.work[at + 1 :])
    state, more = _advance(replace(state, work=work))
    return state, effects + more


def _changed(  # noqa: PLR0911
    one: Work, event: CallReady | Answered | ToolFinished, cancelled: bool
) -> tuple[Work, list[Effect]]:
    match event:
        case ToolFinished(result=result) if one.stage != "done":
            return replace(one, stage="done", result=result, approval=None), []
        case CallReady(approval=approval) if one.stage == "preparing":
            if cancelled:
                return replace(one, stage="running"), [Refuse(one.call, NOT_RUN)]
            if approval is not None:
                return replace(one, stage="asking", approval=approval), [AskPerson(approval)]
            return replace(one, stage="running"), [RunTool(one.call.id)]
        case Answered(call_id, decision, reason) if one.stage == "asking":
            settled: list[Effect] = [Settle(call_id, decision, reason)]
            one = replace(one, stage="running", approval=None)
            if decision == "deny":
                return one, [*settled, Refuse(one.call, refusal(reason))]
            return one, [*settled, RunTool(call_id)]
    return one, []


def refusal(reason: str) -> str:
    said = f" They said: {reason}" if reason.strip() else ""
    return f"The user did not allow this call.{said}"


def _advance(state: Turn) -> Step:
    """Save results whose turn it is, begin calls whose turn it is, or go on when all are done."""
    effects: list[Effect] = []
    while state.saved < len(state.work) and (result := state.work[state.saved].result) is not None:
        effects.append(Save(result))
        state = replace(state, saved=state.saved + 1)
    if state.saved == len(state.work):
        state, more = _after_tools(state)
        return state, effects + more
    state, more = _begin_calls(state)
    return state, effects + more


def _begin_calls(state: Turn) -> Step:
    """Calls are begun in order; one that changes something waits for all before it, and all behind it for it."""
    effects: list[Effect] = []
    work = list(state.work)
    for at, one in enumerate(work):
        if one.stage == "done":
            continue
        if not one.reads and not all(before.stage == "done" for before in work[:at]):
            break
        if one.stage == "waiting":
            work[at] = replace(one, stage="running" if one.broken else "preparing")
            effects.append(Refuse(one.call, _unreadable(one)) if one.broken else Prepare(one.call))
        if not one.reads:
            break
    return replace(state, work=tuple(work)), effects


def _unreadable(one: Work) -> str:
    return f"The call of {one.call.name} was not run: {one.broken}. Send the whole call again."


def _after_tools(state: Turn) -> Step:
    if state.cancelled:
        return _end(state, EndTurn("cancelled"))
    state, taken = _take(state, "steer")
    return _deliver(state, taken) if taken else _call_model(state)
