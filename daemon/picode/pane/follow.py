"""What an event of the daemon changes on the screen."""

from dataclasses import replace

from msgspec.structs import replace as with_

from picode.messages import Assistant, BashExecution, ToolResult, plain_text
from picode.pane import markdown
from picode.pane.approval import approval_printed, settled
from picode.pane.digest import digest_lines
from picode.pane.entries import (
    answer_text,
    call_titles,
    entry_lines,
    notice_lines,
    result_diff,
    thought_lines,
    title_of,
)
from picode.pane.lines import Line
from picode.pane.preview import preview_printed
from picode.pane.safe import safe, safe_line
from picode.pane.state import Again, Effect, Folded, Open, Print, PutInput, State, Step, Title, with_text
from picode.pane.typeset import typeset
from picode.protocol import events
from picode.protocol.values import Entry, ToolRun

LAST_OUTPUT = 2000
"""Characters of a running tool's output, and of a thought, that are kept to be shown."""
LONGEST_THOUGHT = 100_000
"""The same of a thought that is shown whole."""
UNFOLDABLE = 20
"""How many finished calls can be unfolded."""


def follow(state: State, event: events.AnyEvent) -> Step:  # noqa: PLR0911, PLR0912
    match event:
        case events.TextAdded(text):
            return _text(state, text)
        case events.ThoughtAdded(text):
            kept = LONGEST_THOUGHT if state.thoughts else LAST_OUTPUT
            return replace(state, thought=(state.thought + safe(text))[-kept:]), []
        case events.AnswerBegun():
            return _begun(state), []
        case events.EntryAdded(entry):
            return entry_added(state, entry)
        case events.StatusChanged(status):
            return _previews(*_approvals(replace(state, status=status)))
        case events.ApprovalNeeded(approval):
            others = [one for one in state.status.approvals if one.call_id != approval.call_id]
            return _approvals(replace(state, status=with_(state.status, approvals=[*others, approval])))
        case events.ApprovalSettled():
            return settled(state, event, printed)
        case events.TurnEnded():
            return _ended(state, event)
        case events.Noticed(level, text):
            return printed(state, notice_lines(level, text, state.width))
        case events.Returned(digest):
            return printed(state, digest_lines(digest, state.width))
        case events.InputInserted(text):
            return state, [PutInput(safe(text))]
        case events.EditorSet(text):
            return state, [PutInput(safe(text), instead=True)]
        case events.TitleSet(title):
            return state, [Title(safe_line(title))]
        case events.LeafMoved():
            return state, [Again()]
        case events.NameChanged(name):
            return replace(state, name=name), []
        case events.CurrentChanged(conversation) if conversation != state.conversation:
            return state, [Open("named", conversation)]
        case events.TurnStarted() | events.ToolPlanned() | events.ToolStarted() | events.ToolPrinted():
            return _tool(state, event), []
        case _:
            return state, []


def printed(state: State, lines: list[Line], gap: bool = True) -> Step:
    """Lines for the scrollback; `gap`: an empty line before them. Never two empty lines in a row."""
    out: list[Line] = []
    blank = state.blank
    for line in [[], *lines] if gap else lines:
        empty = not any(text for _, text in line)
        if not (empty and blank):
            out.append(line)
        blank = empty
    return replace(state, blank=blank, folding=False), [Print(out)] if out else []


def _begun(state: State) -> State:
    return replace(state, answering=True, answer=markdown.Stream(), fresh=True, streamed=0, thought="")


def _text(state: State, text: str) -> Step:
    thought: list[Effect] = []
    if state.thoughts and state.thought and not state.streamed:
        state, thought = _thought_ended(state)
    stream, done = markdown.feed(state.answer, text)
    state = with_text(state, stream, state.streamed + len(text))
    if not done:
        return state, thought
    state, effects = _blocks(state, done)
    return state, thought + effects


def _thought_ended(state: State) -> Step:
    """What the model thought goes into the scrollback, where all of it is to be shown."""
    if not (state.thoughts and state.thought.strip()):
        return state, []
    return printed(replace(state, thought="", fresh=True), thought_lines(state.thought, state.width))


def _blocks(state: State, blocks: list[markdown.Block]) -> Step:
    """Finished blocks. Code keeps its empty lines, so nothing is collapsed within it."""
    lines = typeset(blocks, state.width)
    gap, state = state.fresh, replace(state, fresh=False, folding=False)
    if blocks[0].kind == "code":
        return replace(state, blank=False), [Print(lines)]
    if any(block.kind == "code" for block in blocks):
        lead: list[Line] = [[]] if gap and not state.blank else []
        return replace(state, blank=not lines[-1]), [Print([*lead, *lines])]
    return printed(state, lines, gap)


