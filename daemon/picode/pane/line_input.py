"""Enter on the input line, whomever it belongs to: the conversation, a list, a question."""

from dataclasses import replace

from picode.credentials import Secret
from picode.pane import extensions, lists, tree_list
from picode.pane.approval import refuse
from picode.pane.choosing import chosen, navigate
from picode.pane.commands import run_command
from picode.pane.entries import notice_lines
from picode.pane.follow import printed
from picode.pane.opening import closed, looked_up, show
from picode.pane.picker import Picker, filtered, is_command
from picode.pane.preview import settle
from picode.pane.state import Here, PutInput, Question, State, Step, Submitted, Tell
from picode.protocol.requests import Ask, RunCommand, SetLabel, SetName


def submitted(state: State, given: Submitted) -> Step:  # noqa: PLR0911
    text = given.text.strip()
    state = replace(state, leaving=False)
    if state.refusing:
        return refuse(state, text)
    if state.question:
        return answered(state, state.question, text)
    if state.picker:
        return _chosen(state, state.picker, text)
    if not text and not given.images:
        return settle(state, state.preview, True) if state.preview else (state, [])
    if text.startswith("/") and "/" not in text[1:].split(" ")[0]:
        return run_command(state, text, given.delivery)
    if text.startswith("!"):
        return _command(state, text)
    images = list(given.images)
    return state, [Tell(Ask(0, state.conversation, text, images=images, delivery=given.delivery), text)]


def _command(state: State, text: str) -> Step:
    command = text.lstrip("!").strip()
    if not text.strip("! "):
        told = "Which command? `!ls` runs one here and shares its output, `!!ls` does not share it."
        state, effects = printed(state, notice_lines("info", told, state.width))
        return state, [*effects, PutInput(text)]
    return state, [Tell(RunCommand(0, state.conversation, command, not text.startswith("!!")), text)]


def _chosen(state: State, one: Picker, text: str) -> Step:
    if is_command(text):
        return run_command(closed(state), text)
    if state.plain:
        return _by_line(replace(state, picker=None), one, text)
    return chosen(state, one, one.current) if one.current else (state, [])


def _by_line(state: State, one: Picker, text: str) -> Step:
    """On a plain terminal: a number, or a part of a name; nothing leaves the list."""
    if not text:
        return state, []
    if text.isdecimal() and 1 <= int(text) <= len(one.choices):
        return chosen(state, one, one.choices[int(text) - 1])
    small = text.lower()
    fits = tuple(
        choice for choice in one.choices if small in f"{choice.value} {choice.text} {choice.note}".lower()
    )
    if len(fits) == 1:
        return chosen(state, one, fits[0])
    if not fits:
        state, effects = printed(
            state, notice_lines("warning", f"Nothing there has {text!r} in it.", state.width)
        )
        return replace(state, picker=one), effects
    return show(state, replace(one, choices=fits, fits=tuple(range(len(fits))), at=0))


def typed(state: State, text: str) -> Step:
    """The list narrows, and what it looks up changes."""
    if state.picker is None or state.question or state.picker.query == text:
        return state, []
    return looked_up(replace(state, picker=filtered(state.picker, text)))


def answered(state: State, question: Question, text: str) -> Step:  # noqa: PLR0911
    """A question's answer; the list that it came from is open again."""
    state = replace(state, question=None)
    one = state.picker
    match question.kind:
        case "dialog":
            return extensions.typed(state, question, text)
        case "instructions":
            return navigate(closed(state), question.subject, True, text)
        case "setting":
            return closed(state), [Here("set", question.subject, text)]
        case "name":
            return state, [Tell(SetName(0, state.conversation, text))] if text else []
        case "rename":
            if one is None or not text:
                return state, []
            state = replace(state, picker=_renamed(one, question.subject, text))
            return state, [Tell(SetName(0, question.subject, text))]
        case "label":
            told = Tell(SetLabel(0, state.conversation, question.subject, text))
            return replace(state, picker=tree_list.labelled(one, question.subject, text) if one else None), [
                told
            ]
    return state, []


def _renamed(one: Picker, value: str, name: str) -> Picker:
    for info in one.source:
        if info.id == value:
            info.name = name
    return lists.viewed(one, one.view)


def key_given(state: State, secret: Secret) -> Step:
    """The key goes from the input line to where it is kept, and nowhere else."""
    question = state.question
    state = closed(state)
    if question is None or not secret.reveal().strip():
        return printed(state, notice_lines("info", "No key was given; nothing was changed.", state.width))
    return state, [Here("keep_key", question.subject, secret=secret)]
