"""Changing one setting in the user's file, with its comments kept."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from picode.config import layers
from picode.errors import ConfigError, DiskFailed
from picode.paths import Paths

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def set_value(paths: Paths, name: str, text: str) -> Any:
    """Write `name = text` into the user's file and give the value back.

    Raises ConfigError for a value that does not fit.
    """
    value = layers.check(name, layers.parse(name, text), "the command line")
    _write(paths.settings, name, value)
    return value


def listed(file: Path, name: str) -> list[Any]:
    """The list that this one file gives for `name`; empty where it says nothing. Raises ConfigError."""
    section, key = layers.split(name)
    table: Any = _document(file).unwrap()
    for part in section.split("."):
        table = table.get(part, {})
    found = table.get(key, [])
    return layers.check(name, found, str(file))  # type: ignore[no-any-return]


def set_list(file: Path, name: str, values: list[Any]) -> None:
    """Write the list into this file; an empty one takes the line away. Raises ConfigError, DiskFailed."""
    if values or listed(file, name):
        _write(file, name, layers.check(name, values, str(file)) or None)


def _document(file: Path) -> "TOMLDocument":
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        return tomlkit.parse(layers.read(file))
    except TOMLKitError as error:
        raise ConfigError(f"{file}: {error}.", "Mend the file first; the form is TOML.") from None


def _write(file: Path, name: str, value: Any) -> None:
    import tomlkit

    section, key = layers.split(name)
    document = _document(file)
    table: Any = document
    outer, _, inner = section.rpartition(".")
    for part in section.split("."):
        if part not in table:
            table[part] = tomlkit.table(is_super_table=part == outer and bool(inner))
        table = table[part]
    if value is None:
        table.remove(key)
    else:
        table[key] = msgspec.to_builtins(value)
    _replace(file, tomlkit.dumps(document))


def _replace(settings: Path, text: str) -> None:
    """The whole file or none of it: a crash or a full disk leaves the old one."""
    temporary = ""
    try:
        settings.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=settings.parent, delete=False, encoding="utf-8") as file:
            temporary = file.name
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, settings)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise DiskFailed(
            f"{settings} cannot be written: {error.strerror}.",
            "Nothing was changed; mend it and try again.",
        ) from error
