"""Questions on their way into the loop: large output is read as a terminal would show it in a thread, in order."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal

from msgspec.structs import replace

from picode.agents.along import Along
from picode.agents.inputs import Question
from picode.agents.previews import Previews
from picode.agents.question import message_of
from picode.config.schema import Shell
from picode.context.redact import Clean, redact
from picode.errors import PicodeError
from picode.messages import Image
from picode.protocol.events import AnyEvent, Noticed
from picode.protocol.values import CommandRecord, Delivery, Preview, Queued, Receipt
from picode.resources.expansion import may_expand

AT_ONCE = 32 * 1024
"""Bytes that are worked on without a thread: 10 ms."""


@dataclass(frozen=True, eq=False)
class Words:
    """What was asked, as it came; `limit` and `clean` follow the settings."""

    text: str
    now: int
    images: tuple[Image, ...] = ()
    command: CommandRecord | None = None
    piped: str | None = None
    cwd: str = ""
    limit: int = 30_000
    clean: Clean = redact
    delivery: Delivery = "steer"
    allow: frozenset[str] = frozenset()
    unattended: bool = False
    once: str = ""
    """The key press that it comes from; its receipt carries the name, so that the file knows it."""
    preview: Shell | None = None
    """The settings that say whether it is shown before it is sent; None: it is not."""
    source: Literal["interactive", "rpc", "extension"] = "interactive"

    @property
    def size(self) -> int:
        record = self.command
        return len(self.text) + len(self.piped or "") + (len(record.head) + len(record.tail) if record else 0)


class Composer:
    """`deliver` gets each question, in the order in which they were asked, but for those that are shown first;
    `changed` is called when there is one more or one less of these."""

    def __init__(
        self,
        deliver: Callable[[Question], None],
        emit: Callable[[AnyEvent], None],
        spawn: Callable[[Coroutine[Any, Any, None], str], None],
        changed: Callable[[], None] = lambda: None,
        expand: Callable[[str], str] = str,
    ) -> None:
        self._deliver, self._emit, self._spawn, self._changed = deliver, emit, spawn, changed
        self._expand = expand
        self.before: Callable[[Words], Awaitable[Words | None]] | None = None
        """What extensions make of it; None: they dealt with it themselves."""
        self.starting: Callable[[Question], Awaitable[Question]] | None = None
        """What they add to one that is about to be delivered."""
        self.along: Along | None = None
        """What of the project goes with it."""
        self._previews = Previews()
        self._waiting: list[Words] = []

    @property
    def waiting(self) -> list[Queued]:
        """What was asked and is not delivered yet."""
        return [Queued(words.text, words.delivery) for words in self._waiting]

    @property
    def previews(self) -> list[Preview]:
        """What is sent only when somebody has looked at it, the oldest first."""
        return self._previews.shown

    def settle(self, id_: str, send: bool) -> str:
        """Deliver what is shown, or drop it; the name of its key press. Raises Missing."""
        question = self._previews.take(id_)
        if send:
            self._deliver(question)
        self._changed()
        return question.receipt.once if question.receipt is not None else ""

    def add(self, words: Words) -> None:
        """Raises UsageError when it says nothing."""
        simple = self.before is None and (self.along is None or not self.along.wanted())
        if simple and not self._waiting and words.size <= AT_ONCE and not may_expand(words.text):
            self._tell(words, *_composed(words, words.text))
            return
        self._waiting.append(words)
        if len(self._waiting) == 1:
            self._spawn(self._compose(), "question")

    def clear(self) -> None:
        """Deliver nothing of what waits."""
        self._waiting.clear()

    async def _compose(self) -> None:
        while self._waiting:
            words, question, secrets = self._waiting[0], None, list[str]()
            try:
                taken = await self.before(words) if self.before is not None else words
                if taken is not None:
                    question, secrets = await asyncio.to_thread(self._expanded, taken)
                    question = await self.along.add(question) if self.along is not None else question
                    question = await self.starting(question) if self.starting is not None else question
            except PicodeError as error:
                self._emit(Noticed("error", str(error)))
            if self._waiting and self._waiting[0] is words:
                del self._waiting[0]
                if question is not None:
                    self._tell(words, question, secrets)

    def _expanded(self, words: Words) -> tuple[Question, list[str]]:
        bare = words.source == "extension"
        return _composed(words, words.text if bare else self._expand(words.text))

    def _tell(self, words: Words, question: Question, secrets: list[str]) -> None:
        if secrets:
            kinds = ", ".join(sorted(set(secrets)))
            self._emit(Noticed("warning", f"This was taken out of your message before it is sent: {kinds}."))
        if words.preview is not None and self._previews.take_in(question, words.preview):
            self._changed()
        else:
            self._deliver(question)


def _composed(words: Words, text: str) -> tuple[Question, list[str]]:
    """`text`: the words as the model gets them, skills and templates unfolded."""
    message, receipt, secrets = message_of(
        text, now=words.now, images=words.images, command=words.command, piped=words.piped, cwd=words.cwd,
        limit=words.limit, clean=words.clean,
    )  # fmt: skip
    if words.once:
        nothing = Receipt(command="", status=None, cwd=words.cwd, duration=0, size=0, sent=0)
        receipt = replace(receipt or nothing, once=words.once)
    return Question(message, words.text, receipt, words.delivery, words.allow, words.unattended), secrets
