"""What the daemon answered, and what this machine told: into lists, notices and previews."""

from collections import Counter
from dataclasses import replace

from picode.pane import context, lists, spending, tree_list
from picode.pane.choosing import key_of
from picode.pane.entries import entry_lines, notice_lines
from picode.pane.follow import printed
from picode.pane.lines import Line, wrap
from picode.pane.markdown import parse
from picode.pane.opening import looked_up, peeked, show
from picode.pane.picker import with_found
from picode.pane.picker_view import preview_width
from picode.pane.safe import safe
from picode.pane.state import Copy, Effect, Failed, Here, Open, PutInput, Replied, State, Step, Tell
from picode.pane.state import Found as Told
from picode.pane.typeset import typeset
from picode.protocol.replies import (
    Accepted,
    Cancelled,
    Context,
    Conversations,
    Exported,
    Found,
    Models,
    Moved,
    Peeked,
    SlashCommands,
    Spending,
    Tree,
)
from picode.protocol.requests import Import, Peek, Search, SetModel, SetName


def replied(state: State, given: Replied) -> Step:  # noqa: PLR0911, PLR0912
    match given.reply:
        case Cancelled(queue=queue) if queue:
            return state, [PutInput("\n".join(one.text for one in queue), before=True)]
        case Conversations():
            return _conversations(state, given.reply)
        case Models():
            return _models(state, given.reply, given.why)
        case Tree(leaf=leaf, nodes=nodes):
            return show(
                state, tree_list.tree(nodes, leaf) if given.why == "tree" else tree_list.questions(nodes)
            )
        case Peeked():
            return _peeked(state, given.reply, given.request)
        case Found():
            return _found(state, given.reply)
        case Moved():
            return _moved(state, given.reply)
        case Exported(path=path):
            return _said(state, f"{path} was written.")
        case Spending():
            rows: list[Line] = [[("", line)] for line in spending.lines(given.reply, state.width)]
            return printed(state, [*rows, []])
        case Context():
            chosen: list[Line] = [
                line for one in context.lines(given.reply) for line in wrap([("", one)], state.width)
            ]
            return printed(state, [*chosen, []])
        case SlashCommands():
            return _brought(state, given.reply)
    if isinstance(given.request, SetModel):
        return _said(state, f"The model is {given.request.model} now.")
    if isinstance(given.request, SetName) and given.request.conversation == state.conversation:
        return _said(state, f"This conversation is called “{given.request.name}” now.")
    if isinstance(given.request, Import) and isinstance(given.reply, Accepted):
        return state, [Open("named", given.reply.conversation)]
    return state, []


def looked_in_vain(state: State, given: Failed) -> Step:
    """A preview or a search that could not be had is no news; another may be wanted by now."""
    one = state.picker
    if one is None:
        return state, []
    if isinstance(given.request, Peek):
        return peeked(state, one.peeking, [[("dim", safe(str(given.error)))]])
    return looked_up(replace(state, picker=replace(one, searching="", searched=one.searching)))


def _said(state: State, text: str, level: str = "info") -> Step:
    return printed(state, notice_lines(level, text, state.width))


def _brought(state: State, reply: SlashCommands) -> Step:
    """The skills and templates after /reload: how many, and what was left out."""
    state = replace(state, brought=tuple(reply.commands), shortcuts=tuple(reply.shortcuts))
    sources = Counter(one.source for one in reply.commands)
    counted = f"Skills: {sources['skill']}, prompt templates: {sources['prompt']}"
    if reply.extensions:
        counted += f", extensions: {len(reply.extensions)}"
    state, effects = _said(state, f"{counted}.")
    for notice in reply.notices:
        state, more = _said(state, notice, "warning")
        effects += more
    return state, effects


def _conversations(state: State, reply: Conversations) -> Step:
    others = [one for one in reply.conversations if one.id != state.conversation]
    one = state.picker
    if one is not None and one.kind == "conversation":
        source = tuple(info for info in others if info.messages or info.first)
        found = lists.viewed(replace(one, source=source), one.view)
        return looked_up(replace(state, picker=found))
    return show(state, lists.conversations(others))


def _models(state: State, reply: Models, why: str) -> Step:
    now = state.status.model
    if why == "scoped":
        return show(state, lists.scoped(reply.models, state.scoped, now))
    if why not in ("next", "previous"):
        return show(state, lists.models(reply.models, now))
    names = lists.in_scope([one.name for one in reply.models if one.usable], state.scoped)
    other = lists.next_model(names, now, 1 if why == "next" else -1)
    if not other:
        return _said(state, "There is no other model to go to; /scoped-models chooses which there are.")
    return state, [Tell(SetModel(0, state.conversation, other))]


def _peeked(state: State, reply: Peeked, request: object) -> Step:
    if state.picker is None:
        return state, []
    value = state.picker.peeking
    width = preview_width(state.width)
    lines: list[Line] = []
    for entry in reply.entries:
        lines += entry_lines(entry, {}, width)
    while lines and not any(text.strip() for _, text in lines[-1]):
        lines.pop()
    if isinstance(request, Peek) and not request.entry:
        # the end of a conversation tells most
        lines = lines[-12:]
    return peeked(state, value, lines)


def _found(state: State, reply: Found) -> Step:
    one = state.picker
    if one is None or one.kind != "conversation":
        return state, []
    found, one = one.searching, replace(one, searching="", searched=one.searching)
    if one.query.strip() == found:
        hits = [hit for hit in reply.hits if hit.conversation != state.conversation]
        one = with_found(one, lists.hits(hits))
    return looked_up(replace(state, picker=one))


def _moved(state: State, reply: Moved) -> Step:
    effects: list[Effect] = []
    if reply.conversation != state.conversation:
        effects.append(Open("named", reply.conversation))
    if reply.text:
        effects.append(PutInput(safe(reply.text), before=True))
    return state, effects


def told(state: State, given: Told) -> Step:
    """This machine's answer: keys, settings, what was written and where."""
    if given.keymap is not None:
        state = replace(state, keymap=given.keymap)
    if given.scoped is not None:
        state = replace(state, scoped=given.scoped)
    effects: list[Effect] = []
    if given.lines:
        state, effects = printed(state, [*typeset(parse("\n".join(given.lines)), state.width), []])
    if given.told:
        state, more = _said(state, given.told, given.level)
        effects += more
    if given.copied:
        effects.append(Copy(given.copied))
    if given.asked.what == "sign_in" and given.level == "info":
        effects.append(Here("signed_in", given.asked.name))
    if given.rows and given.asked.what == "keys" and given.asked.value:
        state, more = key_of(state, given.rows, given.asked.value)
        effects += more
    elif given.rows and given.asked.what == "keys":
        state, more = show(state, lists.providers(given.rows, given.asked.name == "logout"))
        effects += more
    elif given.rows and given.asked.what == "settings":
        state, more = show(state, lists.settings(given.rows, given.asked.name))
        effects += more
    return state, effects


def is_lookup(given: Failed) -> bool:
    return isinstance(given.request, Peek | Search)
