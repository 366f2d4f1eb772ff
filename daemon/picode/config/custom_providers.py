"""`custom_providers`: a table from a provider's name to its OpenAPI document, or to a table with more about it."""

import re
from pathlib import Path
from typing import Any

import msgspec

from picode.config.schema import CustomProvider
from picode.errors import ConfigError

SECTION = "custom_providers"
NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
TAKEN = ("anthropic", "openai", "openai-responses", "google", "gemini", "ollama", "demo", "bedrock", "vertex")
HINT = "docs/openapi.md shows the form."


def read(name: str, value: Any, origin: str, base: Path) -> CustomProvider:
    """One entry; `base`: the directory that a relative path is meant from. Raises ConfigError."""
    if not NAME.fullmatch(name) or name in TAKEN:
        why = "is a provider of PiCode's own" if name in TAKEN else "is no name for a provider"
        raise ConfigError(f"{origin}: {name!r} {why}.", "Take small letters, digits, - and _.")
    try:
        found = (
            CustomProvider(document=value)
            if isinstance(value, str)
            else msgspec.convert(value, CustomProvider)
        )
    except msgspec.ValidationError as error:
        said = str(error).replace("`", "").rstrip(".")
        raise ConfigError(
            f"{origin}: custom_providers.{name} does not fit: {said[:1].lower()}{said[1:]}.", HINT
        ) from None
    if not found.document.strip():
        raise ConfigError(f"{origin}: custom_providers.{name} names no document.", HINT)
    if not re.match(r"https?://", found.document):
        path = Path(found.document).expanduser()
        found.document = str(path if path.is_absolute() else base / path)
    return found


def line(text: str, name: str) -> int:
    """The line of a configuration file on which the entry begins."""
    in_table = False
    for number, written in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*\[\s*{SECTION}\s*\.\s*[\"']?{re.escape(name)}[\"']?\s*\]", written):
            return number
        if re.match(rf"\s*{SECTION}\s*(=|\.\s*[\"']?{re.escape(name)}\b)", written):
            return number
        if table := re.match(r"\s*\[([^\]]+)\]", written):
            in_table = table[1].strip() == SECTION
        elif in_table and re.match(rf"\s*[\"']?{re.escape(name)}[\"']?\s*[.=]", written):
            return number
    return 1
