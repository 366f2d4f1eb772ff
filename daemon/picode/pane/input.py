"""The input line: what each key does there, and what was typed before."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from typing import Protocol

from prompt_toolkit.application.current import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import Completer
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition, Filter, emacs_mode, has_completions, vi_insert_mode
from prompt_toolkit.filters.app import vi_mode
from prompt_toolkit.history import History
from prompt_toolkit.input.ansi_escape_sequences import ANSI_SEQUENCES
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.key_binding.bindings.named_commands import get_by_name
from prompt_toolkit.key_binding.key_processor import KeyPressEvent
from prompt_toolkit.keys import Keys

from picode.pane.actions import ACTIONS, Where
from picode.pane.keymap import Keymap, sequence
from picode.protocol.values import Shortcut

# what terminals send for Shift-Enter, when they are told to tell it
ANSI_SEQUENCES.setdefault("\x1b[13;2u", Keys.ControlF24)
ANSI_SEQUENCES["\x1b[27;2;13~"] = Keys.ControlF24

EDITING = {
    "tui.editor.cursorLeft": "backward-char", "tui.editor.cursorRight": "forward-char",
    "tui.editor.cursorWordLeft": "backward-word", "tui.editor.cursorWordRight": "forward-word",
    "tui.editor.cursorLineStart": "beginning-of-line", "tui.editor.cursorLineEnd": "end-of-line",
    "tui.editor.jumpForward": "character-search", "tui.editor.jumpBackward": "character-search-backward",
    "tui.editor.deleteCharBackward": "backward-delete-char", "tui.editor.deleteCharForward": "delete-char",
    "tui.editor.deleteWordBackward": "backward-kill-word", "tui.editor.deleteWordForward": "kill-word",
    "tui.editor.deleteToLineStart": "unix-line-discard", "tui.editor.deleteToLineEnd": "kill-line",
    "tui.editor.yank": "yank", "tui.editor.yankPop": "yank-pop", "tui.editor.undo": "undo",
}  # fmt: skip
"""Actions that are readline's own commands, which the input line has from prompt_toolkit."""
LISTS: dict[Where, frozenset[str]] = {
    "conversations": frozenset(("conversation",)), "tree": frozenset(("tree",)), "models": frozenset(("scoped",)),
}  # fmt: skip


class Prompts(History):
    """What was typed before, in all conversations: the daemon keeps it, and it is asked once."""

    def __init__(self, fetch: Callable[[], Awaitable[list[str]]]) -> None:
        super().__init__()
        self._fetch = fetch

    async def load(self) -> AsyncGenerator[str, None]:
        if not self._loaded:
            self._loaded_strings = [*self._loaded_strings, *reversed(await self._fetch())]
            self._loaded = True
        for text in self._loaded_strings:
            yield text

    def load_history_strings(self) -> Iterable[str]:
        return []

    def store_string(self, string: str) -> None:
        """Nothing to do: the daemon writes it down when it is asked."""


class Actions(Protocol):
    """What the keys ask of the pane."""

    def send(self, delivery: str) -> None: ...
    def press(self, key: str) -> None: ...
    def did(self, action: str) -> None: ...
    def shortcut(self, key: str) -> None: ...
    def paste(self, text: str) -> None: ...
    def paste_image(self) -> None: ...
    def edit(self) -> None: ...
    def busy(self) -> bool: ...
    def asking(self) -> bool: ...
    def list_open(self) -> str:
        """The kind of list whose filter the input line is; empty: none."""
        ...

    def occupied(self) -> bool:
        """Whether the input line belongs to a list or a question."""
        ...


class Bound:
    """The keys of a keymap, bound one after the other; later ones win."""

    def __init__(self, actions: Actions, keymap: Keymap) -> None:
        self.keys, self.actions, self.keymap = KeyBindings(), actions, keymap
        self.free = ~Condition(actions.occupied)

    def on(self, action: str, do: Callable[[KeyPressEvent], object], when: "Filter | None" = None) -> None:
        for key in self.keymap.keys[action]:
            names = sequence(key)
            assert names is not None
            self.keys.add(*names, filter=self.free if when is None else when)(_quiet(do))


def _quiet(do: Callable[[KeyPressEvent], object]) -> Callable[[KeyPressEvent], None]:
    def handler(event: KeyPressEvent) -> None:
        do(event)

    return handler


def _pressing(actions: Actions, key: str) -> Callable[[KeyPressEvent], None]:
    return lambda event: actions.shortcut(key)


def bindings(actions: Actions, keymap: Keymap, shortcuts: Sequence[Shortcut] = ()) -> KeyBindings:
    """`shortcuts`: of extensions; the pane's own keys go before them."""
    bound = Bound(actions, keymap)
    for one in shortcuts:
        if names := sequence(one.key):
            bound.keys.add(*names, filter=bound.free)(_pressing(actions, one.key))
    _editing(bound)
    _sending(bound)
    _stopping(bound)
    _answering(bound)
    _pane(bound)
    _lists(bound)
    return bound.keys


