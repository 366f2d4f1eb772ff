"""Slash commands: a table that can be read, and what each of them does."""

import time
from collections.abc import Callable
from dataclasses import replace
from difflib import get_close_matches
from typing import NamedTuple

from picode.messages import LEVELS
from picode.pane.entries import notice_lines
from picode.pane.follow import printed
from picode.pane.lines import Line, cut
from picode.pane.references import parsed, references
from picode.pane.safe import safe_line
from picode.pane.state import Copy, Leave, Open, Picker, State, Step, Tell
from picode.paths import layout_names
from picode.protocol.requests import (
    Compact,
    GetConversations,
    GetModels,
    OpenFile,
    SetLayout,
    SetModel,
    SetThinking,
)
from picode.protocol.values import ConversationInfo, ModelInfo

SHOWN = 20
"""Choices of a list that are shown at once; a part of a name finds the others."""
KEYS = (
    ("Enter", "send; while a turn runs: after the tool calls that run now"),
    ("Alt-Enter", "a new line; while a turn runs: send after the turn"),
    ("Ctrl-J", "a new line"),
    ("Esc, Ctrl-C", "cancel the turn; what was queued comes back"),
    ("Ctrl-O", "unfold the last tool call; again: the one before"),
    ("Ctrl-D, Ctrl-C twice", "quit; the assistant goes on working"),
    ("!command", "run it here and share its output; !!command: without sharing"),
    ("@file", "name a file; Tab completes"),
    ("Alt-a", "in your shell: send the last command, or the question on the line with it"),
    ("Alt-z", "in your shell: put the command suggested last on the prompt"),
    ("Alt-Shift-a", "in any pane of the workspace: send what it has printed so far"),
)


def _help(state: State, argument: str) -> Step:
    rows = [(f"/{name} {command.takes}".rstrip(), command.does) for name, command in COMMANDS.items()]
    wide = max(len(left) for left, _ in (*rows, *KEYS)) + 2
    lines: list[Line] = [
        cut([("bold", left.ljust(wide)), ("", told)], state.width) for left, told in (*rows, *KEYS)
    ]
    return printed(state, [*lines, []])


def _new(state: State, argument: str) -> Step:
    return state, [Open("new")]


def _resume(state: State, argument: str) -> Step:
    if argument:
        return state, [Open("named", argument)]
    return state, [Tell(GetConversations(0, state.cwd))]


def _model(state: State, argument: str) -> Step:
    if argument:
        return state, [Tell(SetModel(0, state.conversation, argument))]
    return state, [Tell(GetModels(0))]


def _thinking(state: State, argument: str) -> Step:
    if argument in LEVELS:
        return state, [Tell(SetThinking(0, state.conversation, argument))]
    if argument:
        told = f"There is no level {argument!r}: {', '.join(LEVELS)}."
        return printed(state, notice_lines("warning", safe_line(told), state.width))
    now = state.status.thinking or "off"
    rows = tuple((level, f"{level}{'  (now)' if level == now else ''}") for level in LEVELS)
    return show_picker(state, Picker("How hard is the model to think?", rows, "thinking"))


def _compact(state: State, argument: str) -> Step:
    return state, [Tell(Compact(0, state.conversation, argument))]


def _session(state: State, argument: str) -> Step:
    status = state.status
    facts = (
        ("id", state.conversation), ("name", state.name), ("file", state.path), ("directory", state.cwd),
        ("model", status.model), ("context", f"{status.context_used:,} of {status.context_window:,} tokens"),
        ("cost", f"${status.cost:.4f}"),
    )  # fmt: skip
    lines: list[Line] = [[("dim", f"{name:<10}"), ("", safe_line(value))] for name, value in facts if value]
    return printed(state, [*lines, []])


def _layout(state: State, argument: str) -> Step:
    if argument:
        return state, [Tell(SetLayout(0, argument))]
    return show_picker(
        state, Picker("Which layout?", tuple((name, name) for name in layout_names()), "layout")
    )


def _copy(state: State, argument: str) -> Step:
    if not state.said:
        return printed(state, notice_lines("warning", "There is no answer to copy yet.", state.width))
    told = f"{len(state.said):,} characters were given to the terminal's clipboard (OSC 52)."
    state, effects = printed(state, notice_lines("info", told, state.width))
    return state, [Copy(state.said), *effects]


def _open(state: State, argument: str) -> Step:
    """A file, or one of those that the last answer names."""
    if argument:
        return _opened(state, argument)
    found = references(state.said)
    rows = tuple((one.text, one.text) for one in found)
    if not rows:
        told = "The last answer names no file with a line. /open FILE:LINE opens any."
        return printed(state, notice_lines("info", told, state.width))
    if len(rows) == 1:
        return _opened(state, rows[0][0])
    return show_picker(state, Picker("Which file?", rows, "reference"))


