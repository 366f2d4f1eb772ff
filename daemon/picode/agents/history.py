"""What has been said, as a model gets to see it: read from the session file once, then kept up to date."""

from picode.agents.suggest import suggested
from picode.messages import Assistant, Message, plain_text
from picode.protocol.values import Receipt
from picode.sessions.display import spent
from picode.sessions.file import SessionFile
from picode.sessions.messages import context_of, paired


class History:
    """`cost` in US dollars, of the whole file; `used`: tokens of the last answer with all before it."""

    def __init__(self, session: SessionFile) -> None:
        self.session = session
        self.cost, self.used = spent(session)
        self.thinking = "off"
        self._messages: list[Message] = []
        self._leaf: str | None = ""
        self._suggestion: str | None = None

    def messages(self) -> list[Message]:
        """Calls and results in pairs."""
        self._read()
        return paired(self._messages)

    def add(self, message: Message, receipt: Receipt | None = None) -> str:
        """Write it to the file; the entry's id. Raises PicodeError when that fails."""
        self._read()
        id_ = self.session.append_message(message, receipt)
        self._messages.append(message)
        self._leaf = self.session.leaf
        if isinstance(message, Assistant):
            self.cost += message.usage.cost.total
            self.used = message.usage.total_tokens or self.used
            if message.stop_reason == "stop":
                self._suggestion = suggested(_text(message)) or self._suggestion
        return id_

    @property
    def suggestion(self) -> str:
        """The command that was suggested last; empty: none."""
        if self._suggestion is None:
            self._read()
            answers = (
                m for m in reversed(self._messages) if isinstance(m, Assistant) and m.stop_reason == "stop"
            )
            self._suggestion = next((found for answer in answers if (found := suggested(_text(answer)))), "")
        return self._suggestion

    def _read(self) -> None:
        """Again, when somebody else moved the conversation to another place in its tree."""
        if self._leaf != self.session.leaf:
            found = context_of(self.session)
            self._messages, self.thinking = found.messages, found.thinking
            self._leaf = self.session.leaf


def _text(answer: Assistant) -> str:
    return plain_text(answer.content)
