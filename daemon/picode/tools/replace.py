"""Where an edit's old text stands in a file, exactly or nearly, and the file with the new text in its place.

Nearly: letters that look alike, other dashes, quotes and spaces, and white space at the ends of lines do not count.
Both comparisons work on a view of the text that knows for each of its characters where it comes from, so that what is
not replaced keeps its bytes.
"""

import itertools
import unicodedata
from dataclasses import dataclass

from picode.tools.base import ToolFailed

Edits = list[tuple[str, str]]
QUOTES = {ord(char): "'" for char in "\u2018\u2019\u201a\u201b"} | {
    ord(char): '"' for char in "\u201c\u201d\u201e\u201f"
}
DASHES = {ord(char): "-" for char in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"}
SPACES = {
    ord(char): " "
    for char in "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
}
ALIKE = QUOTES | DASHES | SPACES
BOM = "\ufeff"


@dataclass(frozen=True)
class View:
    """`text[i]` comes from `source[starts[i]:ends[i]]`."""

    text: str
    starts: list[int]
    ends: list[int]

    def spans(self, wanted: str) -> list[tuple[int, int]]:
        """Every place in the source where `wanted` stands."""
        found: list[tuple[int, int]] = []
        at = self.text.find(wanted) if wanted else -1
        while at != -1:
            end = at + len(wanted)
            whole = at == 0 or self.starts[at - 1] != self.starts[at]
            if whole and (end == len(self.text) or self.ends[end - 1] != self.ends[end]):
                found.append((self.starts[at], self.ends[end - 1]))
            at = self.text.find(wanted, end)
        return found


def replaced(content: bytes, edits: Edits, name: str) -> bytes:
    """`content` with each old text replaced by its new one. Raises ToolFailed; `name` is the file's in messages."""
    source = content.decode("utf-8", "surrogateescape")
    if not edits:
        raise ToolFailed("Edit tool input is invalid. edits must contain at least one replacement.")
    crlf = _crlf(source)
    views = exact(source), near(source)
    spans = []
    for index, (old, new) in enumerate(edits):
        start, end = _place(views, _plain(old), _Names(name, index, len(edits)))
        text = _plain(new)
        spans.append((start, end, text.replace("\n", "\r\n") if crlf else text, index))
    spans.sort(key=lambda span: span[0])
    for (_, end, _, one), (start, _, _, other) in itertools.pairwise(spans):
        if start < end:
            raise ToolFailed(
                f"edits[{one}] and edits[{other}] overlap in {name}. "
                "Merge them into one edit or target disjoint regions."
            )
    for start, end, text, _ in reversed(spans):
        source = source[:start] + text + source[end:]
    after = source.encode("utf-8", "surrogateescape")
    if after == content:
        raise ToolFailed(_unchanged(name, len(edits)))
    return after


@dataclass(frozen=True)
class _Names:
    """How an edit is called in a message."""

    path: str
    index: int
    count: int

    @property
    def many(self) -> bool:
        return self.count > 1


def _place(views: tuple[View, View], old: str, names: _Names) -> tuple[int, int]:
    which = f"edits[{names.index}]"
    if not old:
        raise ToolFailed(f"{f'{which}.' if names.many else ''}oldText must not be empty in {names.path}.")
    loosely = near(old).text
    found, alike = views[0].spans(old), views[1].spans(loosely if loosely.strip("\n") else "")
    count = max(len(found), len(alike))
    if count > 1:
        what, text = (which, "Each oldText") if names.many else ("the text", "The text")
        raise ToolFailed(
            f"Found {count} occurrences of {what} in {names.path}. {text} must be unique. "
            "Please provide more context to make it unique."
        )
    if count == 0:
        what, text = (which, "oldText") if names.many else ("the exact text", "old text")
        raise ToolFailed(
            f"Could not find {what} in {names.path}. "
            f"The {text} must match exactly including all whitespace and newlines."
        )
    return (found or alike)[0]


def _unchanged(name: str, count: int) -> str:
    if count > 1:
        return f"No changes made to {name}. The replacements produced identical content."
    return (
        f"No changes made to {name}. The replacement produced identical content. This might indicate an issue with "
        "special characters or the text not existing as expected."
    )


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()


def _crlf(source: str) -> bool:
    at = source.find("\n")
    return at > 0 and source[at - 1] == "\r"


def exact(source: str) -> View:
    """With line feeds alone at the ends of lines, and without the byte order mark."""
    if "\r" not in source and not source.startswith(BOM):
        places = list(range(len(source) + 1))
        return View(source, places[:-1], places[1:])
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 1 if source.startswith(BOM) else 0
    while at < len(source):
        size = 2 if source.startswith("\r\n", at) else 1
        chars.append("\n" if size == 2 or source[at] == "\r" else source[at])
        starts.append(at)
        at += size
        ends.append(at)
    return View("".join(chars), starts, ends)


def near(source: str) -> View:
    """Letters in their compatible form, plain dashes, quotes and spaces, no white space at the ends of lines."""
    plain = exact(source)
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for first, last in _clusters(plain.text):
        for char in unicodedata.normalize("NFKC", plain.text[first:last]).translate(ALIKE):
            if char == "\n":
                _strip(chars, starts, ends)
            chars.append(char)
            starts.append(plain.starts[first])
            ends.append(plain.ends[last - 1])
    _strip(chars, starts, ends)
    return View("".join(chars), starts, ends)


def _clusters(text: str) -> list[tuple[int, int]]:
    """A character with the marks that combine with it."""
    if text.isascii():
        return [(at, at + 1) for at in range(len(text))]
    begins = [at for at, char in enumerate(text) if at == 0 or not unicodedata.combining(char)]
    return list(zip(begins, [*begins[1:], len(text)], strict=True))


def _strip(chars: list[str], starts: list[int], ends: list[int]) -> None:
    while chars and chars[-1] != "\n" and chars[-1].isspace():
        del chars[-1], starts[-1], ends[-1]
