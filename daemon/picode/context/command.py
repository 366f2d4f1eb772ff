"""A sent command as the text of a user's message, and the receipt that says what was sent.

What happened here, and what should I do next?

<command status="3" cwd="/home/u/proj" duration="1.2s">
$ make test
</command>
<output>
…
</output>
"""

from picode.context.cut import Cut, cut_middle, end_of, start_of
from picode.context.redact import Clean, redact
from picode.plaintext import seen
from picode.protocol.values import CommandRecord, Receipt

LIMIT = 30_000
"""Characters of output."""
QUESTION = "What happened here, and what should I do next?"
FROM_SCREEN = (
    "(This output was read from the screen: long lines may be broken, and earlier lines may be missing.)"
)
NOTHING = "(no output)"


def describe(
    record: CommandRecord, question: str, limit: int = LIMIT, clean: Clean = redact
) -> tuple[str, Receipt]:
    """The question, the command and its output as text: redacted, and cut
    in the middle above `limit` characters."""
    asked, secrets = clean(question.strip() or QUESTION)
    command, found = clean(record.command)
    output, in_output = _output(record, limit, clean)
    secrets += found + in_output
    status = "running" if record.status is None else str(record.status)
    text = (
        f'{asked}\n\n<command status="{status}" cwd="{_attribute(record.cwd)}" '
        f'duration="{duration(record.duration)}">\n$ {command}\n</command>\n{_fenced(output.text)}'
    )
    if not record.exact:
        text += f"\n{FROM_SCREEN}"
    return text, Receipt(
        command=command, status=record.status, cwd=record.cwd, duration=record.duration,
        size=len(record.head) + record.missing + len(record.tail), sent=len(output.text),
        cut=output.characters + output.missing, redacted=secrets, exact=record.exact,
    )  # fmt: skip


def describe_piped(
    text: str, question: str, limit: int = LIMIT, cwd: str = "", clean: Clean = redact
) -> tuple[str, Receipt]:
    """The same for text that came through a pipe."""
    asked, secrets = clean(question.strip() or QUESTION)
    raw = text.encode(errors="replace")
    plain, found = clean(seen(raw).rstrip("\n"))
    output = cut_middle(plain, limit)
    receipt = Receipt(
        command="", status=None, cwd=cwd, duration=0, size=len(raw), sent=len(output.text),
        cut=output.characters, redacted=secrets + found,
    )  # fmt: skip
    return f"{asked}\n\n{_fenced(output.text)}", receipt


def duration(milliseconds: int) -> str:
    """`0.4s`, `12s`, `3m 5s`, `2h 1m`."""
    seconds = milliseconds / 1000
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, whole = divmod(whole, 60)
    return f"{minutes}m {whole}s" if minutes < 60 else f"{minutes // 60}h {minutes % 60}m"


def _output(record: CommandRecord, limit: int, clean: Clean) -> tuple[Cut, list[str]]:
    columns = max(record.columns, 1)
    if not record.missing:
        plain, secrets = clean(seen(record.head + record.tail, columns).rstrip("\n"))
        return cut_middle(plain, limit), secrets
    # what stands beside the gap may be half a line, half a character or half a secret
    head, tail = start_of(record.head), end_of(record.tail)
    missing = record.missing + len(record.head) - len(head) + len(record.tail) - len(tail)
    first, secrets = clean(seen(head, columns).rstrip("\n"))
    last, more = clean(seen(tail, columns).rstrip("\n"))
    return cut_middle(f"{first}\n" if first else "", limit, last, missing), secrets + more


def _fenced(output: str) -> str:
    return f"<output>\n{output or NOTHING}\n</output>"


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("\n", " ")