def flushed(state: State) -> Step:
    """The unfinished answer goes into the scrollback as it is."""
    left = markdown.finish(state.answer)
    state = replace(state, answering=False, answer=markdown.Stream(), thought="")
    return _blocks(state, left) if left else (state, [])


def entry_added(state: State, entry: Entry) -> Step:
    """A message is on disk: what was shown of it while it came is not shown again."""
    if entry.id == state.shown:
        return state, []
    state = replace(state, shown=entry.id)
    match entry.message:
        case Assistant():
            return _answered(state, entry.message)
        case ToolResult():
            return _result(state, entry)
        case BashExecution():
            state = replace(state, tools={})
    return printed(state, entry_lines(entry, state.titles, state.width))


def _answered(state: State, message: Assistant) -> Step:
    state, thought = _thought_ended(state)
    text = answer_text(message)
    # what was streamed is the beginning of it; a gap, or a client that came late, has seen less
    state, effects = _text(state, text[state.streamed :]) if len(text) > state.streamed else (state, [])
    state, last = flushed(state)
    titles = {**state.titles, **call_titles(message)}
    return replace(state, said=text or state.said, streamed=0, titles=titles), thought + effects + last


def _result(state: State, entry: Entry) -> Step:
    message = entry.message
    assert isinstance(message, ToolResult)
    lines = entry_lines(entry, state.titles, state.width)
    title = state.titles.get(message.tool_call_id, message.tool_name)
    folded = Folded(title, plain_text(message.content), result_diff(message))
    kept = {call: run for call, run in state.tools.items() if call != message.tool_call_id}
    titles = {call: told for call, told in state.titles.items() if call != message.tool_call_id}
    state = replace(state, tools=kept, titles=titles, folded=(*state.folded, folded)[-UNFOLDABLE:], unfold=-1)
    state, effects = printed(state, lines, gap=not state.folding)
    return replace(state, folding=True), effects


def _tool(state: State, event: events.AnyEvent) -> State:
    tools = dict(state.tools)
    titles = state.titles
    match event:
        case events.TurnStarted():
            return replace(state, leaving=False)
        case events.ToolPlanned(call_id, tool):
            tools.setdefault(call_id, ToolRun(call_id, tool, ""))
        case events.ToolStarted(call_id, tool, title):
            told = title if title.startswith(tool) else title_of(tool, {"command": title})
            tools[call_id] = ToolRun(call_id, tool, told)
            titles = {**titles, call_id: told}
        case events.ToolPrinted(call_id, text) if call_id in tools:
            output = (tools[call_id].output + text)[-LAST_OUTPUT:]
            tools[call_id] = with_(tools[call_id], output=output)
    return replace(state, tools=tools, titles=titles)


def _approvals(state: State) -> Step:
    """Print what is asked, once for each call."""
    waiting = {one.call_id for one in state.status.approvals}
    fresh = [one for one in state.status.approvals if one.call_id not in state.asked]
    refusing = state.refusing if state.refusing in waiting else ""
    state = replace(
        state, asked=(state.asked & waiting) | waiting, answered=state.answered & waiting, refusing=refusing
    )
    effects: list[Effect] = []
    for approval in fresh:
        state, more = printed(state, approval_printed(approval, state.width))
        effects += more
    return state, effects


def _previews(state: State, effects: list[Effect]) -> Step:
    """Print what would be sent, once."""
    waiting = {one.id for one in state.status.previews}
    fresh = [one for one in state.status.previews if one.id not in state.previewed]
    state = replace(state, previewed=frozenset(waiting), settled=state.settled & waiting)
    for preview in fresh:
        state, more = printed(state, preview_printed(preview, state.width))
        effects = effects + more
    return state, effects


def _ended(state: State, event: events.TurnEnded) -> Step:
    state, effects = flushed(state)
    state = replace(state, tools={}, titles={}, refusing="", streamed=0)
    if event.outcome == "cancelled":
        state, more = printed(state, [[("ansiyellow", "■ cancelled")], []])
    elif event.outcome == "failed":
        state, more = printed(state, notice_lines("error", event.error or "The turn failed.", state.width))
    else:
        state, more = printed(state, [[]], gap=False)
    return state, effects + more
