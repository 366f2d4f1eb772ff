"""Whom the one input line belongs to: the conversation lends it to a list or a question, and gets its text back."""

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.clipboard import Clipboard, InMemoryClipboard
from prompt_toolkit.document import Document
from prompt_toolkit.key_binding.vi_state import InputMode

from picode.pane.state import State


class LineOwner:
    """`follow` after each change of the state."""

    def __init__(self, buffer: Buffer, app: Application[None]) -> None:
        self._buffer, self._app = buffer, app
        self._serial = 0
        self._kept = Document()
        self._clipboard: Clipboard | None = None

    def follow(self, state: State) -> None:
        serial = 0 if state.plain else state.line_owner
        if serial == self._serial:
            return
        if not self._serial:
            self._kept = self._buffer.document
        self._serial = serial
        self._secret(bool(state.question and state.question.secret))
        if not serial:
            text = self._kept
        elif state.question:
            text = Document(state.question.value)
        else:
            text = Document(state.picker.query if state.picker else "")
        # nothing of a list's filter or of an answer can be undone into the conversation's line
        self._buffer.reset(text)
        if serial:
            self._app.vi_state.input_mode = InputMode.INSERT

    def _secret(self, secret: bool) -> None:
        """What is cut while a key is typed is not there afterwards."""
        if secret and self._clipboard is None:
            self._clipboard, self._app.clipboard = self._app.clipboard, InMemoryClipboard()
        elif not secret and self._clipboard is not None:
            self._app.clipboard = self._clipboard
            self._clipboard = None

    def put(self, text: str) -> None:
        """In place of the conversation's line, whoever has it now."""
        if self._serial:
            self._kept = Document(text)
        else:
            self._buffer.document = Document(text)

    def insert(self, text: str, before: bool) -> None:
        """Text for the conversation's line, whoever has it now."""
        if not self._serial and not before:
            self._buffer.insert_text(text)
            return
        now = self._kept if self._serial else self._buffer.document
        typed = now.text
        both = f"{text}\n{typed}" if before and typed.strip() else text if before else typed + text
        if self._serial:
            self._kept = Document(both)
        else:
            self._buffer.document = Document(both)
