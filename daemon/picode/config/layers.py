"""Layers of settings, each of which may overrule the one before: defaults, pi's settings.json, the user's file, pi's
and our own file in the project, the environment (`PICODE_<SECTION>_<KEY>`), the command line. Every value remembers
where it came from.
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec

from picode.config import custom_providers, pi_settings
from picode.config.schema import Section, Settings
from picode.errors import ConfigError
from picode.paths import Paths, pi_directory

PROJECT_FILE = Path(".picode") / "config.toml"

# a project's file comes with a clone: it may not hand out permissions or redirect what is sent
USER_ONLY = {
    "tools.allow", "shell.redact", "shell.preview", "shell.preview_above", "shell.ignore_commands",
    "shell.ignore_directories", "shell.ignore_space", "redact.patterns", "pi.read", "providers.fallback",
    "providers.rates",
    "extensions.enabled", "extensions.seconds",
}  # fmt: skip
# and it may forbid more than its user does, not less
ADDED = {"tools.deny"}
LOWERED = "limits.spend."
# files that are looked for in more places, whoever names them
RESOURCES = {f"resources.{kind}" for kind in ("packages", "skills", "prompts", "themes", "extensions")}


@dataclass(frozen=True)
class Loaded:
    settings: Settings
    origins: dict[str, str]
    """`section.key` to where its value came from: `default`, a file with its line, a variable, or `command line`."""
    notices: list[str] = field(default_factory=list)
    """What was left out of pi's files, in sentences."""
    pi: list[Path] = field(default_factory=list)
    """pi's files that say something."""


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
    loaded = Loaded(settings, origins)
    models = pi_directory(environ) / "models.json"
    reads_pi = _reads_pi(read(paths.settings), environ)
    if reads_pi:
        _overlay_pi(loaded, pi_directory(environ) / pi_settings.FILE, models)
    _overlay(loaded, read(paths.settings), paths.settings)
    if project is not None:
        if reads_pi:
            _overlay_pi(loaded, project / pi_settings.PROJECT_FILE, models, project)
        _overlay(loaded, read(project / PROJECT_FILE), project / PROJECT_FILE, project)
    for name, text, variable in _variables(environ):
        _set(settings, name, parse(name, text), variable)
        origins[name] = variable
    for name, value in (flags or {}).items():
        _set(settings, name, value, "the command line")
        origins[name] = "command line"
    return loaded


def names() -> list[str]:
    """Every `section.key`; a section may stand in another one: `limits.spend.day`."""
    return list(_names(Settings(), ""))


def _names(section: Any, before: str) -> Iterator[str]:
    for key in section.__struct_fields__:
        inner = getattr(section, key)
        if isinstance(inner, Section):
            yield from _names(inner, f"{before}{key}.")
        elif before:
            yield f"{before}{key}"


def value_of(settings: Settings, name: str) -> Any:
    section, key = split(name)
    if section == custom_providers.SECTION:
        return settings.custom_providers.get(key)
    return getattr(section_of(settings, section), key)


def section_of(settings: Settings, section: str) -> Any:
    """The struct of `limits` or `limits.spend`."""
    return attrgetter(section)(settings)


def split(name: str) -> tuple[str, str]:
    """`section.key` as a pair; raises ConfigError with the nearest names when there is no such setting."""
    if name.startswith(f"{custom_providers.SECTION}."):
        return custom_providers.SECTION, name.partition(".")[2]
    if name not in names():
        from difflib import get_close_matches

        near = get_close_matches(name, names(), 3, 0.5)
        hint = f"Did you mean {' or '.join(near)}?" if near else "`picode config show` lists all of them."
        raise ConfigError(f"There is no setting {name!r}.", hint)
    section, _, key = name.rpartition(".")
    return section, key


def check(name: str, value: Any, origin: str) -> Any:
    """`value` as the setting's own type, or a ConfigError that says what was expected."""
    section, key = split(name)
    if section == custom_providers.SECTION:
        return custom_providers.read(key, value, origin, Path.cwd())
    kind = type(section_of(Settings(), section))
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


def _reads_pi(text: str, environ: Mapping[str, str]) -> bool:
    """`pi.read`, which has to be known before the layers; what is wrong with it is told when its own layer is read."""
    try:
        value = tomllib.loads(text).get("pi", {}).get("read", True)
        return bool(check("pi.read", environ.get("PICODE_PI_READ", value), ""))
    except (tomllib.TOMLDecodeError, AttributeError, ConfigError):
        return False


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