def _editing(bound: Bound) -> None:
    """prompt_toolkit has the default keys; here are those that it lacks, and the user's own."""
    changed = bound.keymap.changed
    here = [keys for name, keys in bound.keymap.keys.items() if ACTIONS[name].where == "input"]
    used = {sequence(key) for keys in here for key in keys}
    for action in (name for name in changed if name.startswith("tui.editor.")):
        for names in filter(None, map(sequence, ACTIONS[action].keys)):
            if names not in used:
                bound.keys.add(*names, filter=emacs_mode | vi_insert_mode)(lambda event: None)
    typing = emacs_mode | vi_insert_mode
    for action, command in EDITING.items():
        if action in changed or any(key.startswith("alt+") for key in bound.keymap.keys[action]):
            # both are bindings of readline's kind, which take the event
            bound.on(action, get_by_name(command).handler, typing if action in changed else emacs_mode)
    if "tui.editor.cursorUp" in changed:
        bound.on(
            "tui.editor.cursorUp", lambda event: event.current_buffer.auto_up(event.arg), typing & bound.free
        )
    if "tui.editor.cursorDown" in changed:
        bound.on(
            "tui.editor.cursorDown",
            lambda event: event.current_buffer.auto_down(event.arg),
            typing & bound.free,
        )


def _sending(bound: Bound) -> None:
    actions = bound.actions

    def submit(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state and buffer.complete_state.current_completion:
            buffer.complete_state = None
            return
        actions.send("steer")

    def follow_up(event: KeyPressEvent) -> None:
        if actions.busy():
            actions.send("follow_up")
        else:
            event.current_buffer.insert_text("\n")

    bound.on("tui.input.submit", submit)
    bound.on("app.message.followUp", follow_up)
    bound.on("tui.input.newLine", lambda event: event.current_buffer.insert_text("\n"))
    bound.on("tui.input.tab", lambda event: event.current_buffer.start_completion(select_first=True),
             bound.free & ~has_completions)  # fmt: skip

    @bound.keys.add(Keys.BracketedPaste)
    def _(event: KeyPressEvent) -> None:
        actions.paste(event.data.replace("\r\n", "\n").replace("\r", "\n"))


def _stopping(bound: Bound) -> None:
    actions = bound.actions

    def cancel(event: KeyPressEvent) -> None:
        if event.current_buffer.complete_state:
            event.current_buffer.cancel_completion()
        else:
            actions.press("cancel")

    def clear(event: KeyPressEvent) -> None:
        if event.current_buffer.text and not actions.busy():
            event.current_buffer.document = Document()
        else:
            actions.press("interrupt")

    bound.on("app.interrupt", cancel, bound.free & (~(vi_mode & vi_insert_mode) | Condition(_nothing_typed)))
    bound.on("app.clear", clear)
    bound.on("app.exit", lambda event: actions.press("leave"), bound.free & Condition(_nothing_typed))
    bound.on("app.suspend", lambda event: event.app.suspend_to_background())


def _answering(bound: Bound) -> None:
    asking = Condition(bound.actions.asking) & Condition(_nothing_typed)
    for key, name in (("y", "yes"), ("n", "no"), ("a", "always")):

        @bound.keys.add(key, filter=asking, eager=True)
        def _(event: KeyPressEvent, name: str = name) -> None:
            bound.actions.press(name)


def _pane(bound: Bound) -> None:
    actions = bound.actions
    bound.on("app.tools.expand", lambda event: actions.press("unfold"))
    bound.on("app.editor.external", lambda event: actions.edit())
    bound.on("app.clipboard.pasteImage", lambda event: actions.paste_image())
    for name in (
        "app.thinking.cycle", "app.thinking.toggle", "app.model.cycleForward", "app.model.cycleBackward",
        "app.model.select", "app.session.new", "app.session.tree", "app.session.fork", "app.session.resume",
        "app.message.dequeue", "app.screen.redraw",
    ):  # fmt: skip
        bound.on(name, lambda event, name=name: actions.did(name))  # type: ignore[misc]


def _lists(bound: Bound) -> None:
    """While a list or a question has the input line."""
    actions = bound.actions
    occupied, listed = Condition(actions.occupied), Condition(lambda: bool(actions.list_open()))
    # what is a line's end in a question is an answer's
    bound.keys.add("enter", filter=occupied)(lambda event: actions.send("steer"))
    bound.keys.add("c-j", filter=occupied)(lambda event: actions.send("steer"))
    bound.keys.add("escape", filter=occupied)(lambda event: actions.press("cancel"))
    bound.keys.add("tab", filter=occupied)(lambda event: None)
    for name, one in ACTIONS.items():
        if one.where == "list" and name not in ("tui.select.confirm", "tui.select.cancel"):
            bound.on(name, lambda event, name=name: actions.did(name), listed)  # type: ignore[misc]
    bound.on("tui.select.confirm", lambda event: actions.send("steer"), occupied)
    bound.on("tui.select.cancel", lambda event: actions.press("cancel"), occupied)
    for where, kinds in LISTS.items():
        here = Condition(lambda kinds=kinds: actions.list_open() in kinds)  # type: ignore[misc]
        for name, one in ACTIONS.items():
            if one.where != where:
                continue
            for key in bound.keymap.keys[name]:
                names = sequence(key) or ()
                # a letter is typed into the filter, once one has begun to type
                when = here & Condition(_nothing_typed) if len(names) == 1 and len(names[0]) == 1 else here
                bound.keys.add(*names, filter=when)(lambda event, name=name: actions.did(name))


def _nothing_typed() -> bool:
    return not get_app().current_buffer.text


def new_buffer(
    completer: Completer, prompts: Callable[[], Awaitable[list[str]]], free: Callable[[], bool]
) -> Buffer:
    """`free()`: the input line belongs to the conversation, so what is typed is completed."""
    return Buffer(
        multiline=True, history=Prompts(prompts), completer=completer, complete_while_typing=Condition(free),
        tempfile_suffix=".md",
    )  # fmt: skip
