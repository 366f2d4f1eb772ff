"""What extensions ask and show in the pane: a question of theirs is a list, or a line to type; pure."""

from dataclasses import replace

from picode.pane.entries import notice_lines
from picode.pane.follow import printed
from picode.pane.lines import Line, cut
from picode.pane.opening import ask, show
from picode.pane.picker import Choice, Picker, picker
from picode.pane.safe import safe, safe_line
from picode.pane.state import Effect, Question, State, Step, Tell
from picode.protocol.events import ExtensionFailed
from picode.protocol.requests import AnswerDialog
from picode.protocol.values import Dialog

ROWS = 10
"""Lines of all widgets at one side of the input line."""
NO, YES = "no", "yes"


def attended(state: State) -> Step:
    """The oldest question is open, unless the input line belongs to something else; one that is over is closed."""
    open_ = [one for one in state.status.dialogs if one.id not in state.replied]
    effects: list[Effect] = []
    if state.dialog and all(one.id != state.dialog for one in open_):
        state = _closed(state)
    if open_ and not state.dialog and not state.line_owner and state.picker is None:
        state, effects = _shown(replace(state, dialog=open_[0].id), open_[0])
    return state, effects


def _closed(state: State) -> State:
    """Only what is the question's own."""
    one, question = state.picker, state.question
    return replace(
        state, dialog="", picker=None if one is not None and one.kind == "dialog" else one,
        question=None if question is not None and question.kind == "dialog" else question,
    )  # fmt: skip


def _shown(state: State, dialog: Dialog) -> Step:
    lines: list[Line] = [[("", line)] for line in safe(dialog.message).split("\n") if dialog.message]
    effects: list[Effect] = []
    if lines:
        state, effects = printed(state, [[("bold", safe_line(dialog.title))], *lines, []])
    if dialog.kind in ("select", "confirm"):
        state, more = show(state, _list(dialog))
    else:
        hint = safe_line(dialog.text) if dialog.kind == "input" else ""
        hint = f"{hint} · Enter answers; Esc leaves it".removeprefix(" · ")
        value = dialog.text if dialog.kind == "editor" else ""
        question = Question("dialog", safe_line(dialog.title), hint, value=safe(value), subject=dialog.id)
        state, more = ask(state, question)
    return state, effects + more


def _list(dialog: Dialog) -> Picker:
    rows = [Choice(option, safe_line(option)) for option in dialog.options]
    if dialog.kind == "confirm":
        rows = [Choice(YES, "Yes"), Choice(NO, "No")]
    return picker("dialog", safe_line(dialog.title), rows, subject=dialog.id)


def chosen(state: State, one: Picker, value: str) -> Step:
    """Enter on a row."""
    dialog = next((dialog for dialog in state.status.dialogs if dialog.id == one.subject), None)
    if dialog is not None and dialog.kind == "confirm":
        return _answered(state, AnswerDialog(0, state.conversation, one.subject, confirmed=value == YES))
    return _answered(state, AnswerDialog(0, state.conversation, one.subject, value=value))


def typed(state: State, question: Question, text: str) -> Step:
    return _answered(state, AnswerDialog(0, state.conversation, question.subject, value=text))


def left(state: State) -> Step:
    """Esc: no answer."""
    return _answered(state, AnswerDialog(0, state.conversation, state.dialog))


def _answered(state: State, answer: AnswerDialog) -> Step:
    state = replace(_closed(state), replied=state.replied | {answer.dialog})
    return state, [Tell(answer)]


def failed(state: State, event: ExtensionFailed) -> Step:
    return printed(state, notice_lines("warning", sentence(event), state.width))


def sentence(event: ExtensionFailed) -> str:
    """Which file, which line, what went wrong."""
    where = event.where or event.path
    name = where.rpartition("/")[2]
    place = f"The extension {name}" if name else "An extension"
    what = (
        f"could not be loaded: {event.error}"
        if event.event == "load"
        else f"failed at {event.event}: {event.error}"
    )
    return f"{place} {what}"


def widgets(state: State, placement: str) -> list[Line]:
    """The lines that extensions want at this side of the input line."""
    lines = [line for one in state.status.widgets if one.placement == placement for line in one.lines]
    return [cut([("", safe_line(line))], state.width) for line in lines[:ROWS]]


def notes(state: State) -> str:
    """Words for the status line."""
    return " · ".join(safe_line(text) for _, text in sorted(state.status.notes.items()))
