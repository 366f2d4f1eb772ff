"""Asks every concern what it knows of a failed command, and makes one answer of it."""

import re
from collections.abc import Callable
from dataclasses import replace

from picode.providers.demo import build, cargo, exits, git, javascript, network, pytest_runs, python, shell
from picode.providers.demo.finding import Finding
from picode.providers.demo.record import Record

# The more a concern's rules ask for, the earlier it comes.
CONCERNS: tuple[Callable[[Record], Finding | None], ...] = (
    pytest_runs.explain,
    python.explain,
    cargo.explain,
    git.explain,
    network.explain,
    javascript.explain,
    build.explain,
    shell.explain,
)
# pytest's own output holds tracebacks, make's the words of whatever it ran: two findings are enough
MOST = 2
MOST_LINES = 2000
LONGEST_LINE = 400


def explain(record: Record) -> Finding:
    """What happened, in Markdown; `fix` and the place are the first that a rule knew."""
    begun = _status(record)
    if record.status == 0:
        return Finding(f"{begun} {_output(record)}")
    read = replace(record, output=_readable(record.output))
    found = [finding for concern in CONCERNS if (finding := concern(read)) is not None][:MOST]
    if not found:
        return Finding(f"{begun} {_output(record)}")
    main = found[0]
    fix = next((finding.fix for finding in found if finding.fix), "")
    text = "\n\n".join([begun, *(finding.text for finding in found)])
    return replace(main, text=text, fix=fix)


def _readable(output: str) -> str:
    """The end of the output in lines of a bounded length: patterns take the square of a line's length."""
    return "\n".join(line[:LONGEST_LINE] for line in output.splitlines()[-MOST_LINES:])


def _status(record: Record) -> str:
    name = f"`{_short(record.command)}`" if record.command else "What you sent"
    if record.running:
        return f"{name} is still running."
    if record.status is None:
        return f"{name} has {_lines(record.output)}."
    took = f" after {record.duration}" if record.duration else ""
    verb = "ended" if record.status == 0 else "failed"
    return f"{name} {verb}{took} with exit status {record.status}: {exits.meaning(record.status)}."


def _output(record: Record) -> str:
    lines = [line for line in record.output.splitlines() if line.strip()]
    if not lines:
        return "It printed nothing."
    return f"It printed {_lines(record.output)}; the last one says: `{_short(lines[-1])}`"


_LEFT_OUT = re.compile(r"\[… .*?\(([\d,]+) lines?\) left out …\]")


def _lines(text: str) -> str:
    """With those that were cut from the middle of what was sent."""
    count = len(text.splitlines())
    for cut in _LEFT_OUT.finditer(text):
        count += int(cut[1].replace(",", "")) - 1
    return "1 line" if count == 1 else f"{count:,} lines"


def _short(text: str) -> str:
    one = " ".join(text.replace("`", "'").split())
    return one if len(one) <= 120 else one[:119] + "…"
