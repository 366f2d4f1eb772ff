"""The input line: what each key does, completion of `/commands` and `@files`, history, and pastes of any size."""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

from prompt_toolkit.application.current import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition, has_completions, vi_insert_mode
from prompt_toolkit.filters.app import vi_mode
from prompt_toolkit.history import History
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.key_binding.key_processor import KeyPressEvent
from prompt_toolkit.keys import Keys

from picode.pane.commands import COMMANDS
from picode.pane.safe import safe

FILE = re.compile(r"(?:^|\s)@(\S*)$")
LARGE_PASTE = (30, 3000)
"""A paste of more lines or characters than these stands as one mark in the line and is sent whole."""

Finder = Callable[[str], Awaitable[list[str]]]


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


class Completions(Completer):
    """`/co` to commands at the start of the line, `@pa` to files wherever it stands."""

    def __init__(self, files: Finder) -> None:
        self._files = files

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        return []

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        before = document.text_before_cursor
        if before.startswith("/") and not re.search(r"\s", before):
            for name, command in COMMANDS.items():
                if name.startswith(before[1:]):
                    yield Completion(f"/{name}", -len(before), display_meta=command.does)
        elif before.startswith("/") and (known := COMMANDS.get(before[1:].split(" ")[0])) and known.choices():
            begun = before.partition(" ")[2]
            for choice in known.choices():
                if choice.startswith(begun) or choice.removeprefix("picode-").startswith(begun):
                    yield Completion(choice, -len(begun))
        elif found := FILE.search(before):
            for path in await self._files(found[1]):
                yield Completion(f"@{path}", -len(found[1]) - 1, display=safe(path))


class Pastes:
    """Large pastes, each under the mark that stands for it in the input line."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def mark(self, text: str) -> str:
        """What to insert for a paste."""
        lines = text.count("\n") + 1
        if lines <= LARGE_PASTE[0] and len(text) <= LARGE_PASTE[1]:
            return text
        name = f"[paste {len(self._kept) + 1}: {lines:,} lines, {len(text):,} characters]"
        self._kept[name] = text
        return name

    def expand(self, text: str) -> str:
        for name, kept in self._kept.items():
            text = text.replace(name, kept)
        return text


class Actions:
    """What the keys ask of the pane."""

    def __init__(
        self,
        send: Callable[[str], None],
        press: Callable[[str], None],
        busy: Callable[[], bool],
        asking: Callable[[], bool],
    ) -> None:
        self.send, self.press, self.busy, self.asking = send, press, busy, asking


def bindings(actions: Actions, pastes: Pastes) -> KeyBindings:
    keys = KeyBindings()
    _sending(keys, actions)
    _stopping(keys, actions)
    _answering(keys, actions)

    @keys.add(Keys.BracketedPaste)
    def _(event: KeyPressEvent) -> None:
        text = event.data.replace("\r\n", "\n").replace("\r", "\n")
        event.current_buffer.insert_text(pastes.mark(text))

    @keys.add("c-o")
    def _(event: KeyPressEvent) -> None:
        actions.press("unfold")

    @keys.add("c-z")
    def _(event: KeyPressEvent) -> None:
        event.app.suspend_to_background()

    return keys


def _sending(keys: KeyBindings, actions: Actions) -> None:
    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state and buffer.complete_state.current_completion:
            buffer.complete_state = None
            return
        actions.send("steer")

    @keys.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        if actions.busy():
            actions.send("follow_up")
        else:
            event.current_buffer.insert_text("\n")

    @keys.add("c-j")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @keys.add("tab", filter=~has_completions)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.start_completion(select_first=True)


def _stopping(keys: KeyBindings, actions: Actions) -> None:
    @keys.add("escape", filter=~(vi_mode & vi_insert_mode) | Condition(_nothing_typed))
    def _(event: KeyPressEvent) -> None:
        if event.current_buffer.complete_state:
            event.current_buffer.cancel_completion()
        else:
            actions.press("cancel")

    @keys.add("c-c")
    def _(event: KeyPressEvent) -> None:
        if event.current_buffer.text and not actions.busy():
            event.current_buffer.reset()
        else:
            actions.press("interrupt")

    @keys.add("c-d", filter=Condition(_nothing_typed))
    def _(event: KeyPressEvent) -> None:
        actions.press("leave")


def _answering(keys: KeyBindings, actions: Actions) -> None:
    asking = Condition(actions.asking) & Condition(_nothing_typed)
    for key, name in (("y", "yes"), ("n", "no"), ("a", "always")):

        @keys.add(key, filter=asking, eager=True)
        def _(event: KeyPressEvent, name: str = name) -> None:
            actions.press(name)


def _nothing_typed() -> bool:
    return not get_app().current_buffer.text


def new_buffer(files: Finder, prompts: Callable[[], Awaitable[list[str]]]) -> Buffer:
    return Buffer(
        multiline=True, history=Prompts(prompts), completer=Completions(files), complete_while_typing=True,
    )  # fmt: skip
