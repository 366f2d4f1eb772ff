"""What a person said, as a message: their words, and what was sent along, without secrets."""

from collections.abc import Sequence

from picode.context.command import describe, describe_piped
from picode.context.redact import Clean, redact
from picode.errors import UsageError
from picode.messages import Image, Text, User, UserContent
from picode.protocol.values import CommandRecord, Receipt

BEGINNINGS = ("<command ", "<output>")


def message_of(
    text: str,
    *,
    now: int,
    images: Sequence[Image] = (),
    command: CommandRecord | None = None,
    piped: str | None = None,
    cwd: str = "",
    limit: int = 30_000,
    clean: Clean = redact,
) -> tuple[User, Receipt | None, list[str]]:
    """The message, the receipt of what was sent along, and the kinds of secrets that were taken out of the words.

    With a command the words and the output are two blocks of the message. Raises UsageError when there is nothing."""
    receipt: Receipt | None = None
    kinds: list[str] = []
    text = text.encode("utf-8", "replace").decode()
    if command is not None:
        whole, receipt = describe(command, text, limit, clean)
        content = _two(whole)
    elif piped is not None:
        whole, receipt = describe_piped(piped, text, limit, cwd, clean)
        content = _two(whole)
    elif text.strip():
        text, kinds = clean(text)
        if kinds:
            receipt = Receipt("", None, cwd, 0, 0, 0, redacted=kinds)
        content = [Text(text=text)]
    else:
        content = []
    if not content and not images:
        raise UsageError("There is nothing to say.", "Type a question.")
    if receipt is not None:
        receipt.bytes = sum(len(block.text.encode()) for block in content if isinstance(block, Text))
    return User(content=[*content, *images], timestamp=now), receipt, kinds


def _two(whole: str) -> list[UserContent]:
    """The words, and what was sent along; nothing of what was sent can stand before the first mark of ours."""
    at = min((at for mark in BEGINNINGS if (at := whole.find(f"\n\n{mark}")) != -1), default=-1)
    if at == -1:
        return [Text(text=whole)]
    return [Text(text=whole[:at]), Text(text=whole[at + 2 :])]