def _overlay_pi(loaded: Loaded, file: Path, models: Path, project: Path | None = None) -> None:
    """What does not fit is left out and told: it is another program's file."""
    found, complaint = pi_settings.read(file)
    loaded.notices.extend(filter(None, [complaint]))
    loaded.pi.extend([file] if found else [])
    for key, name, value in pi_settings.settings(found):
        provider = value.partition("/")[0] if name == "models.default" else ""
        if provider and not pi_settings.known_provider(provider, models):
            loaded.notices.append(f"{file}: PiCode knows no provider {provider}; {key} was left out.")
            continue
        try:
            _put(loaded, name, value, f"{file} ({key})", base=file.parent, project=project)
        except ConfigError as error:
            loaded.notices.append(error.message)


def _overlay(loaded: Loaded, text: str, file: Path, project: Path | None = None) -> None:
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
    _overlay_providers(loaded, tables.pop(custom_providers.SECTION, {}), text, file, project)
    for section, keys in _tables(tables):
        for key, value in keys.items():
            origin = f"{file}:{_line(text, section, key)}"
            name = f"{section}.{key}"
            if project is not None and name in USER_ONLY:
                raise ConfigError(
                    f"{origin}: a project may not set {name}.",
                    f"Set it with `picode config set {name} VALUE`.",
                )
            try:
                _put(loaded, name, value, origin, base=project or file.parent, project=project)
            except ConfigError as error:
                message = error.message if error.message.startswith(origin) else f"{origin}: {error.message}"
                raise ConfigError(message, error.hint) from None


def _tables(tables: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """`limits.spend` and what it holds: a table within a table that is a section of its own."""
    inner = {name.rpartition(".")[0] for name in names() if name.count(".") > 1}
    for section, keys in tables.items():
        own = {key: keys[key] for key in keys if f"{section}.{key}" in inner and isinstance(keys[key], dict)}
        yield section, {key: value for key, value in keys.items() if key not in own}
        for key, values in own.items():
            yield f"{section}.{key}", values


def _overlay_providers(
    loaded: Loaded, entries: dict[str, Any], text: str, file: Path, project: Path | None
) -> None:
    for name, value in entries.items():
        origin = f"{file}:{custom_providers.line(text, name)}"
        if project is not None:
            raise ConfigError(
                f"{origin}: a project may not set custom_providers.",
                "Set them in your own configuration file: they get keys.",
            )
        loaded.settings.custom_providers[name] = custom_providers.read(name, value, origin, file.parent)
        loaded.origins[f"{custom_providers.SECTION}.{name}"] = origin


def _put(
    loaded: Loaded, name: str, value: Any, origin: str, *, base: Path, project: Path | None
) -> None:  # fmt: skip
    """One value of a file; lists of resources and what a project forbids come to what was there before."""
    added = name in RESOURCES or (name in ADDED and project is not None)
    before = value_of(loaded.settings, name) if added else []
    value = check(name, value, origin)
    limit = value_of(loaded.settings, name) if project is not None and name.startswith(LOWERED) else 0
    if limit and not 0 < value < limit:
        loaded.notices.append(f"{origin}: a project may only lower {name}; {limit:g} stays.")
        return
    if name in RESOURCES:
        value = pi_settings.absolute(name, value, base)
        outside = [one for one in value if project is not None and _leads_out(one, project)]
        loaded.notices.extend(f"{origin}: {one} is not in the project and was left out." for one in outside)
        value = [one for one in value if one not in outside]
    _set(
        loaded.settings,
        name,
        [*before, *(one for one in value if one not in before)] if added else value,
        origin,
    )
    loaded.origins[name] = origin


def _leads_out(entry: Any, project: Path) -> bool:
    path = entry.get("source") if isinstance(entry, dict) else entry
    return isinstance(path, str) and path.startswith("/") and not Path(path).is_relative_to(project)


def _set(settings: Settings, name: str, value: Any, origin: str) -> None:
    section, key = split(name)
    setattr(section_of(settings, section), key, check(name, value, origin))


def _variables(environ: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name in names():
        variable = "PICODE_" + name.replace(".", "_").upper()
        if variable in environ:
            yield name, environ[variable], variable


def parse(name: str, text: str) -> Any:
    """A variable's text as a value: lists are written with commas, tables as JSON."""
    default = value_of(Settings(), name)
    if isinstance(default, list):
        return [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(default, dict):
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError:
            return text
    return text


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
