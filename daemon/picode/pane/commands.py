"""Slash commands: a table that can be read, and what each of them does."""

import os
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Literal, NamedTuple, cast, get_args

from picode.credentials import KEY_NAMES, VARIABLES
from picode.messages import LEVELS
from picode.pane import lists
from picode.pane.actions import ACTIONS, ELSEWHERE, HEADINGS
from picode.pane.choosing import LISTED, login, opened_file, think
from picode.pane.entries import notice_lines
from picode.pane.follow import printed
from picode.pane.lines import Line, wrap
from picode.pane.opening import ask, show
from picode.pane.picker import Choice, picker
from picode.pane.safe import safe_line
from picode.pane.spending import dollars
from picode.pane.state import Copy, Here, Leave, Open, Question, State, Step, Tell
from picode.paths import layout_names
from picode.protocol.requests import (
    Ask,
    Clone,
    Compact,
    Export,
    GetContext,
    GetConversations,
    GetModels,
    GetSpending,
    GetTree,
    Import,
    Reload,
    SetLayout,
    SetModel,
    SetName,
)
from picode.protocol.values import Delivery
from picode.references import references

SpentBy = Literal["day", "model", "conversation", "workspace"]
SPENT_BY: tuple[SpentBy, ...] = get_args(SpentBy)
Format = Literal["html", "md", "json", "jsonl", "text"]
TYPED = (
    ("!command", "run it here and share its output; !!command: without sharing"),
    ("@file", "name a file: its letters in order are enough; Tab completes"),
)
HELPFUL = (
    "tui.input.submit", "app.message.followUp", "tui.input.newLine", "app.interrupt", "app.message.dequeue",
    "app.tools.expand", "app.editor.external", "app.clipboard.pasteImage", "app.model.cycleForward",
    "app.thinking.cycle", "app.screen.redraw", "app.exit",
)  # fmt: skip
"""Actions that /help tells; /hotkeys tells all."""


def _help(state: State, argument: str) -> Step:
    rows = [(f"/{name} {command.takes}".rstrip(), command.does) for name, command in COMMANDS.items()]
    keys = [(state.keymap.shown(name), ACTIONS[name].does) for name in HELPFUL if state.keymap.shown(name)]
    brought = [(f"/{safe_line(one.name)} {safe_line(one.hint)}".rstrip(), safe_line(one.description))
               for one in state.brought or ()]  # fmt: skip
    return printed(state, table([*rows, *brought, *keys, *TYPED, *ELSEWHERE], state.width))


