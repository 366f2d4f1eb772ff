"""A Zellij session that was renamed under us: what it is called now, and what it was called first.

Its panes keep the name in their environment that they were born with, so the first name is the session's identity
everywhere in PiCode, and the name of now is for calls of `zellij`. Zellij renames the socket's file, which stays the
same file: by that it is known again. What was found is kept in the state directory, for the session's next life.
"""

import contextlib
import functools
import os
from collections.abc import Mapping
from pathlib import Path

from picode import paths
from picode.installation.places import zellij_sockets

FILE = "zellij-names.json"
CONTRACT = "contract_version_1"
MOST = 200
Known = dict[str, list[str]]
"""First name -> the name of now, and which file its socket is."""


def now(first: str, environ: Mapping[str, str]) -> str:
    """What the session is called whose panes call it `first`; the same, when nothing is known of another name."""
    sockets = _sockets(environ)
    known = _read()
    name, was = known.get(first, [first, ""])
    if not (found := _which(sockets / name)):
        renamed = next((file.name for file in _files(sockets) if was and _which(file) == was), "")
        if renamed or _which(sockets / first):
            # else it may be resurrected under its last name
            name = renamed or first
            found = _which(sockets / name)
    if found and known.get(first) != [name, found]:
        _remember(known, first, [name, found])
    return name


def first(name: str, environ: Mapping[str, str]) -> str:
    """What the session was called first that is called `name` now: of a pane that came after the renaming."""
    known = _read()
    if not known:
        return name
    found = _which(_sockets(environ) / name)
    for original, (renamed, was) in known.items():
        if (found and was == found) or (renamed == name and original != name):
            if renamed != name:
                _remember(known, original, [name, found])
            return original
    return name


def forget(name: str) -> None:
    """A new session begins under this name: it is none of those that were called so."""
    known = _read()
    kept = {first: what for first, what in known.items() if name not in (first, what[0])}
    if kept != known:
        _write(kept)


def _sockets(environ: Mapping[str, str]) -> Path:
    return zellij_sockets(environ, os.getuid()) / CONTRACT


def _files(sockets: Path) -> list[Path]:
    try:
        return list(sockets.iterdir())
    except OSError:
        return []


def _which(socket: Path) -> str:
    """Which file this is, whatever its name; empty when there is none."""
    try:
        found = socket.stat()
    except OSError:
        return ""
    return f"{found.st_ino}.{found.st_mtime_ns}"


def _file() -> Path:
    return _state(*map(os.environ.get, ("PICODE_HOME", "XDG_STATE_HOME", "HOME"))) / FILE


@functools.cache
def _state(*environ: str | None) -> Path:
    """A key in the shell waits for it, and finding it takes a tenth of a millisecond."""
    return paths.resolve().state


def _read() -> Known:
    """A file that is damaged or not there knows nothing."""
    try:
        text = _file().read_bytes()
    except OSError:
        return {}
    import json

    try:
        found = json.loads(text)
        return {str(name): [str(now), str(which)] for name, (now, which) in found.items()}
    except (ValueError, AttributeError, TypeError):
        return {}


def _remember(known: Known, first: str, what: list[str]) -> None:
    others = [(name, kept) for name, kept in known.items() if name != first]
    _write(dict([*others[1 - MOST :], (first, what)]))


def _write(known: Known) -> None:
    """Best effort: what is not remembered is found again while the session lives."""
    import json

    beside = _file().with_name(f".{FILE}.{os.getpid()}")
    with contextlib.suppress(OSError):
        beside.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(known), encoding="utf-8")
        os.replace(beside, _file())
