"""State to lines: the live area under the scrollback, from the unfinished answer down to the status line."""

from picode.pane import markdown
from picode.pane.approval import question
from picode.pane.entries import thought_lines
from picode.pane.extensions import notes, widgets
from picode.pane.keymap import in_words
from picode.pane.lines import TAB, Line, cut, fold, line_width, wrap
from picode.pane.picker import Picker, is_command
from picode.pane.picker_view import picker_lines
from picode.pane.preview import preview_question
from picode.pane.safe import safe, safe_line
from picode.pane.spending import dollars
from picode.pane.state import State
from picode.pane.typeset import typeset
from picode.protocol.values import Status, ToolRun

STATES = {"idle": ("ansigreen", "idle"), "thinking": ("ansicyan", "thinking"), "tool": ("ansicyan", "running a tool"),
          "compacting": ("ansicyan", "summarising what is old"),
          "waiting": ("bold ansiyellow", "waiting for you")}  # fmt: skip
QUEUED = 3
"""Queued messages that are shown; the others are counted."""


def live(state: State, rows: int) -> list[Line]:
    """Everything above the input line, in at most `rows` lines: the last ones matter most."""
    lines = [*answer_tail(state)[-answer_rows(state) :], *_tools(state), *_queue(state)]
    # what extensions want below the input line stands above it, too: below it there is only the status line
    lines += [*widgets(state, "aboveEditor"), *widgets(state, "belowEditor")]
    if state.approval:
        lines += question(state, state.approval, state.width)
    elif state.preview:
        lines += preview_question(state, state.preview, state.width)
    if state.question:
        for style, text in (("bold", state.question.title), ("dim", state.question.hint)):
            lines += wrap([(style, text)], state.width)
    elif state.picker and state.plain:
        lines.append(cut([("dim", "a number or a part of a name, Enter; Esc leaves the list")], state.width))
    elif state.picker and rows > 0:
        lines += picker_lines(state.picker, hints(state, state.picker), rows, state.width)
    return lines[-rows:] if rows > 0 else []


HINTS = {
    "conversation": ("app.session.togglePath", "app.session.rename", "app.session.delete", "app.session.toggleSort",
                     "app.session.toggleNamedFilter"),
    "tree": ("app.tree.summarise", "app.tree.fork", "app.tree.editLabel", "app.tree.filter.cycleForward"),
    "scoped": ("app.models.save", "app.models.enableAll", "app.models.clearAll", "app.models.reorderUp"),
}  # fmt: skip
SHORT = {
    "app.session.togglePath": "all projects", "app.session.rename": "name", "app.session.delete": "delete",
    "app.session.toggleSort": "sort", "app.session.toggleNamedFilter": "named", "app.tree.summarise": "go, summarised",
    "app.tree.fork": "fork", "app.tree.editLabel": "label", "app.tree.filter.cycleForward": "filter",
    "app.models.save": "keep", "app.models.enableAll": "all", "app.models.clearAll": "none",
    "app.models.reorderUp": "earlier",
}  # fmt: skip


def hints(state: State, one: Picker) -> str:
    """The keys of a list, as they are in force."""
    if one.kind == "conversation" and one.current and one.subject == one.current.value:
        return f"{state.keymap.shown('app.session.delete')} once more deletes it for good"
    enter = "toggles" if one.kind == "scoped" else "goes there" if one.kind == "tree" else "chooses"
    parts = [f"type to find · Enter {enter} · Esc leaves"]
    for name in HINTS.get(one.kind, ()):
        if keys := state.keymap.keys[name]:
            parts.append(f"{in_words(keys[-1])} {SHORT[name]}")
    return " · ".join(parts)


