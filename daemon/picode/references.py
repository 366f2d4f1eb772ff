"""File references in a text, `src/app.py:12`: found, and read as a person types them. Pure."""

import re
from typing import NamedTuple

FOUND = re.compile(
    r"(?<![\w/.:@~-])(?P<path>(?:/|\.{1,2}/)*(?:[\w.@+-]+/)*[\w.@+-]*\w):(?P<line>\d{1,7})(?::(?P<column>\d{1,5}))?(?![\w/])"
    r'|File "(?P<file>[^"\n]{1,1000})", line (?P<number>\d{1,7})'
)
MOST = 50
"""Of one text."""
LONGEST = 20_000
"""Characters that are looked through."""


class Reference(NamedTuple):
    text: str
    path: str
    line: int = 0
    column: int = 0
    begin: int = 0
    end: int = 0


def references(text: str) -> list[Reference]:
    """Those of a text, each once, in order."""
    found: dict[tuple[str, int], Reference] = {}
    for match in FOUND.finditer(text[-LONGEST:]):
        one = reference_of(match)
        found.setdefault((one.path, one.line), one)
        if len(found) >= MOST:
            break
    return list(found.values())


def parsed(text: str) -> Reference:
    """What a person typed behind `/open`."""
    match = FOUND.fullmatch(text.strip())
    return reference_of(match) if match else Reference(text, text.strip())


def reference_of(match: "re.Match[str]") -> Reference:
    path, line = match["path"] or match["file"], int(match["line"] or match["number"])
    column = int(match["column"] or 0)
    text = f"{path}:{line}:{column}" if column else f"{path}:{line}"
    return Reference(text, path, line, column, match.start(), match.end())
