"""Take keys and tokens out of text before it leaves the machine.

export GITHUB_TOKEN=[redacted: GitHub token]
postgres://app:[redacted: password in a URL]@db/app
"""

import os
import re
from collections.abc import Iterator

from picode.context.secrets import ASSIGNMENTS, SHAPES, Shape
from picode.credentials import in_environment

Span = tuple[int, int, int, str]
"""Where a secret begins and ends, its rank (the more exact kind has the lower one), and its kind."""

BEGIN, END = "-----BEGIN ", "-----END "
KEY_BEGINS = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
KEY_ENDS = re.compile(r"-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
KEY_LINES = re.compile(r"(?:(?:\s|\\n|\\r){1,4}[A-Za-z0-9+/=]{16,4000}){0,400}")
LONGEST_KEY = 20_000

NO_VALUES = """
none null nil undefined true false yes no str string int integer number bool boolean bytes object any optional
required password passwd secret token changeme example placeholder redacted hidden masked empty missing invalid
expired unset default
"""
HARMLESS = re.compile(
    r"\$|%[A-Za-z_(]|<|\*+$|x+$|X+$|\.{3}|…|\[redacted|your[_-]|(?:~|\.{0,2})(?:/[a-z0-9._-]+)+$|https?://[^:@]*$"
)
NAMELIKE = re.compile(r"[A-Za-z_][a-z_.]*$|[A-Z][a-z]+(?:[A-Z][a-z]+)*$")
OF_AN_OBJECT = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z_][A-Za-z0-9_]*)+$")


def redact(text: str) -> tuple[str, list[str]]:
    """`text` with `[redacted: kind]` in place of each secret, and the kinds, one for each that was taken out."""
    spans = sorted(_spans(text))
    if not spans:
        return text, []
    pieces: list[str] = []
    kinds: list[str] = []
    at = 0
    for start, end, kind in _joined(spans):
        pieces += [text[at:start], f"[redacted: {kind}]"]
        kinds.append(kind)
        at = end
    return "".join([*pieces, text[at:]]), kinds


def _joined(spans: list[Span]) -> Iterator[tuple[int, int, str]]:
    """Spans that overlap become one, of the more exact kind."""
    start, end, rank, kind = spans[0]
    for next_start, next_end, next_rank, next_kind in spans[1:]:
        if next_start >= end:
            yield start, end, kind
            start, end, rank, kind = next_start, next_end, next_rank, next_kind
            continue
        end = max(end, next_end)
        if next_rank < rank:
            rank, kind = next_rank, next_kind
    yield start, end, kind


def _spans(text: str) -> Iterator[Span]:
    lower = text.lower()
    if len(lower) != len(text):  # a few letters grow when they become small ones
        lower = "".join(char.lower() if char.isascii() else char for char in text)
    yield from _private_keys(text)
    for rank, shape in enumerate(SHAPES, 1):
        for start, end in _matches(shape, text, lower):
            if not text.startswith("[redacted", start):
                yield start, end, rank, shape.kind
    # our own keys, which commands inherit, need no form to be known
    for secret in in_environment(os.environ):
        at = text.find(secret)
        while at >= 0:
            yield at, at + len(secret), len(SHAPES) + 1, "key"
            at = text.find(secret, at + len(secret))
    for shape in ASSIGNMENTS:
        for match in _found(shape, text, lower):
            group = match.lastindex or 0
            if _is_secret(match.group(group), quoted=group != 6, name_at=match.start(), text=text):
                yield match.start(group), match.end(group), len(SHAPES) + 2, shape.kind


def _matches(shape: Shape, text: str, lower: str) -> Iterator[tuple[int, int]]:
    for match in _found(shape, text, lower):
        yield match.span(shape.group)


def _found(shape: Shape, text: str, lower: str) -> Iterator[re.Match[str]]:
    """Every match that begins at one of the shape's literals."""
    where = lower if shape.any_case else text
    if len(shape.literals) > 1 and shape.prefix not in where:
        return
    for literal in shape.literals:
        at = where.find(literal)
        while at >= 0:
            before = text[at - 1] if at else " "
            match = None
            if shape.inside or not (before.isalnum() or before == "_"):
                match = shape.pattern.match(text, at)
            if match is not None:
                yield match
            at = where.find(literal, match.end() if match is not None else at + len(literal))


def _private_keys(text: str) -> Iterator[Span]:
    """Whole blocks; of one whose end is missing, the lines that look like a key."""
    at, searched = text.find(BEGIN), 0
    while at >= 0:
        begin = KEY_BEGINS.match(text, at)
        end = at + len(BEGIN)
        if begin is not None:
            limit = begin.end() + LONGEST_KEY
            # what was searched in vain for one block is not searched again for the next
            closing = KEY_ENDS.search(text, max(begin.end(), searched), limit)
            if closing is None:
                searched = max(searched, min(limit, len(text)) - 100)
            lines = KEY_LINES.match(text, begin.end())
            assert lines is not None
            end = closing.end() if closing is not None else lines.end()
            yield at, end, 0, "private key"
        at = text.find(BEGIN, end)


def _is_secret(value: str, quoted: bool, name_at: int, text: str) -> bool:
    """Whether what is assigned to a secret's name is one, and no type, variable, path or placeholder."""
    if len(value) < 4 or HARMLESS.match(value) or value.lower().strip(".:") in NO_VALUES.split():
        return False
    if value.isdigit() and len(value) < 6:
        return False
    if quoted:
        return " " not in value or len(value) < 80
    name_is_capital = text[name_at].isupper()
    if OF_AN_OBJECT.match(value):
        return False
    return name_is_capital or not NAMELIKE.match(value)
