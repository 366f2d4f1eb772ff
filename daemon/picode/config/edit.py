"""Changing one setting in the user's file, with its comments kept."""

import os
import tempfile
from typing import Any

from picode.config import layers
from picode.errors import ConfigError, DiskFailed
from picode.paths import Paths


def set_value(paths: Paths, name: str, text: str) -> Any:
    """Write `name = text` into the user's file and give the value back.

    Raises ConfigError for a value that does not fit.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    value = layers.check(name, layers.parse(name, text), "the command line")
    section, key = layers.split(name)
    try:
        document = tomlkit.parse(layers.read(paths.settings))
    except TOMLKitError as error:
        raise ConfigError(f"{paths.settings}: {error}.", "Mend the file first; the form is TOML.") from None
    if section not in document:
        document[section] = tomlkit.table()
    document[section][key] = value
    _replace(paths, tomlkit.dumps(document))
    return value


def _replace(paths: Paths, text: str) -> None:
    """The whole file or none of it: a crash or a full disk leaves the old one."""
    temporary = ""
    try:
        paths.config.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=paths.config, delete=False, encoding="utf-8") as file:
            temporary = file.name
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, paths.settings)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise DiskFailed(
            f"{paths.settings} cannot be written: {error.strerror}.",
            "Nothing was changed; mend it and try again.",
        ) from error
