"""What an input does: update(state, input) -> (state, effects). Pure; events of the daemon are in `follow`."""

from dataclasses import replace

from picode.messages import Assistant, Thinking
from picode.pane import extensions, markdown
from picode.pane.approval import answer
from picode.pane.diff import diff_lines
from picode.pane.doing import did
from picode.pane.entries import answer_text, call_titles, entry_lines, notice_lines, thought_lines
from picode.pane.follow import entry_added, flushed, follow, printed
from picode.pane.line_input import key_given, submitted, typed
from picode.pane.lines import TAB, Line, cut
from picode.pane.preview import settle
from picode.pane.safe import safe, safe_line
from picode.pane.state import (
    Back,
    Brought,
    Did,
    Effect,
    Failed,
    Found,
    Input,
    Leave,
    Lost,
    Opened,
    Pressed,
    PutInput,
    Replied,
    Resized,
    Secretly,
    State,
    Step,
    Submitted,
    Tell,
    Typed,
)
from picode.pane.told import is_lookup, looked_in_vain, replied, told
from picode.protocol.events import ExtensionFailed, StatusChanged, TextAdded
from picode.protocol.replies import Snapshot
from picode.protocol.requests import Answer, Cancel, SettlePreview
from picode.protocol.values import Entry


def update(state: State, given: Input) -> Step:
    if isinstance(given, TextAdded):
        return follow(state, given)  # by far the most
    state, effects = _updated(state, given)
    if state.dialog or state.status.dialogs:
        state, more = extensions.attended(state)
        effects = [*effects, *more]
    return state, effects


def _updated(state: State, given: Input) -> Step:  # noqa: PLR0911, PLR0912
    match given:
        case Submitted():
            return submitted(state, given)
        case Secretly(secret):
            return key_given(state, secret)
        case Typed(text):
            return typed(state, text)
        case Did():
            return did(state, given)
        case Pressed():
            return _pressed(state, given)
        case Opened():
            return _opened(state, given)
        case Replied():
            return replied(state, given)
        case Found():
            return told(state, given)
        case Failed():
            return _failed(state, given)
        case Lost():
            return _lost(state)
        case Back():
            return replace(state, connected=True), []
        case Brought(commands, shortcuts):
            return replace(state, brought=commands, shortcuts=shortcuts), []
        case ExtensionFailed():
            return extensions.failed(state, given)
        case Resized(width, height):
            return replace(state, width=max(4, width - 1), height=height), []
        case _:
            return follow(state, given)


def _pressed(state: State, given: Pressed) -> Step:  # noqa: PLR0911
    if given.key in ("yes", "no", "always"):
        return answer(state, state.approval, given) if state.approval else (state, [])
    if given.key == "leave":
        return state, [Leave()]
    if given.key == "unfold":
        return _unfold(state)
    if state.dialog and (state.question or state.picker):
        return extensions.left(state)
    if state.question:
        return replace(state, question=None), []
    if state.picker:
        return replace(state, picker=None), []
    if state.refusing and given.key == "cancel":
        return replace(state, refusing=""), []
    if state.preview and given.key == "cancel" and given.empty:
        return settle(state, state.preview, False)
    if state.busy:
        return replace(state, leaving=False), [Tell(Cancel(0, state.conversation))]
    if given.key == "interrupt" and given.empty:
        return (state, [Leave()]) if state.leaving else (replace(state, leaving=True), [])
    return replace(state, leaving=False), []


def _unfold(state: State) -> Step:
    if not state.folded:
        return printed(state, notice_lines("info", "There is no tool call to unfold yet.", state.width))
    found = state.folded[state.unfold]
    state = replace(state, unfold=state.unfold - 1 if -state.unfold < len(state.folded) else -1)
    output = safe(found.output).rstrip("\n").replace("\t", TAB)
    body: list[Line] = diff_lines(found.diff) if found.diff else [[("", line)] for line in output.split("\n")]
    return printed(state, [[("bold", f"▾ {safe_line(found.title)}")], *body, []])


