"""Everything that a key can do in the pane: with pi's names and keys where it has them and
terminals can tell them."""

from typing import Literal, NamedTuple

Where = Literal["input", "list", "conversations", "tree", "models"]
"""`input`: at the input line; `list`: in every list; the others: in that list."""


class Action(NamedTuple):
    keys: tuple[str, ...]
    does: str
    where: Where = "input"


def _editor() -> dict[str, Action]:
    return {
        "tui.editor.cursorUp": Action(("up",), "up a line; on the first one: what was typed before"),
        "tui.editor.cursorDown": Action(("down",), "down a line; on the last one: what was typed after"),
        "tui.editor.cursorLeft": Action(("left", "ctrl+b"), "left"),
        "tui.editor.cursorRight": Action(("right", "ctrl+f"), "right"),
        "tui.editor.cursorWordLeft": Action(("alt+left", "ctrl+left", "alt+b"), "left by a word"),
        "tui.editor.cursorWordRight": Action(("alt+right", "ctrl+right", "alt+f"), "right by a word"),
        "tui.editor.cursorLineStart": Action(("home", "ctrl+a"), "to the line's beginning"),
        "tui.editor.cursorLineEnd": Action(("end", "ctrl+e"), "to the line's end"),
        "tui.editor.jumpForward": Action(("ctrl+]",), "to the next character that is typed then"),
        "tui.editor.jumpBackward": Action(("ctrl+alt+]",), "to the one before"),
        "tui.editor.deleteCharBackward": Action(("backspace",), "delete the character before"),
        "tui.editor.deleteCharForward": Action(("delete", "ctrl+d"), "delete the character here"),
        "tui.editor.deleteWordBackward": Action(("ctrl+w", "alt+backspace"), "cut the word before"),
        "tui.editor.deleteWordForward": Action(("alt+d", "alt+delete"), "cut the word here"),
        "tui.editor.deleteToLineStart": Action(("ctrl+u",), "cut to the line's beginning"),
        "tui.editor.deleteToLineEnd": Action(("ctrl+k",), "cut to the line's end"),
        "tui.editor.yank": Action(("ctrl+y",), "paste what was cut last"),
        "tui.editor.yankPop": Action(("alt+y",), "after that: what was cut before"),
        "tui.editor.undo": Action(("ctrl+-",), "undo"),
    }


def _input() -> dict[str, Action]:
    return {
        "tui.input.submit": Action(("enter",), "send; while a turn runs: after the tool calls that run now"),
        "app.message.followUp": Action(("alt+enter",), "a new line; while a turn runs: send after the turn"),
        "tui.input.newLine": Action(("shift+enter", "ctrl+j"), "a new line"),
        "tui.input.tab": Action(("tab",), "complete a /command, an @file or a path"),
        "app.interrupt": Action(("escape",), "cancel the turn; what was queued comes back"),
        "app.clear": Action(("ctrl+c",), "clear the input; cancel the turn; twice: leave"),
        "app.exit": Action(("ctrl+d",), "leave, on an empty line; the assistant goes on working"),
        "app.suspend": Action(("ctrl+z",), "suspend the pane"),
        "app.message.dequeue": Action(("alt+up",), "take what is queued back into the input"),
        "app.tools.expand": Action(("ctrl+o",), "unfold the last tool call; again: the one before"),
        "app.editor.external": Action(("ctrl+g",), "edit the input with $VISUAL or $EDITOR"),
        "app.clipboard.pasteImage": Action(("ctrl+v",), "paste the clipboard's image"),
        "app.thinking.toggle": Action(
            ("ctrl+t",), "show all of what the model thinks, or only its last line"
        ),
        "app.thinking.cycle": Action(("shift+tab",), "the next level of thinking"),
        "app.model.cycleForward": Action(("ctrl+p",), "the next model of /scoped-models"),
        "app.model.cycleBackward": Action(("alt+p",), "the one before"),
        "app.model.select": Action(("alt+m",), "/model"),
        "app.session.new": Action((), "/new"),
        "app.session.tree": Action((), "/tree"),
        "app.session.fork": Action((), "/fork"),
        "app.session.resume": Action((), "/resume"),
        "app.screen.redraw": Action(("ctrl+l",), "clear the screen, and print the conversation's end again"),
    }