def answer_rows(state: State) -> int:
    """Rows that an unfinished answer may take: so few that they still fit when a window gets half as wide or half as
    high, and its terminal folds them. What does not fit then is in the scrollback, where nobody can take it back."""
    return max(3, (state.height - 4) // 2)


def answer_tail(state: State) -> list[Line]:
    """What is written but not whole yet."""
    if not state.answering:
        return []
    blocks = markdown.unfinished(state.answer)
    out: list[Line] = []
    for line in typeset(blocks, state.width):
        out += fold(line, state.width)
    if out and state.fresh and not state.blank:
        out = [[], *out]
    if state.thoughts and state.thought.strip() and not out:
        out = [part for line in thought_lines(state.thought, state.width) for part in fold(line, state.width)]
    elif state.thought and not out:
        last = state.thought.rstrip().split("\n")[-1]
        out = [cut([("thinkingText italic", f"… {safe_line(last)[-state.width + 3 :]}")], state.width)]
    return out


def _tools(state: State) -> list[Line]:
    out: list[Line] = []
    waiting = {one.call_id for one in state.status.approvals}
    for run in state.tools.values():
        if run.call_id not in waiting:
            out += _running(run, state.width)
    return out


def _running(run: ToolRun, width: int) -> list[Line]:
    title = safe_line(run.title) or f"{run.tool} …"
    out = [cut([("accent toolPendingBg", "▸ "), ("toolTitle toolPendingBg", title)], width)]
    last = [line for line in safe(run.output).replace("\t", TAB).split("\n") if line.strip()][-3:]
    return out + [cut([("dim", f"  {line}")], width) for line in last]


def _queue(state: State) -> list[Line]:
    queue = state.status.queue
    out: list[Line] = []
    for one in queue[:QUEUED]:
        when = "next" if one.delivery == "steer" else "then"
        out.append(cut([("dim", f"⋯ {when}: {safe_line(one.text)}")], state.width))
    if len(queue) > QUEUED:
        out.append([("dim", f"⋯ and {len(queue) - QUEUED} more")])
    return out


def status_line(state: State, now: float) -> Line:
    """The most telling parts that fit; `now` in seconds since 1970."""
    if not state.conversation:
        return cut([("dim", "connecting to the daemon")], state.width)
    if not state.connected:
        return cut([("ansiyellow", "the daemon is starting again")], state.width)
    if state.leaving:
        return cut([("ansiyellow", "Ctrl-C once more to leave; the assistant goes on working")], state.width)
    parts = _parts(state, now)
    line = _joined(parts)
    while line_width(line) > state.width and len(parts) > 1:
        parts.remove(min(parts))
        line = _joined(parts)
    return cut(line, state.width)


def _parts(state: State, now: float) -> list[tuple[int, int, str, str]]:
    """(how much it matters, where it stands, style, text)"""
    status = state.status
    style, word = STATES[status.state]
    if state.busy and status.since:
        word = f"{word} {_seconds(now - status.since / 1000)}"
    level = f"thinking{status.thinking.capitalize()}" if status.thinking else "dim"
    parts = [(9, 0, style, word), (7, 1, level, _model(status))]
    if status.context_window:
        parts.append(
            (
                6,
                2,
                "dim",
                f"{100 * status.context_used / status.context_window:.0f}% of {_tokens(status.context_window)}",
            )
        )
    if status.cost:
        parts.append((5, 3, "dim", dollars(status.cost)))
    if status.queue:
        parts.append((8, 4, "", f"{len(status.queue)} queued"))
    if status.notes:
        parts.append((4, 4, "", notes(state)))
    if not state.busy:
        return [*parts, (2, 5, "dim", "/help")]
    return [*parts, (2, 5, "dim", "Esc cancels"), (1, 6, "dim", "Alt-Enter sends after the turn")]


def _model(status: Status) -> str:
    level = f" {status.thinking}" if status.thinking not in ("", "off") else ""
    return safe_line(status.model) + level


def _joined(parts: list[tuple[int, int, str, str]]) -> Line:
    line: Line = []
    for _, _, style, text in sorted(parts, key=lambda part: part[1]):
        line += [*([("dim", " · ")] if line else []), (style, text)]
    return line


def _seconds(seconds: float) -> str:
    whole = max(0, int(seconds))
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02} s"


def _tokens(count: int) -> str:
    return f"{count / 1_000_000:g}M" if count >= 1_000_000 else f"{count // 1000}k"


def prompt(state: State) -> Line:
    """What stands before the input."""
    if state.refusing:
        return [("ansiyellow", "✗ ")]
    if state.question:
        return [("ansiyellow", "? ")]
    if state.picker and not state.plain:
        return [("ansicyan", "/ ")] if is_command(state.picker.query) else [("ansicyan", "⌕ ")]
    return [("bold ansicyan", "❯ ")]
