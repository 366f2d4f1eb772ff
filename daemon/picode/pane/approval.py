"""A tool call that waits for a yes or a no: how it is shown, and what the answer is."""

from collections.abc import Callable
from dataclasses import replace

from msgspec.structs import replace as with_

from picode.pane.diff import diff_lines
from picode.pane.lines import TAB, Line, cut, wrap
from picode.pane.safe import exact, safe_line
from picode.pane.state import Pressed, State, Step, Tell
from picode.protocol.events import ApprovalSettled
from picode.protocol.requests import Answer
from picode.protocol.values import Approval, Decision

Printer = Callable[[State, list[Line]], Step]
SETTLED = {"allow": ("ansigreen", "✓ allowed"), "always": ("ansigreen", "✓ always allowed here"),
           "deny": ("ansired", "✗ refused")}  # fmt: skip
ANSWERS: dict[str, Decision] = {"yes": "allow", "always": "always"}


def approval_printed(approval: Approval, width: int) -> list[Line]:
    """What is asked for, whole: it goes into the scrollback, where any length can be read."""
    title = _title(approval) or approval.tool
    out = wrap([("bold ansiyellow", f"? {approval.tool} wants to run" if approval.kind == "command" else f"? {title}")],
               width)  # fmt: skip
    if approval.kind == "diff":
        return [*out, *diff_lines(exact(approval.detail))]
    detail = exact(approval.detail or approval.title).rstrip("\n").replace("\t", TAB)
    return [*out, *([("", f"  {line}")] for line in detail.split("\n"))]


def _title(approval: Approval) -> str:
    return " ".join(exact(approval.title).split())


def question(state: State, approval: Approval, width: int) -> list[Line]:
    """The question with its keys, for the live area."""
    if state.refusing == approval.call_id:
        return [
            cut(
                [
                    ("ansiyellow", "no, but why not? "),
                    ("dim", "Enter refuses, with what you type as a word to the model; Esc goes back"),
                ],
                width,
            )
        ]
    more = len(state.status.approvals) - 1
    keys = [
        ("bold", "y"),
        ("", " yes  "),
        ("bold", "n"),
        ("", " no, and why  "),
        ("bold", "a"),
        ("", f" always: {exact(approval.always)}" if approval.always else " always in this conversation"),
    ]
    line: Line = [("bold ansiyellow", "allow? "), *keys]
    if more > 0:
        line.append(("dim", f"({more} more)"))
    title = [cut([("ansiyellow", "? "), ("", _title(approval))], width)]
    # what was printed just above needs no repeating
    far = more > 0 or approval.detail.count("\n") > 8
    return [*(title if far else []), cut(line, width)]


def answer(state: State, approval: Approval, key: Pressed) -> Step:
    """`y` and `a` answer at once, `n` asks for a word first."""
    if key.key == "no":
        return replace(state, refusing=approval.call_id), []
    return _answer(state, approval.call_id, ANSWERS[key.key])


def refuse(state: State, reason: str) -> Step:
    return _answer(state, state.refusing, "deny", reason)


def _answer(state: State, call: str, decision: Decision, reason: str = "") -> Step:
    told = Tell(Answer(0, state.conversation, call, decision, reason))
    return replace(state, refusing="", answered=state.answered | {call}), [told]


def settled(state: State, event: ApprovalSettled, printed: Printer) -> Step:
    """Somebody answered, here or elsewhere."""
    left = [one for one in state.status.approvals if one.call_id != event.call_id]
    elsewhere = event.call_id not in state.answered
    state = replace(state, status=with_(state.status, approvals=left))
    if state.refusing == event.call_id:
        state = replace(state, refusing="")
    style, told = SETTLED[event.decision]
    by = f", by {safe_line(event.by)}" if event.by and elsewhere else ""
    return printed(state, [[(style, f"{told}{by}")]])