def _lists() -> dict[str, Action]:
    return {
        "tui.select.up": Action(("up",), "up", "list"),
        "tui.select.down": Action(("down",), "down", "list"),
        "tui.select.pageUp": Action(("pageUp",), "up by a page", "list"),
        "tui.select.pageDown": Action(("pageDown",), "down by a page", "list"),
        "tui.select.first": Action(("home",), "to the first", "list"),
        "tui.select.last": Action(("end",), "to the last", "list"),
        "tui.select.confirm": Action(("enter",), "choose it", "list"),
        "tui.select.cancel": Action(("escape", "ctrl+c"), "leave the list", "list"),
        "app.session.togglePath": Action(("ctrl+p",), "this project's, or all", "conversations"),
        "app.session.toggleSort": Action(("ctrl+s",), "the latest first, or the longest", "conversations"),
        "app.session.toggleNamedFilter": Action(("ctrl+n",), "all, or only those with a name", "conversations"),
        "app.session.rename": Action(("ctrl+r",), "give it a name", "conversations"),
        "app.session.delete": Action(("ctrl+d",), "delete it", "conversations"),
        "app.tree.summarise": Action(("ctrl+s",), "go there, and summarise the branch that is left", "tree"),
        "app.tree.fork": Action(("ctrl+f",), "a new conversation from before that message", "tree"),
        "app.tree.editLabel": Action(("shift+l", "alt+l"), "label it (Shift-L: while nothing is typed)", "tree"),
        "app.tree.foldOrUp": Action(("ctrl+left", "alt+left"), "to the fork above", "tree"),
        "app.tree.unfoldOrDown": Action(("ctrl+right", "alt+right"), "to the fork below", "tree"),
        "app.tree.filter.default": Action(("ctrl+d",), "all but tool results", "tree"),
        "app.tree.filter.noTools": Action(("ctrl+t",), "the same", "tree"),
        "app.tree.filter.userOnly": Action(("ctrl+u",), "only your messages", "tree"),
        "app.tree.filter.labeledOnly": Action(("ctrl+l",), "only those with a label", "tree"),
        "app.tree.filter.all": Action(("ctrl+a",), "everything", "tree"),
        "app.tree.filter.cycleForward": Action(("ctrl+o",), "the next of these", "tree"),
        "app.tree.filter.cycleBackward": Action(("alt+o",), "the one before", "tree"),
        "app.models.save": Action(("ctrl+s",), "keep the choice", "models"),
        "app.models.enableAll": Action(("ctrl+a",), "all that fit", "models"),
        "app.models.clearAll": Action(("ctrl+x",), "none of those that fit", "models"),
        "app.models.toggleProvider": Action(("ctrl+p",), "all of this provider, or none", "models"),
        "app.models.reorderUp": Action(("alt+up",), "earlier in the round", "models"),
        "app.models.reorderDown": Action(("alt+down",), "later in the round", "models"),
    }  # fmt: skip


ACTIONS: dict[str, Action] = {**_input(), **_editor(), **_lists()}
HEADINGS: dict[Where, str] = {
    "input": "at the input line", "list": "in a list", "conversations": "in /resume", "tree": "in /tree",
    "models": "in /scoped-models",
}  # fmt: skip
ELSEWHERE = (
    ("Alt-a", "in your shell: send the last command, or the question on the line with it"),
    ("Alt-z", "in your shell: put the command suggested last on the prompt"),
    ("Alt-Shift-a", "in any pane of the workspace: send what it has printed so far"),
)
"""Keys outside this pane."""
OLD_NAMES = {
    "submit": "tui.input.submit", "newLine": "tui.input.newLine", "tab": "tui.input.tab",
    "interrupt": "app.interrupt", "clear": "app.clear", "exit": "app.exit", "suspend": "app.suspend",
    "cycleThinkingLevel": "app.thinking.cycle", "cycleModelForward": "app.model.cycleForward",
    "cycleModelBackward": "app.model.cycleBackward", "selectModel": "app.model.select",
    "expandTools": "app.tools.expand", "externalEditor": "app.editor.external", "followUp": "app.message.followUp",
    "dequeue": "app.message.dequeue", "pasteImage": "app.clipboard.pasteImage", "newSession": "app.session.new",
    "tree": "app.session.tree", "fork": "app.session.fork", "resume": "app.session.resume",
    "selectUp": "tui.select.up", "selectDown": "tui.select.down", "selectPageUp": "tui.select.pageUp",
    "selectPageDown": "tui.select.pageDown", "selectConfirm": "tui.select.confirm",
    "selectCancel": "tui.select.cancel", "treeEditLabel": "app.tree.editLabel",
    "treeFoldOrUp": "app.tree.foldOrUp", "treeUnfoldOrDown": "app.tree.unfoldOrDown",
    "toggleSessionNamedFilter": "app.session.toggleNamedFilter", "toggleSessionPath": "app.session.togglePath",
    "toggleSessionSort": "app.session.toggleSort", "renameSession": "app.session.rename",
    "deleteSession": "app.session.delete", "undo": "tui.editor.undo", "yank": "tui.editor.yank",
    "yankPop": "tui.editor.yankPop", "copy": "tui.input.copy",
    **{name.rpartition(".")[2]: name for name in _editor()},
}  # fmt: skip
"""What pi called them once."""
ONLY_PI = frozenset((
    "tui.editor.pageUp", "tui.editor.pageDown", "tui.input.copy", "app.session.deleteNoninvasive",
    "app.tree.toggleLabelTimestamp",
))  # fmt: skip
"""Actions of pi that have no counterpart here; a file with them is no mistake."""
