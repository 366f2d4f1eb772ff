"""The name of a project's Zellij session: the project's own, short and plain, with a hash where it is taken."""

import hashlib
import json
import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from picode.errors import Unavailable
from picode.paths import LONGEST_SOCKET_PATH

LONGEST = 24
"""Characters; Zellij's socket carries the name, and a socket's path is short."""
HASH = 5
CONTRACT = "contract_version_1"


def choose(project: Path, known: Mapping[str, str], taken: Collection[str], longest: int = LONGEST) -> str:
    """The session's name; the same for the same project, another for each other one.

    `known` maps the names given so far to their projects; `taken` are Zellij's sessions, living and dead: one that
    was not given by us belongs to somebody else.
    """
    own = str(project)
    plain = _plain(project.name, longest)
    hashed = f"{plain[: longest - HASH]}-{hashlib.sha256(os.fsencode(own)).hexdigest()[: HASH - 1]}"
    if known.get(hashed) == own and known.get(plain) != own:
        return hashed
    free = plain not in known and plain not in taken
    return plain if free or known.get(plain) == own else hashed


def socket(sockets: Path, name: str) -> Path:
    """The socket of the session `name`, which is there while its server lives."""
    return sockets / CONTRACT / name


def longest_name(sockets: Path) -> int:
    """How long a name may be for a socket below `sockets`; refuses a directory that leaves no room."""
    room = LONGEST_SOCKET_PATH - len(os.fsencode(sockets / CONTRACT)) - 1
    if room < 2 * HASH:
        raise Unavailable(
            f"Zellij's socket directory {sockets} has too long a path for a session in it.",
            "Set ZELLIJ_SOCKET_DIR to a shorter directory.",
        )
    return min(LONGEST, room)


def read_known(file: Path) -> dict[str, str]:
    """The names given so far; a file that is damaged or not there gives none."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return {str(name): str(project) for name, project in found.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def write_known(file: Path, known: Mapping[str, str]) -> None:
    """Best effort: a name that is not remembered is found again by its rule."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(dict(known), indent=1), encoding="utf-8")
        os.replace(beside, file)
    except OSError:
        beside.unlink(missing_ok=True)


def _plain(name: str, longest: int) -> str:
    words = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")
    return words[:longest].rstrip("-.") or "project"
