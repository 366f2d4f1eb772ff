"""ls: what is in a directory."""

import asyncio
import os
import unicodedata
from pathlib import Path

from picode.messages import ToolSpec
from picode.tools.base import (
    Arguments,
    Outcome,
    Place,
    Plan,
    Running,
    ToolFailed,
    parameter,
    parameters,
    said,
)
from picode.tools.locate import locate_existing
from picode.tools.notices import limited

DEFAULT_LIMIT = 500
SIGNS = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"
"""In the order in which the Unicode Consortium sorts them."""


class Ls:
    reads = True
    spec = ToolSpec(
        "ls",
        f"List a directory, dot files too, in alphabetical order; directories end in /. {DEFAULT_LIMIT} entries "
        "unless `limit` says otherwise.",
        parameters(
            (),
            path=parameter("string", "The directory; without it the working directory"),
            limit=parameter("number", f"The most entries (default {DEFAULT_LIMIT})"),
        ),
    )

    def plan(self, arguments: Arguments, place: Place) -> Plan:
        path = locate_existing(arguments.get("path") or ".", place.cwd)

        async def run(running: Running) -> Outcome:
            return await asyncio.to_thread(list_directory, path, arguments.get("limit"))

        return Plan(f"ls {arguments.get('path') or '.'}", run)


def alphabetical(name: str) -> tuple[object, ...]:
    """As people and pi sort: signs before digits before letters, accents and capitals only where all else is equal."""
    plain = name.removesuffix("/").lower()
    letters = [char for char in unicodedata.normalize("NFD", plain) if not unicodedata.combining(char)]
    return [(char.isalnum(), SIGNS.find(char), char) for char in letters], plain, name


def list_directory(path: Path, limit: float | None = None) -> Outcome:
    """Raises ToolFailed."""
    most = DEFAULT_LIMIT if limit is None else max(1, int(limit))
    try:
        with os.scandir(path) as found:
            names = [f"{entry.name}/" if entry.is_dir() else entry.name for entry in found]
    except FileNotFoundError as error:
        raise ToolFailed(f"Path not found: {path}") from error
    except NotADirectoryError as error:
        raise ToolFailed(f"Not a directory: {path}") from error
    if not names:
        return said("(empty directory)")
    names.sort(key=alphabetical)
    more = f"{most} entries limit reached. Use limit={most * 2} for more" if len(names) > most else ""
    return limited("\n".join(names[:most]), [more] if more else [], entryLimitReached=most if more else None)
