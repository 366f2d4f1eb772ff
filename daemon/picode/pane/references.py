"""File references in a text, as links.

Only files of the project that are there become links. A link is `file://HOST/PATH#LINE`, percent-encoded, so nothing of
a text can act as a sequence: terminals hand it to whatever opens files; some take the line, too.
"""

import os
import socket
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import quote

from picode.pane.lines import Link, Links
from picode.paths import project_of
from picode.references import FOUND, LONGEST, MOST, Reference, reference_of

PLAIN_TERMINALS = ("linux", "dumb")
"""They print what they do not know."""


def linker(cwd: Callable[[], str], environ: "dict[str, str] | None" = None) -> Links | None:
    """Finds the links of a line; None where the terminal knows none. `cwd`: the conversation's directory, empty: not
    known yet."""
    if (os.environ if environ is None else environ).get("TERM", "dumb") in PLAIN_TERMINALS:
        return None

    def links(text: str) -> list[Link]:
        here = cwd()
        if not here or (":" not in text and "File" not in text):
            return []
        found = (reference_of(match) for match in FOUND.finditer(text[:LONGEST]))
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
