"""What is done with a choice in a list, and what the lists' own keys do."""

from collections.abc import Callable
from dataclasses import replace

from picode.messages import LEVELS
from picode.pane import extensions, lists, tree_list
from picode.pane.entries import notice_lines
from picode.pane.follow import printed
from picode.pane.opening import ask, closed, looked_up, show
from picode.pane.picker import Choice, Picker, moved
from picode.pane.picker_view import page_rows
from picode.pane.safe import safe_line
from picode.pane.state import Here, LookUp, Open, Question, Row, State, Step, Tell
from picode.protocol.requests import (
    Delete,
    Fork,
    GetConversations,
    Navigate,
    OpenFile,
    SetLayout,
    SetModel,
    SetThinking,
)
from picode.references import parsed

SUMMARISING = 900.0
"""Seconds that the summary of a branch may take: it is a model's call."""
LISTED = 1000
"""Conversations that the list has."""


def chosen(state: State, one: Picker, choice: Choice) -> Step:
    """Enter on a row."""
    if one.kind == "scoped":
        return _scoped(state, one, "toggle", choice)
    return DO[one.kind](closed(state), one, choice.value)


def _conversation(state: State, one: Picker, value: str) -> Step:
    return state, [Open("named", value)] if value != state.conversation else []


def opened_file(state: State, text: str) -> Step:
    one = parsed(text)
    return state, [Tell(OpenFile(0, state.conversation, one.path, one.line, one.column))]


def think(state: State, level: str) -> Step:
    if level in LEVELS:
        return state, [Tell(SetThinking(0, state.conversation, level))]
    return _told(state, "warning", f"There is no level {level!r}: {', '.join(LEVELS)}.")


def _tree(state: State, one: Picker, value: str) -> Step:
    if value == one.leaf:
        return _told(state, "info", "The conversation is there already.")
    return show(state, lists.summary(value))


def _summary(state: State, one: Picker, value: str) -> Step:
    if value == "words":
        question = Question("instructions", "What is the summary to look at?", "Enter summarises; Esc stays here",
                            subject=one.subject)  # fmt: skip
        return ask(state, question)
    return navigate(state, one.subject, value == "yes")


def navigate(state: State, entry: str, summarise: bool, instructions: str = "") -> Step:
    request = Navigate(0, state.conversation, entry, summarise, instructions)
    if not summarise:
        return state, [Tell(request)]
    state, effects = _told(state, "info", "Summarising the branch that you leave …")
    return state, [*effects, LookUp(request, SUMMARISING)]


def fork(state: State, entry: str) -> Step:
    return state, [Tell(Fork(0, state.conversation, entry))]


def _login(state: State, one: Picker, value: str) -> Step:
    return login(state, value)


def login(state: State, words: str) -> Step:
    """`mine`: its key; `mine browser`, `mine device`: a sign-in."""
    name, _, how = words.partition(" ")
    return (state, [Here("sign_in", name, how)]) if how else ask_key(state, name)


def key_of(state: State, rows: tuple[Row, ...], name: str) -> Step:
    """The key of a provider that a person named."""
    if any(row.name == name for row in rows):
        return login(state, name)
    known = ", ".join(row.name for row in rows if " " not in row.name)
    return _told(state, "warning", f"There is no provider {name!r} that takes a key: {known}.")


def ask_key(state: State, provider: str) -> Step:
    hint = (
        "it is not shown, and kept in the keyring, else in a file that only you can read; Esc keeps nothing"
    )
    return ask(state, Question("key", f"Key for {provider}", hint, subject=provider, secret=True))


def _setting(state: State, one: Picker, value: str) -> Step:
    row = next(row for row in one.source if row.name == value)
    if row.choices:
        return show(state, lists.values(row))
    hint = f"{row.told.partition(chr(10))[0]} Enter keeps it; Esc leaves it as it is"
    return ask(state, Question("setting", row.name, hint, value=row.value, subject=row.name))


def _told(state: State, level: str, text: str) -> Step:
    return printed(state, notice_lines(level, safe_line(text), state.width))


DO: dict[str, Callable[[State, Picker, str], Step]] = {
    "conversation": _conversation,
    "model": lambda state, one, value: (state, [Tell(SetModel(0, state.conversation, value))]),
    "layout": lambda state, one, value: (state, [Tell(SetLayout(0, value))]),
    "thinking": lambda state, one, value: think(state, value),
    "reference": lambda state, one, value: opened_file(state, value),
    "tree": _tree,
    "summary": _summary,
    "fork": lambda state, one, value: fork(state, value),
    "login": _login,
    "logout": lambda state, one, value: (state, [Here("forget_key", value)]),
    "settings": _setting,
    "dialog": extensions.chosen,
    "value": lambda state, one, value: (state, [Here("set", one.subject, value)]),
}


