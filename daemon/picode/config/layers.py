"""Layers of settings, each of which may overrule the one before: defaults, the user's file, the project's file,
the environment (`PICODE_<SECTION>_<KEY>`), the command line. Every value remembers where it came from.
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec

from picode.config.schema import Settings
from picode.errors import ConfigError
from picode.paths import Paths

PROJECT_FILE = Path(".picode") / "config.toml"

# a project's file comes with a clone: it may not hand out permissions or redirect what is sent
USER_ONLY = {
    "tools.allow", "shell.redact", "shell.preview", "shell.preview_above", "shell.ignore_commands",
    "shell.ignore_directories", "shell.ignore_space", "redact.patterns",
}  # fmt: skip
# and it may forbid more than its user does, not less
ADDED = {"tools.deny"}


@dataclass(frozen=True)
class Loaded:
    settings: Settings
    origins: dict[str, str]
    """`section.key` to where its value came from: `default`, a file with its line, a variable, or `command line`."""


def load(
    paths: Paths,
    environ: Mapping[str, str] = os.environ,
    project: Path | None = None,
    flags: Mapping[str, Any] | None = None,
) -> Loaded:
    """Read every layer; `flags` maps `section.key` to a value.

    Raises ConfigError with file, line and what was expected.
    """
    settings = Settings()
    origins = dict.fromkeys(names(), "default")
    for file in _files(paths, project):
        _overlay(settings, origins, read(file), file, user=file == paths.settings)
    for name, text, variable in _variables(environ):
        _set(settings, name, parse(name, text), variable)
        origins[name] = variable
    for name, value in (flags or {}).items():
        _set(settings, name, value, "the command line")
        origins[name] = "command line"
    return Loaded(settings, origins)


def names() -> list[str]:
    """Every `section.key`."""
    return [f"{section}.{key}" for section, keys in msgspec.to_builtins(Settings()).items() for key in keys]


def value_of(settings: Settings, name: str) -> Any:
    section, key = split(name)
    return getattr(getattr(settings, section), key)


def split(name: str) -> tuple[str, str]:
    """`section.key` as a pair; raises ConfigError with the nearest names when there is no such setting."""
    if name not in names():
        from difflib import get_close_matches

        near = get_close_matches(name, names(), 3, 0.5)
        hint = f"Did you mean {' or '.join(near)}?" if near else "`picode config show` lists all of them."
        raise ConfigError(f"There is no setting {name!r}.", hint)
    section, key = name.split(".")
    return section, key


def check(name: str, value: Any, origin: str) -> Any:
    """`value` as the setting's own type, or a ConfigError that says what was expected."""
    section, key = split(name)
    kind = type(getattr(Settings(), section))
    annotation = next(found.type for found in msgspec.structs.fields(kind) if found.name == key)
    try:
        found = msgspec.convert(value, annotation, strict=not isinstance(value, str))
        if name == "redact.patterns":
            _check_patterns(found, origin)
        return found
    except msgspec.ValidationError as error:
        expected = _in_words(str(error), annotation)
        raise ConfigError(
            f"{origin}: {name} is {value!r}; {expected}.", f"`picode config get {name}` explains it."
        ) from None


def _check_patterns(patterns: list[str], origin: str) -> None:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            raise ConfigError(
                f"{origin}: redact.patterns has {pattern!r}, which is no regular expression: {error}.",
                "Mend it, or take it out; nothing is sent before.",
            ) from None


def _in_words(complaint: str, annotation: Any) -> str:
    """msgspec's complaint without its words for types."""
    choices = next((get_args(one) for one in get_args(annotation) if get_origin(one) is Literal), ())
    if choices and complaint.startswith("Invalid enum value"):
        return f"expected {' or '.join(map(repr, choices))}"
    words = {
        "int": "a whole number",
        "float": "a number",
        "str": "text",
        "array": "a list",
        "bool": "true or false",
    }
    kinds = re.match(r"Expected `(\w+)`, got `\w+`$", complaint)
    if kinds and kinds[1] in words:
        return f"expected {words[kinds[1]]}"
    return complaint[:1].lower() + complaint[1:].replace("`", "").rstrip(".")


def _files(paths: Paths, project: Path | None) -> Iterator[Path]:
    yield paths.settings
    if project is not None:
        yield project / PROJECT_FILE


def read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{file}: this is not UTF-8 text (byte {error.start}).", "Save it as UTF-8."
        ) from None
    except OSError as error:
        raise ConfigError(f"{file}: it cannot be read: {error.strerror}.", "Mend its permissions.") from None


def _overlay(settings: Settings, origins: dict[str, str], text: str, file: Path, *, user: bool) -> None:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{file}: {_with_place(str(error), text)}", "Mend that line; the form is TOML."
        ) from None
    for section, keys in tables.items():
        if not isinstance(keys, dict):
            line = _line(text, "", section)
            raise ConfigError(f"{file}:{line}: {section!r} stands outside a table; expected [section] first.")
        for key, value in keys.items():
            origin = f"{file}:{_line(text, section, key)}"
            name = f"{section}.{key}"
            if not user and name in USER_ONLY:
                raise ConfigError(
                    f"{origin}: a project may not set {name}.",
                    f"Set it with `picode config set {name} VALUE`.",
                )
            before = value_of(settings, name) if name in ADDED and not user else []
            try:
                _set(settings, name, value, origin)
            except ConfigError as error:
                message = error.message if error.message.startswith(origin) else f"{origin}: {error.message}"
                raise ConfigError(message, error.hint) from None
            if before:
                both = list(dict.fromkeys([*before, *value]))
                _set(settings, name, both, origin)
            origins[name] = origin


def _set(settings: Settings, name: str, value: Any, origin: str) -> None:
    section, key = split(name)
    setattr(getattr(settings, section), key, check(name, value, origin))


def _variables(environ: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name in names():
        variable = "PICODE_" + name.replace(".", "_").upper()
        if variable in environ:
            yield name, environ[variable], variable


def parse(name: str, text: str) -> Any:
    """A variable's text as a value: lists are written with commas."""
    return (
        [part.strip() for part in text.split(",") if part.strip()]
        if isinstance(value_of(Settings(), name), list)
        else text
    )


def _with_place(error: str, text: str) -> str:
    """tomllib ends its sentence with the place; a person looks for it at the beginning."""
    if found := re.match(r"(.*) \(at line (\d+), column (\d+)\)$", error):
        return f"line {found[2]}, column {found[3]}: {found[1]}."
    last = len(text.rstrip().splitlines())
    error = error.removesuffix(" (at end of document)")
    return f"line {last}: {error}: the file ends where a value or a closing mark was expected."


def _line(text: str, section: str, key: str) -> int:
    """The line on which `key` of `[section]` stands, for messages; 1 when it cannot be told."""
    current = ""
    for number, line in enumerate(text.splitlines(), 1):
        if table := re.match(r"\s*\[\s*([^\]]+?)\s*\]", line):
            current = table[1]
            if not section and current == key:
                return number
        elif re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line) and current == section:
            return number
    return 1
