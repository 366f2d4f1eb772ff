"""pi's auth.json: read as the last place to look for a key, and as what `picode auth import` takes over."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from picode.credentials.file import read_private
from picode.credentials.names import KEY_NAMES
from picode.credentials.secret import Secret
from picode.errors import BadData, Missing

REFERENCE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


@dataclass(frozen=True)
class Entry:
    """One provider's: a key, a command that says one, or a sign-in's tokens."""

    provider: str
    """As PiCode calls its key."""
    key: Secret | None = None
    command: str = ""
    tokens: dict[str, Any] = field(default_factory=dict, repr=False)


def read(file: Path, environ: Mapping[str, str]) -> list[Entry]:
    """Raises Missing, BadData, NotAllowed, DiskFailed."""
    text = read_private(file)
    if text is None:
        raise Missing(f"There is no file {file}.", "pi keeps its keys in ~/.pi/agent/auth.json.")
    try:
        whole = json.loads(text)
        if not isinstance(whole, dict):
            raise ValueError("no object")
    except (ValueError, RecursionError) as error:
        raise BadData(f"The file {file} is no auth.json of pi's.") from error
    made = [_entry(str(name), said, environ) for name, said in whole.items() if isinstance(said, dict)]
    return [one for one in made if one is not None]


def _entry(name: str, said: dict[str, Any], environ: Mapping[str, str]) -> Entry | None:
    provider = KEY_NAMES.get(name, name)
    if said.get("type") == "oauth":
        return Entry(provider, tokens=dict(said))
    key = said.get("key")
    if said.get("type") != "api_key" or not isinstance(key, str) or not key.strip():
        return None
    if key.startswith("!"):
        return Entry(provider, command=key[1:].strip())
    # pi takes the name of a variable for its value, with or without a $
    found = REFERENCE.fullmatch(key)
    value = environ.get(found[1] or found[2], "") if found else environ.get(key) or key
    return Entry(provider, key=Secret(value.strip())) if value.strip() else None
