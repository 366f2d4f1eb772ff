"""What of the project goes to the model with a question that begins a turn: chosen within `context.budget` tokens."""

import asyncio
import logging
import re
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Protocol

from msgspec import structs

from picode.agents.inputs import Question
from picode.context.choose.choose import Choice
from picode.context.choose.pack import block
from picode.context.redact import Clean
from picode.messages import CONTEXT, Message, Text, User
from picode.protocol.values import Receipt

LONGEST_OUTPUT = 3000
"""Characters at the end of a command's output that count as words of the question."""
FILE = re.compile(r'^<file path="([^"\n]*)"[^\n]*>\n(.*?)^</file>\n', re.MULTILINE | re.DOTALL)
log = logging.getLogger(__name__)


class Choose(Protocol):
    """`known(path, text)`: the conversation has these lines already. Raises sqlite3.Error."""

    def __call__(
        self, question: str, budget: int, known: Callable[[str, str], bool]
    ) -> Awaitable[Choice]: ...


class Along:
    """`budget()`: tokens, 0 while nothing is to be chosen; `messages()`: what the model knows already."""

    def __init__(
        self,
        choose: Choose,
        budget: Callable[[], int],
        messages: Callable[[], Sequence[Message]],
        clean: Clean,
    ) -> None:
        self._choose, self._budget, self._messages, self._clean = choose, budget, messages, clean

    def wanted(self) -> bool:
        return self._budget() > 0

    async def add(self, question: Question) -> Question:
        """The question with what was chosen for it, without secrets, and a receipt that says so; as it was where
        nothing was. Never raises."""
        budget = self._budget()
        if budget <= 0 or not isinstance(question.message, User):
            return question
        sent = sent_before(self._messages())

        def known(path: str, text: str) -> bool:
            # it was sent without its secrets
            return path in sent and any(self._clean(text)[0] in one for one in sent[path])

        try:
            choice = await self._choose(asked(question.message), budget, known)
        except sqlite3.Error as error:
            log.warning("nothing of the project goes along: %s", error)
            return question
        if not choice.chosen:
            return question
        text, kinds = await asyncio.to_thread(self._clean, block(choice.chosen))
        parts = question.message.content
        receipt = question.receipt or Receipt("", None, "", 0, 0, 0)
        told = [f"{one.path}:{one.lines}" if one.lines else one.path for one in choice.chosen]
        before = receipt.bytes or sum(len(part.text.encode()) for part in parts if isinstance(part, Text))
        receipt = structs.replace(
            receipt, context=told, tokens=sum(one.tokens for one in choice.chosen),
            redacted=[*receipt.redacted, *kinds], bytes=before + len(text.encode()),
        )  # fmt: skip
        message = structs.replace(question.message, content=[*parts, Text(text=text)])
        return replace(question, message=message, receipt=receipt)


def asked(message: User) -> str:
    """The words of a question, and the end of an output that goes with it."""
    texts = [part.text for part in message.content if isinstance(part, Text)]
    return "\n\n".join([*texts[:1], *(text[-LONGEST_OUTPUT:] for text in texts[1:])])


def sent_before(messages: Sequence[Message]) -> dict[str, list[str]]:
    """What of each file the conversation has, as it was sent along."""
    found: dict[str, list[str]] = {}
    for message in messages:
        if isinstance(message, User):
            for part in message.content:
                if isinstance(part, Text) and part.text.startswith(CONTEXT):
                    for path, text in FILE.findall(part.text):
                        found.setdefault(path.replace("&quot;", '"').replace("&amp;", "&"), []).append(text)
    return found
