"""Opening and closing lists and questions: what the input line is for while they are there."""

from dataclasses import replace

from picode.pane.entries import notice_lines
from picode.pane.follow import printed
from picode.pane.lines import Line, cut
from picode.pane.picker import PREVIEWED, Picker, at_value, is_command
from picode.pane.picker_view import preview_width
from picode.pane.state import Effect, LookUp, Question, State, Step
from picode.protocol.requests import Peek, Search

SHOWN = 20
"""Choices of a printed list; a part of a name finds the others."""
PEEKED = 6
"""Messages of a conversation's preview."""
SEARCHED_FROM = 3
"""Letters from which on all conversations are searched."""


def show(state: State, one: Picker) -> Step:
    """Open a list; on a plain terminal it is printed, and the next line is the choice."""
    if not one.choices and not one.source:
        return printed(state, notice_lines("info", "There is nothing to choose from.", state.width))
    if state.plain:
        lines: list[Line] = [[("bold", one.title)]]
        for number, choice in enumerate(one.choices[:SHOWN], 1):
            told = f"{choice.text}  {choice.note}".rstrip()
            lines.append(cut([("ansicyan", f"{number:>3}  "), ("", told)], state.width))
        if len(one.choices) > SHOWN:
            lines.append([("dim", f"     and {len(one.choices) - SHOWN} more: type a part of a name")])
        return printed(replace(state, picker=one), lines)
    serial = state.opened + 1
    return looked_up(replace(state, opened=serial, picker=replace(one, serial=serial)))


def ask(state: State, question: Question) -> Step:
    if state.plain and question.secret:
        told = f"A key cannot be typed unseen here. `picode auth add {question.subject}` asks for it."
        return printed(state, notice_lines("warning", told, state.width))
    serial = state.opened + 1
    state = replace(state, opened=serial, question=replace(question, serial=serial))
    return printed(state, [[("bold", question.title)]]) if state.plain else (state, [])


def closed(state: State) -> State:
    return replace(state, picker=None, question=None)


def looked_up(state: State) -> Step:
    """What the open list is to be told: the preview of the current choice, and what a search finds; one at a time."""
    one, effects = state.picker, list[Effect]()
    if one is None or state.plain:
        return state, []
    current = one.current
    known = current is None or bool(current.preview) or current.value in one.peeked
    if one.kind in PREVIEWED and current and not known and not one.peeking:
        one = replace(one, peeking=current.value)
        wanted = (current.value, "") if one.kind == "conversation" else (state.conversation, current.value)
        effects.append(LookUp(Peek(0, wanted[0], wanted[1], PEEKED if not wanted[1] else 1)))
    words = one.query.strip()
    if one.kind == "conversation" and not one.searching and words != one.searched:
        if len(words) < SEARCHED_FROM or is_command(words):
            one = replace(one, searched=words)
        else:
            one = replace(one, searching=words)
            effects.append(LookUp(Search(0, words, state.cwd if "a" not in one.view else "")))
    return replace(state, picker=one), effects


def peeked(state: State, value: str, lines: list[Line]) -> Step:
    """A preview came, or none could be had."""
    one = state.picker
    if one is None:
        return state, []
    lines = [cut(line, preview_width(state.width) * 4) for line in lines]
    one = replace(one, peeking="", peeked={**one.peeked, value: tuple(lines)})
    return looked_up(replace(state, picker=one))


def back_at(one: Picker, value: str) -> Picker:
    return at_value(one, value) if value else one