def acted(state: State, one: Picker, action: str) -> Step:
    """A key of a list that is neither Enter nor Esc."""
    if action.startswith("tui.select."):
        one = moved(one, action, page_rows(state.height - 2, state.width))
        # what was to be deleted is asked about anew
        return looked_up(
            replace(state, picker=replace(one, subject="") if one.kind == "conversation" else one)
        )
    if one.kind == "conversation":
        return _conversations(state, one, action)
    if one.kind == "tree":
        return _in_tree(state, one, action)
    if one.kind == "scoped" and one.current:
        return _scoped(state, one, action.rpartition(".")[2], one.current)
    return state, []


FLAGS = {"app.session.toggleSort": "l", "app.session.toggleNamedFilter": "n"}


def _conversations(state: State, one: Picker, action: str) -> Step:  # noqa: PLR0911
    current = one.current
    if flag := FLAGS.get(action):
        view = one.view.replace(flag, "") if flag in one.view else one.view + flag
        return looked_up(replace(state, picker=lists.viewed(one, view)))
    if action == "app.session.togglePath":
        everywhere = "a" not in one.view
        view = one.view + "a" if everywhere else one.view.replace("a", "")
        request = GetConversations(0, "" if everywhere else state.cwd, LISTED)
        return replace(state, picker=replace(one, view=view, searched="")), [LookUp(request)]
    if current is None:
        return state, []
    if action == "app.session.rename":
        return ask(state, Question("rename", "What is it to be called?", "Enter names it; Esc goes back",
                                   value=current.text, subject=current.value))  # fmt: skip
    if action == "app.session.delete":
        if one.subject != current.value:
            # asked for twice: a file that is gone is gone
            return replace(state, picker=replace(one, subject=current.value)), []
        source = tuple(info for info in one.source if info.id != current.value)
        kept = lists.viewed(replace(one, source=source, subject=""), one.view)
        state, effects = looked_up(replace(state, picker=kept))
        return state, [Tell(Delete(0, current.value)), *effects]
    return state, []


def _in_tree(state: State, one: Picker, action: str) -> Step:  # noqa: PLR0911
    current, name = one.current, action.rpartition(".")[2]
    views = list(tree_list.VIEWS)
    if name in ("cycleForward", "cycleBackward"):
        view = views[(views.index(one.view) + (1 if name == "cycleForward" else -1)) % len(views)]
        return looked_up(replace(state, picker=tree_list.in_view(one, view)))
    if action.startswith("app.tree.filter."):
        view = {"userOnly": "user", "labeledOnly": "labeled", "noTools": "default"}.get(name, name)
        return looked_up(replace(state, picker=tree_list.in_view(one, view)))
    if current is None:
        return state, []
    if name in ("foldOrUp", "unfoldOrDown"):
        return looked_up(replace(state, picker=tree_list.to_fork(one, -1 if name == "foldOrUp" else 1)))
    if name == "editLabel":
        label = next((node.label for node in one.source if node.entry == current.value), "")
        return ask(state, Question("label", "Which label?", "Enter sets it; nothing takes it away; Esc goes back",
                                   value=label, subject=current.value))  # fmt: skip
    if name == "summarise":
        return navigate(closed(state), current.value, True) if current.value != one.leaf else (state, [])
    if name == "fork":
        return fork(closed(state), current.value)
    return state, []


def _scoped(state: State, one: Picker, name: str, choice: Choice) -> Step:
    """The chosen models, by value; `Esc` forgets what was not saved."""
    names = lists.chosen_models(one)
    fits = [one.choices[place].value for place in one.fits]
    match name:
        case "toggle":
            others = [other for other in names if other != choice.value]
            names = others if choice.value in names else [*names, choice.value]
        case "enableAll":
            names += [other for other in fits if other not in names]
        case "clearAll":
            names = [other for other in names if other not in fits]
        case "toggleProvider":
            provider = choice.value.partition("/")[0] + "/"
            of_it = [info.name for info in one.source if info.name.startswith(provider)]
            whole = all(other in names for other in of_it)
            names = [other for other in names if other not in of_it] + ([] if whole else of_it)
        case "reorderUp" | "reorderDown" if choice.value in names:
            at = names.index(choice.value)
            names.insert(max(0, at + (-1 if name == "reorderUp" else 1)), names.pop(at))
        case "save":
            return closed(state), [Here("scope", value=",".join(names))]
    return replace(state, picker=lists.with_scope(one, names)), []
