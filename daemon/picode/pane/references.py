"""File references in a text, `src/app.py:12`, and the links that they become.

Only files of the project that are there become links. A link is `file://HOST/PATH#LINE`, percent-encoded, so nothing of
a text can act as a sequence: terminals hand it to whatever opens files; some take the line, too.
"""

import os
import re
import socket
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from picode.pane.lines import Link, Links
from picode.paths import project_of

FOUND = re.compile(
    r"(?<![\w/.:@~-])(?P<path>(?:/|\.{1,2}/)*(?:[\w.@+-]+/)*[\w.@+-]*\w):(?P<line>\d{1,7})(?::(?P<column>\d{1,5}))?(?![\w/])"
    r'|File "(?P<file>[^"\n]{1,1000})", line (?P<number>\d{1,7})'
)
MOST = 50
"""Of one text."""
LONGEST = 20_000
"""Characters that are looked through."""
PLAIN_TERMINALS = ("linux", "dumb")
"""They print what they do not know."""


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
        one = _of(match)
        found.setdefault((one.path, one.line), one)
        if len(found) >= MOST:
            break
    return list(found.values())


def parsed(text: str) -> Reference:
    """What a person typed behind `/open`."""
    match = FOUND.fullmatch(text.strip())
    return _of(match) if match else Reference(text, text.strip())


def _of(match: "re.Match[str]") -> Reference:
    path, line = match["path"] or match["file"], int(match["line"] or match["number"])
    column = int(match["column"] or 0)
    text = f"{path}:{line}:{column}" if column else f"{path}:{line}"
    return Reference(text, path, line, column, match.start(), match.end())


def linker(cwd: Callable[[], str], environ: "dict[str, str] | None" = None) -> Links | None:
    """Finds the links of a line; None where the terminal knows none. `cwd`: the conversation's directory, empty: not
    known yet."""
    if (os.environ if environ is None else environ).get("TERM", "dumb") in PLAIN_TERMINALS:
        return None

    def links(text: str) -> list[Link]:
        here = cwd()
        if not here or (":" not in text and "File" not in text):
            return []
        found = (_of(match) for match in FOUND.finditer(text[:LONGEST]))
        return [
            (one.begin, one.end, address)
            for one, _ in zip(found, range(MOST), strict=False)
            if (address := address_of(one, here))
        ]

    return links


def address_of(one: Reference, cwd: str) -> str:
    """Where the reference leads; empty when that is no file of the project."""
    file = os.path.realpath(os.path.join(cwd, one.path))
    if not file.startswith(f"{_project(cwd).rstrip('/')}/") or not os.path.isfile(file):
        return ""
    return f"file://{quote(_host())}{quote(os.fsencode(file))}#{one.line}"


@cache
def _host() -> str:
    return socket.gethostname()


@cache
def _project(cwd: str) -> str:
    return os.path.realpath(project_of(Path(cwd)))
