"""Reading a session file from its first byte to its last: header, tree, and what is wrong with it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from picode.errors import BadData
from picode.sessions.entries import fields, head
from picode.sessions.tree import Tree


@dataclass
class Scan:
    header: dict[str, Any]
    tree: Tree = field(default_factory=Tree)
    size: int = 0
    """Bytes up to the end of the last whole line."""
    leaf: str | None = None
    """The last entry of the file."""
    unread: int = 0
    """Lines that are no entries; they stay where they are."""
    open_end: bool = False
    """The last line is whole and has no line feed."""
    torn: bool = False
    """Behind `size` there are bytes that are no line."""
    cost: float = 0
    """US dollars of the first `costed` entries, where that is known without reading them."""
    costed: int = 0


def scan(lines: Iterable[bytes], path: Path, found: Scan | None = None) -> Scan:
    """`lines` end in line feeds, but for the last; with `found`, they come behind what it has already.

    Raises BadData for a file that is no session."""
    offset = found.size if found is not None else 0
    for line in lines:
        whole = line.endswith(b"\n")
        if found is None:
            if line.strip():
                found = Scan(header_in(line, path))
        elif not take(found, line, offset) and not whole:
            found.size, found.torn = offset, True
            return found
        offset += len(line)
        if found is not None:
            found.open_end = not whole
    if found is None:
        raise no_session(path, "it is empty")
    found.size = offset
    return found


def take(found: Scan, line: bytes, offset: int) -> bool:
    """Add the entry in `line`, which lies at `offset`; False when it is none."""
    stripped = line.rstrip(b"\r\n")
    if not stripped.strip():
        return line.endswith(b"\n")
    entry = head(stripped)
    if entry is None:
        found.unread += line.endswith(b"\n")
        return False
    if entry.id is not None and entry.type != "session":
        found.tree.add(entry, offset, len(stripped))
        found.leaf = entry.id
    return True


def header_in(line: bytes, path: Path) -> dict[str, Any]:
    """What a file's first line says. Raises BadData."""
    header = fields(line)
    if header is None or header.get("type") != "session" or not isinstance(header.get("id"), str):
        raise no_session(path, "its first line is no session header")
    if not isinstance(header.get("cwd"), str):
        header["cwd"] = ""
    return header


def no_session(path: Path, why: str) -> BadData:
    return BadData(
        f"{path} is not a session file: {why}.",
        "It was left as it is; choose another conversation or begin a new one.",
    )