def table(rows: "Sequence[tuple[str, str]]", width: int) -> list[Line]:
    """Names and what they do, in two columns; what does not fit goes on below."""
    wide = min(max(len(left) for left, _ in rows) + 2, max(8, width // 2))
    lines: list[Line] = []
    for left, told in rows:
        first, *rest = wrap([("", told)], max(8, width - wide))
        lines.append([("bold", left.ljust(wide)), *first])
        lines += [[("", " " * wide), *line] for line in rest]
    return [*lines, []]


def _hotkeys(state: State, argument: str) -> Step:
    """The keys in force."""
    lines: list[Line] = []
    for where, heading in HEADINGS.items():
        rows = [(state.keymap.shown(name) or "(no key)", f"{one.does}  {name}")
                for name, one in ACTIONS.items() if one.where == where]  # fmt: skip
        lines += [[("bold ansicyan", heading)], *table(rows, state.width)]
    lines += [[("bold ansicyan", "elsewhere")], *table(ELSEWHERE, state.width)]
    state, effects = printed(state, lines)
    for fault in state.keymap.faults:
        state, more = printed(state, notice_lines("warning", fault, state.width))
        effects += more
    return state, effects


def _asked(request: "type[GetTree] | type[Clone]", why: str = "") -> "Callable[[State, str], Step]":
    """A command that asks the daemon about this conversation."""
    return lambda state, argument: (state, [Tell(request(0, state.conversation), why=why)])


def _here(what: "Literal['settings', 'reload', 'changelog']") -> "Callable[[State, str], Step]":
    """A command for this machine."""
    return lambda state, argument: (state, [Here(what)])


def _new(state: State, argument: str) -> Step:
    return state, [Open("new")]


def _reload(state: State, argument: str) -> Step:
    return state, [Here("reload"), Tell(Reload(0, state.conversation))]


def _resume(state: State, argument: str) -> Step:
    if argument:
        return state, [Open("named", argument)]
    return state, [Tell(GetConversations(0, state.cwd, LISTED))]


def _model(state: State, argument: str) -> Step:
    if argument:
        return state, [Tell(SetModel(0, state.conversation, argument))]
    return state, [Tell(GetModels(0))]


def _thinking(state: State, argument: str) -> Step:
    return think(state, argument) if argument else show(state, lists.thinking(state.status.thinking or "off"))


def _scoped(state: State, argument: str) -> Step:
    return state, [Tell(GetModels(0), why="scoped")]


def _compact(state: State, argument: str) -> Step:
    return state, [Tell(Compact(0, state.conversation, argument))]


def _session(state: State, argument: str) -> Step:
    status = state.status
    facts = (
        ("id", state.conversation), ("name", state.name), ("file", state.path), ("directory", state.cwd),
        ("model", status.model), ("context", f"{status.context_used:,} of {status.context_window:,} tokens"),
        ("cost", dollars(status.cost)),
    )  # fmt: skip
    lines: list[Line] = [[("dim", f"{name:<10}"), ("", safe_line(value))] for name, value in facts if value]
    return printed(state, [*lines, []])


def _cost(state: State, argument: str) -> Step:
    """This conversation's models, or all days, models, conversations, projects."""
    if argument not in ("", *SPENT_BY):
        told = f"/cost alone, or /cost {', '.join(SPENT_BY)}."
        return printed(state, notice_lines("warning", told, state.width))
    by = cast(SpentBy, argument or "model")
    return state, [Tell(GetSpending(0, by, state.conversation, only=not argument))]


def _context(state: State, argument: str) -> Step:
    if not argument:
        told = "Which question? /context QUESTION shows which files it is about, and sends nothing."
        return printed(state, notice_lines("info", told, state.width))
    return state, [Tell(GetContext(0, state.cwd, argument))]


def _layout(state: State, argument: str) -> Step:
    if argument:
        return state, [Tell(SetLayout(0, argument))]
    return show(state, picker("layout", "Which layout?", [Choice(name, name) for name in layout_names()]))


def _copy(state: State, argument: str) -> Step:
    if not state.said:
        return printed(state, notice_lines("warning", "There is no answer to copy yet.", state.width))
    told = f"{len(state.said):,} characters were given to the terminal's clipboard (OSC 52)."
    state, effects = printed(state, notice_lines("info", told, state.width))
    return state, [Copy(state.said), *effects]


def _open(state: State, argument: str) -> Step:
    """A file, or one of those that the last answer names."""
    if argument:
        return opened_file(state, argument)
    rows = [Choice(one.text, safe_line(one.text)) for one in references(state.said)]
    if not rows:
        told = "The last answer names no file with a line. /open FILE:LINE opens any."
        return printed(state, notice_lines("info", told, state.width))
    if len(rows) == 1:
        return opened_file(state, rows[0].value)
    return show(state, picker("reference", "Which file?", rows))


def _login(state: State, argument: str) -> Step:
    if argument and state.question is None:
        name, _, how = argument.partition(" ")
        name = KEY_NAMES.get(name, name)
        if how in ("browser", "device") or name in VARIABLES:
            return login(state, f"{name} {how}" if how in ("browser", "device") else name)
        return state, [Here("keys", "login", name)]
    return state, [Here("keys", "login")]


def _logout(state: State, argument: str) -> Step:
    return state, [Here("forget_key", argument) if argument else Here("keys", "logout")]


def _name(state: State, argument: str) -> Step:
    if argument:
        return state, [Tell(SetName(0, state.conversation, argument))]
    hint = "Enter names it; Esc leaves it as it is"
    return ask(state, Question("name", "What is this conversation to be called?", hint, value=state.name))


def _export(state: State, argument: str) -> Step:
    suffix = argument.rpartition(".")[2].lower()
    kind = {"md": "md", "markdown": "md", "json": "json", "jsonl": "jsonl", "txt": "text"}.get(suffix, "html")
    if argument in get_args(Format):
        return state, [Tell(Export(0, state.conversation, cast(Format, argument)))]
    path = os.path.join(state.cwd, os.path.expanduser(argument)) if argument else ""
    return state, [Tell(Export(0, state.conversation, cast(Format, kind), path))]


def _share(state: State, argument: str) -> Step:
    return state, [Tell(Export(0, state.conversation, "html"))]


def _import(state: State, argument: str) -> Step:
    if not argument:
        return printed(state, notice_lines("warning", "Which file? /import FILE.jsonl", state.width))
    return state, [Tell(Import(0, os.path.join(state.cwd, os.path.expanduser(argument))))]


def _quit(state: State, argument: str) -> Step:
    return state, [Leave()]


class Command(NamedTuple):
    does: str
    run: Callable[[State, str], Step]
    takes: str = ""
    choices: Callable[[], list[str]] = list
    """What its argument may be, where that is known."""


COMMANDS: dict[str, Command] = {
    "help": Command("commands and the most useful keys", _help),
    "hotkeys": Command("all keys that are in force", _hotkeys),
    "new": Command("begin a new conversation", _new),
    "resume": Command("go to an earlier conversation: a list to search in", _resume, "[ID]"),
    "tree": Command("go to another place of this conversation, or label one", _asked(GetTree, "tree")),
    "fork": Command("a new conversation from before one of your messages", _asked(GetTree, "fork")),
    "clone": Command("a new conversation of all up to here", _asked(Clone)),
    "name": Command("call this conversation something", _name, "[NAME]"),
    "session": Command("this conversation's file, model and cost", _session),
    "cost": Command("what was spent: here, or by day, model, conversation, workspace", _cost, "[BY]",
                    lambda: list(SPENT_BY)),
    "context": Command("which files of the project a question is about, and why", _context, "QUESTION"),
    "compact": Command("summarise what is old; WORDS: what to look at", _compact, "[WORDS]"),
    "model": Command("choose the model", _model, "[NAME]"),
    "scoped-models": Command("which models the key for the next one goes through", _scoped),
    "thinking": Command("how hard the model is asked to think", _thinking, "[LEVEL]", lambda: list(LEVELS)),
    "copy": Command("copy the last answer", _copy),
    "export": Command("write this conversation to a file: html, md, json, jsonl or text", _export, "[FILE|FORMAT]",
                      lambda: list(get_args(Format))),
    "share": Command("write it as one HTML file to give away, and say where", _share),
    "import": Command("take in a session file and go there", _import, "FILE"),
    "open": Command("open a file that the last answer names", _open, "[FILE:LINE]"),
    "layout": Command("arrange the workspace's panes", _layout, "[NAME]", layout_names),
    "login": Command("keep a provider's key, typed unseen; or sign in there", _login, "[PROVIDER] [browser|device]",
                     lambda: list(VARIABLES)),
    "logout": Command("forget a provider's key, end a sign-in", _logout, "[PROVIDER]", lambda: list(VARIABLES)),
    "settings": Command("look at the settings and change them", _here("settings")),
    "reload": Command("read keybindings, settings, skills, templates and the theme anew", _reload),
    "changelog": Command("what is new", _here("changelog")),
    "quit": Command("leave; the assistant goes on working", _quit),
    "exit": Command("the same", _quit),
}  # fmt: skip


def _is_brought(state: State, name: str) -> bool:
    if name.startswith("skill:"):
        return True
    if state.brought is None:  # said before the daemon told
        near = any(known.startswith(name) for known in COMMANDS) or get_close_matches(name, COMMANDS, 1, 0.5)
        return not near
    return any(name == one.name for one in state.brought)


def run_command(state: State, text: str, delivery: Delivery = "steer") -> Step:
    """`/name argument`; an unambiguous beginning of a name is enough. Skills and templates are the daemon's."""
    name, *rest = text[1:].split(maxsplit=1) or [""]
    argument = rest[0] if rest else ""
    if name not in COMMANDS and _is_brought(state, name):
        return state, [Tell(Ask(0, state.conversation, text, delivery=delivery), text)]
    found = [known for known in COMMANDS if known == name] or [
        known for known in COMMANDS if known.startswith(name)
    ]
    if len(found) == 1:
        return COMMANDS[found[0]].run(state, argument.strip())
    names = [*COMMANDS, *(one.name for one in state.brought or ())]
    near = get_close_matches(name, names, 1, 0.5)
    hint = f"Did you mean /{near[0]}?" if near else "/help lists the commands."
    return printed(
        state, notice_lines("warning", f"There is no command /{safe_line(name)}. {hint}", state.width)
    )
