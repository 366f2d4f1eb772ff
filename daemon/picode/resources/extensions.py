"""Which extensions count in a directory: programs, so those that a project brings run only once somebody allowed them.

In an `extensions` directory each file is one (`.py`, `.ts`, `.js`), and each directory with an `__init__.py`, an
`index.ts` or `index.js`, or a package.json that says where they are (`pi.extensions`).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from picode.resources import trust
from picode.resources.collection import Where, places
from picode.resources.origin import Origin

PYTHON, SCRIPT = (".py",), (".ts", ".js", ".mts", ".mjs")
INDEXES = ("__init__.py", "index.ts", "index.js")
MOST = 200


@dataclass
class Found:
    """`files` may run, in the order in which they are loaded; `held` are the project's, and were not allowed."""

    files: list[Path] = field(default_factory=list)
    held: list[Path] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    origins: dict[Path, Origin] = field(default_factory=dict)


def find(at: Where) -> Found:
    """Reads the disk; never raises. Two ways to one file count once."""
    found = Found()
    for place in places(at, "extensions"):
        for file in extension_files(place.path, directory=place.origin.source == "auto"):
            real = file.resolve()
            if real not in found.origins and len(found.origins) < MOST:
                found.origins[real] = place.origin
    mine = [file for file, origin in found.origins.items() if origin.scope == "project"]
    if mine and not trust.allowed(at.config, at.project, mine):
        found.held = mine
        found.notices.append(held(mine))
    found.files = [file for file in found.origins if file not in found.held]
    return found


def held(files: list[Path]) -> str:
    names = ", ".join(file.name if file.name not in INDEXES else file.parent.name for file in files)
    return (
        f"This project brings extensions, which are programs, and they were not run: {names}. "
        "`picode trust` shows them, and allows them as they are now."
    )


def extension_files(path: Path, directory: bool = False) -> Iterator[Path]:
    """Those that a path means; `directory`: it is a directory of extensions, and never one itself."""
    if path.is_file():
        if _is_extension(path):
            yield path
        return
    entries = [] if directory else entry_files(path)
    if entries:
        yield from entries
        return
    try:
        inside = sorted(path.iterdir())
    except OSError:
        return
    for one in inside:
        if one.name.startswith((".", "_")) or one.name == "node_modules":
            continue
        if one.is_dir():
            yield from entry_files(one)
        elif _is_extension(one):
            yield one


def entry_files(folder: Path) -> list[Path]:
    """Of a directory that is an extension: as its package.json says, else its index; none where it is none."""
    try:
        listed = json.loads((folder / "package.json").read_bytes())["pi"]["extensions"]
        found = [folder / one for one in listed if isinstance(one, str) and (folder / one).is_file()]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        found = []
    return found or [folder / name for name in INDEXES if (folder / name).is_file()][:1]


def _is_extension(file: Path) -> bool:
    return file.suffix in PYTHON + SCRIPT and not file.name.endswith((".d.ts", ".d.mts"))
