"""Where in a text a secret could stand at all: a few searches that most text does not pass, before those for each kind.

'token' in no place     none of the names, headers and options that have it
no long word anywhere   none of the tokens, which hold at least 15 characters without a break
"""

from collections.abc import Iterator, Sequence
from functools import cache

from picode.context.secrets import Shape

STEMS = ("pass", "key", "token", "secret", "sess", "private", "-signature=", "auth", "cred", "pwd", "set -", "sql",
    "user ", "env ", "maria")  # fmt: skip
"""What many literals have in common; a literal without one is its own stem."""

LONG = b"x" * 15
BEFORE = 16
"""Characters before a long word in which the token's beginning may stand: `bot123456789:…`"""
IN_WORDS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.=+~-")
WORDS = bytes(ord("x") if byte in IN_WORDS else ord(" ") for byte in range(256))


def stem(literal: str) -> str:
    lower = literal.lower()
    return next((known for known in STEMS if known in lower), lower)


@cache
def _stems(shapes: Sequence[Shape]) -> dict[str, None]:
    return dict.fromkeys(stem(literal) for shape in shapes for literal in shape.literals)


@cache
def _by_stem(shape: Shape) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(stem, shape.literals)))


def possible(shapes: tuple[Shape, ...], lower: str) -> Iterator[tuple[int, Shape]]:
    """Those of `shapes` of which a literal may be in the text, each with its place among them; `lower`: the text in
    small letters."""
    found = {known for known in _stems(shapes) if known in lower}
    if found:
        for place, shape in enumerate(shapes):
            if not found.isdisjoint(_by_stem(shape)):
                yield place, shape


def long_words(text: str) -> str:
    """The long words of `text`, each with what stands before it, in lines of their own: in these the literals of
    every token are, but for those that may be anywhere."""
    words = text.encode("ascii", "replace").translate(WORDS)
    found: list[str] = []
    end = 0
    at = words.find(LONG)
    while at >= 0:
        begin = max(end, at - BEFORE)
        end = words.find(b" ", at + len(LONG))
        end = len(words) if end < 0 else end
        found.append(text[begin:end])
        at = words.find(LONG, end)
    return "\n".join(found)