def _opened(state: State, given: Opened) -> Step:
    snapshot = given.snapshot
    same = given.again and state.conversation == snapshot.conversation
    if same:
        state, effects = flushed(state)
        streamed = state.streamed
    else:
        fresh = State(
            width=state.width, height=state.height, blank=state.blank, plain=state.plain, keymap=state.keymap,
            scoped=state.scoped, thoughts=state.thoughts, opened=state.opened,
            question=state.question if state.picker is None else None,
        )  # fmt: skip
        state, effects = printed(fresh, _header(snapshot, state.width))
        streamed = 0
    state = replace(
        state, conversation=snapshot.conversation, path=snapshot.path, cwd=snapshot.cwd, name=snapshot.name,
        connected=True, tools={run.call_id: run for run in snapshot.running},
    )  # fmt: skip
    entries, left_out = _unseen(state, snapshot, given.history)
    if left_out:
        plural = "s" if left_out > 1 else ""
        state, more = printed(state, [[("dim", f"― {left_out:,} earlier message{plural} ―")], []])
        effects += more
    state, more = _entries(state, entries, streamed)
    effects += more
    for notice in snapshot.notices:
        state, more = printed(state, notice_lines("warning", notice, state.width))
        effects += more
    state, more = _draft(state, snapshot)
    effects += more
    state, more = follow(state, StatusChanged(snapshot.status))
    return state, effects + more


def _header(snapshot: Snapshot, width: int) -> list[Line]:
    told = snapshot.name or snapshot.conversation[:8]
    return [
        cut(
            [("bold", "PiCode"), ("dim", f" · {safe_line(told)} · {safe_line(snapshot.cwd)} · /help")], width
        ),
        [],
    ]


def _unseen(state: State, snapshot: Snapshot, history: int) -> tuple[list[Entry], int]:
    """The entries to print, and how many before them are not."""
    entries = snapshot.entries
    for at, entry in enumerate(entries):
        if entry.id == state.shown:
            return entries[at + 1 :], 0
    kept = entries[-history:] if history else []
    return kept, snapshot.earlier + len(entries) - len(kept)


def _entries(state: State, entries: list[Entry], streamed: int) -> Step:
    """Entries of the past. After a lost connection the first answer was partly shown already."""
    effects: list[Effect] = []
    for entry in entries:
        message = entry.message
        if isinstance(message, Assistant):
            text = answer_text(message)
            if streamed and len(text) >= streamed:
                state = replace(state, streamed=streamed)
                state, more = _followed(state, entry)
                effects += more
                streamed = 0
                continue
            state = replace(state, said=text or state.said, titles={**state.titles, **call_titles(message)})
        state, more = _followed(state, entry, past=True)
        effects += more
    return replace(state, streamed=0), effects


def _followed(state: State, entry: Entry, past: bool = False) -> Step:
    """As if it came now; an answer of the past is printed with what became of it."""
    if past and isinstance(entry.message, Assistant):
        blocks = [part.thinking for part in entry.message.content if isinstance(part, Thinking)]
        thought = "\n\n".join(blocks) if state.thoughts else ""
        state, effects = (
            printed(state, thought_lines(thought, state.width)) if thought.strip() else (state, [])
        )
        state, more = printed(replace(state, shown=entry.id), entry_lines(entry, state.titles, state.width))
        return state, effects + more
    return entry_added(state, entry)


def _draft(state: State, snapshot: Snapshot) -> Step:
    """The answer that is being written, as far as it has come."""
    if snapshot.draft is None:
        return replace(state, answering=False, answer=markdown.Stream(), streamed=0), []
    text = answer_text(snapshot.draft)
    state = replace(state, answering=True, answer=markdown.Stream(), fresh=True, streamed=0, titles={})
    return follow(state, TextAdded(text)) if text else (state, [])


def _failed(state: State, given: Failed) -> Step:
    """A refusal in one sentence; what was typed goes back to the input line."""
    if is_lookup(given):
        return looked_in_vain(state, given)
    if isinstance(given.request, Answer):
        state = replace(state, answered=state.answered - {given.request.call_id})
    if isinstance(given.request, SettlePreview):
        state = replace(state, settled=state.settled - {given.request.preview})
    effects: list[Effect] = [PutInput(given.text, before=True)] if given.text else []
    state, more = printed(state, notice_lines("error", str(given.error), state.width))
    return state, effects + more


def _lost(state: State) -> Step:
    if not state.connected:
        return state, []
    state, effects = flushed(state)
    state, more = printed(
        replace(state, connected=False, tools={}),
        notice_lines("warning", "The daemon ended; starting it again.", state.width),
    )
    return state, effects + more