def _opened(state: State, text: str) -> Step:
    one = parsed(text)
    return state, [Tell(OpenFile(0, state.conversation, one.path, one.line, one.column))]


def _quit(state: State, argument: str) -> Step:
    return state, [Leave()]


class Command(NamedTuple):
    does: str
    run: Callable[[State, str], Step]
    takes: str = ""
    choices: Callable[[], list[str]] = list
    """What its argument may be, where that is known."""


COMMANDS: dict[str, Command] = {
    "help": Command("keys and commands", _help),
    "new": Command("begin a new conversation", _new),
    "resume": Command("go to an earlier conversation", _resume, "[ID]"),
    "model": Command("choose the model", _model, "[NAME]"),
    "thinking": Command("how hard the model is asked to think", _thinking, "[LEVEL]", lambda: list(LEVELS)),
    "session": Command("this conversation's file, model and cost", _session),
    "compact": Command("summarise what is old; WORDS: what to look at", _compact, "[WORDS]"),
    "open": Command("open a file that the last answer names", _open, "[FILE:LINE]"),
    "copy": Command("copy the last answer", _copy),
    "layout": Command("arrange the workspace's panes", _layout, "[NAME]", layout_names),
    "quit": Command("leave; the assistant goes on working", _quit),
}


def run_command(state: State, text: str) -> Step:
    """`/name argument`; an unambiguous beginning of a name is enough."""
    name, _, argument = text[1:].partition(" ")
    found = [known for known in COMMANDS if known == name] or [
        known for known in COMMANDS if known.startswith(name)
    ]
    if len(found) == 1:
        return COMMANDS[found[0]].run(state, argument.strip())
    near = get_close_matches(name, COMMANDS, 1, 0.5)
    hint = f"Did you mean /{near[0]}?" if near else "/help lists the commands."
    return printed(
        state, notice_lines("warning", f"There is no command /{safe_line(name)}. {hint}", state.width)
    )


def conversations_picker(found: list[ConversationInfo], now: float | None = None) -> Picker:
    now = time.time() if now is None else now
    rows = tuple((one.id, _conversation(one, now)) for one in found if one.messages or one.first)
    return Picker("Which conversation?", rows, "conversation")


def _conversation(one: ConversationInfo, now: float) -> str:
    told = safe_line(one.name or one.first) or "(nothing said)"
    return f"{one.id[:8]}  {_ago(now - one.modified / 1000):>9}  {one.messages:>4} messages  {told}"


def _ago(seconds: float) -> str:
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {name} ago"
    return "now"


def models_picker(found: list[ModelInfo], now: str) -> Picker:
    rows = tuple((one.name, _model_row(one, now)) for one in found if one.usable)
    return Picker("Which model?", rows, "model")


def _model_row(one: ModelInfo, now: str) -> str:
    window = f"  {one.context_window // 1000}k" if one.context_window else ""
    return f"{safe_line(one.name)}{window}{'  (now)' if one.name == now else ''}"


def show_picker(state: State, picker: Picker) -> Step:
    """The list goes into the scrollback; the input line takes the choice."""
    if not picker.choices:
        return printed(state, notice_lines("info", "There is nothing to choose from.", state.width))
    lines: list[Line] = [[("bold", picker.title)]]
    for number, (_, told) in enumerate(picker.choices[:SHOWN], 1):
        lines.append(cut([("ansicyan", f"{number:>3}  "), ("", told)], state.width))
    if len(picker.choices) > SHOWN:
        lines.append([("dim", f"     and {len(picker.choices) - SHOWN} more: type a part of a name")])
    return printed(replace(state, picker=picker), lines)


def choose(state: State, picker: Picker, text: str) -> Step:
    """A number, or a part of a name; nothing leaves the list."""
    state = replace(state, picker=None)
    text = text.strip()
    if not text:
        return state, []
    if text.isdecimal() and 1 <= int(text) <= len(picker.choices):
        return _chosen(state, picker, picker.choices[int(text) - 1][0])
    fitting = tuple(one for one in picker.choices if text.lower() in f"{one[0]} {one[1]}".lower())
    if len(fitting) == 1:
        return _chosen(state, picker, fitting[0][0])
    if not fitting:
        state, effects = printed(
            state, notice_lines("warning", f"Nothing there has {text!r} in it.", state.width)
        )
        return replace(state, picker=picker), effects
    return show_picker(state, replace(picker, choices=fitting))


def _chosen(state: State, picker: Picker, value: str) -> Step:
    if picker.kind == "reference":
        return _opened(state, value)
    if picker.kind == "model":
        return state, [Tell(SetModel(0, state.conversation, value))]
    if picker.kind == "thinking":
        return _thinking(state, value)
    if picker.kind == "layout":
        return state, [Tell(SetLayout(0, value))]
    return state, [Open("named", value)]
