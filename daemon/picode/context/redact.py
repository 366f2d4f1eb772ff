"""Take keys and tokens out of text before it leaves the machine.

export GITHUB_TOKEN=[redacted: GitHub token]
postgres://app:[redacted: password in a URL]@db/app
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from picode.context.secrets import TOKENS, Shape
from picode.context.sieve import long_words, possible
from picode.context.surroundings import ASSIGNMENTS, OTHERS, SHAPES
from picode.credentials import known

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
OF_AN_OBJECT = re.compile(r"[a-z_][a-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+$")


Clean = Callable[[str], tuple[str, list[str]]]
"""Text without secrets, and the kinds of those that were in it."""


def cleaner(redacts: bool, own: Sequence[str]) -> Clean:
    """What the settings `shell.redact` and `redact.patterns` ask for."""
    patterns = tuple(own)
    return (lambda text: redact(text, patterns)) if redacts else as_it_is


def as_it_is(text: str) -> tuple[str, list[str]]:
    return text, []


def redact(text: str, own: Sequence[str] = ()) -> tuple[str, list[str]]:
    """`text` with `[redacted: kind]` in place of each secret, and the kinds, one for each that was taken out.

    `own`: the user's own regular expressions; the first group is the secret, or all of it where there is none."""
    spans = sorted([*_spans(text), *_own(text, own)])
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


@lru_cache(64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _own(text: str, patterns: Sequence[str]) -> Iterator[Span]:
    for pattern in patterns:
        for match in _compiled(pattern).finditer(text):
            start, end = match.span(1 if match.re.groups else 0)
            if start < end and not text.startswith("[redacted", start):
                yield start, end, len(SHAPES) + 3, "own pattern"


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
    for rank, shape, matches in _shaped(text, lower):
        for match in matches:
            start, end = match.span(shape.group)
            if not text.startswith("[redacted", start):
                yield start, end, rank, shape.kind
    # our own keys, which commands inherit, need no form to be known
    for secret in known(os.environ):
        at = text.find(secret)
        while at >= 0:
            yield at, at + len(secret), len(SHAPES) + 1, "key"
            at = text.find(secret, at + len(secret))
    for _, shape in possible(ASSIGNMENTS, lower):
        for match in _found(shape, text, lower):
            group = match.lastindex or 0
            if _is_secret(match.group(group), quoted=group in (2, 4), match=match):
                yield match.start(group), match.end(group), len(SHAPES) + 2, shape.kind


def _shaped(text: str, lower: str) -> Iterator[tuple[int, Shape, Iterator[re.Match[str]]]]:
    """Kinds that may be in the text, each with its rank and its matches."""
    words = long_words(text)
    for rank, shape in enumerate(TOKENS, 1):
        if shape.anywhere or (words and any(literal in words for literal in shape.literals)):
            yield rank, shape, _found(shape, text, lower)
    for place, shape in possible(OTHERS, lower):
        yield len(TOKENS) + place + 1, shape, _found(shape, text, lower)


def _found(shape: Shape, text: str, lower: str) -> Iterator[re.Match[str]]:
    """Every match that begins at one of the shape's literals."""
    where = lower if shape.any_case else text
    if len(shape.literals) > 1 and shape.prefix not in where:
        return
    for literal in shape.literals:
        at = where.find(literal)
        while at >= 0:
            start = at - shape.before
            before = text[start - 1] if start > 0 else " "
            match = None
            if start >= 0 and (shape.inside or not (before.isalnum() or before == "_")):
                match = shape.pattern.match(text, start)
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


def _is_secret(value: str, quoted: bool, match: re.Match[str]) -> bool:
    """Whether what is assigned to a secret's name is one, and no type, variable, path or placeholder."""
    if len(value) < 4 or HARMLESS.match(value) or value.lower().strip(".:") in NO_VALUES.split():
        return False
    if value.isdigit() and len(value) < 6:
        return False
    if quoted:
        return " " not in value or len(value) < 80
    text, at = match.string, match.start()
    # as in a .env or a .properties file, and not as in code
    plain = match.group(match.re.groups - 1) == "=" if match.re.groups > 1 else False
    if plain and (text[at].isupper() or text[at - 1 : at] == "."):
        return True
    if OF_AN_OBJECT.match(value):
        return False
    return text[at].isupper() or not NAMELIKE.match(value)
