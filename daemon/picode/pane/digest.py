"""What happened while nobody was there, as lines: what was done, what waits, what it cost."""

import time

from picode.pane.lines import Line, wrap
from picode.pane.safe import safe_line
from picode.pane.spending import dollars
from picode.protocol.values import Digest

NAMED = 5
"""Of each kind; the others are counted."""


def digest_lines(digest: Digest, width: int) -> list[Line]:
    """Everything that models and files named is made harmless."""
    out: list[Line] = [
        [
            (
                "bold ansicyan",
                f"― While you were away, since {_when(digest.since / 1000, digest.until / 1000)} ―",
            )
        ]
    ]
    for style, word, text in _parts(digest):
        out += wrap([("dim", f"  {word:<9}"), (style, text)], width, rest=" " * 11)
    return [*out, []]


def _parts(digest: Digest) -> list[tuple[str, str, str]]:
    """(style, what, told)"""
    parts = [("", "done", done)] if (done := _done(digest)) else []
    parts += [("", "commands", _named(digest.commands))] if digest.commands else []
    parts += [("", "files", _named(digest.files))] if digest.files else []
    parts += [("ansired", "denied", _named(digest.denied))] if digest.denied else []
    parts += [("ansiyellow", "allowed", _named(digest.allowed))] if digest.allowed else []
    parts += [("bold ansiyellow", "waits", _named(digest.waiting))] if digest.waiting else []
    parts += [("", "cost", dollars(digest.cost))] if digest.cost else []
    return parts


def _done(digest: Digest) -> str:
    told = []
    if digest.turns:
        failed = f" ({digest.failed} failed or cancelled)" if digest.failed else ""
        told.append(f"{_count(digest.turns, 'turn')} ended{failed}")
    if digest.tools:
        told.append(f"{_count(digest.tools, 'tool call')} ran")
    return ", ".join(told)


def _named(names: list[str]) -> str:
    shown = [safe_line(" ".join(name.split())) for name in names[-NAMED:]]
    more = len(names) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _when(then: float, now: float) -> str:
    """The hour, with the day where it was another one."""
    form = "%H:%M" if time.localtime(then)[:3] == time.localtime(now)[:3] else "%-d %b, %H:%M"
    return time.strftime(form, time.localtime(then))
