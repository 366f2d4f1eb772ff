"""Which files of a package are its skills, templates, themes and extensions.

A manifest says so (`pi` in package.json, `[tool.pi]` in pyproject.toml: paths, patterns, `!` before what is left out),
or the directories `skills`, `prompts`, `themes` and `extensions` do.
"""

import json
import os
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from picode.resources.origin import KINDS, Kind
from picode.resources.skills import FILE, skill_files
from picode.resources.templates import template_files

MOST = 5000
"""Files of one package that are looked at for a pattern."""


def top(package: Path) -> Path:
    """Where the package's files lie: in a wheel that is the one directory with something in it for us."""
    if _says_something(package):
        return package
    try:
        inside = sorted(
            entry for entry in package.iterdir() if entry.is_dir() and not entry.name.endswith(".dist-info")
        )
    except OSError:
        return package
    return next((directory for directory in inside if _says_something(directory)), package)


def _says_something(directory: Path) -> bool:
    return bool(declared(directory)) or any((directory / kind).is_dir() for kind in KINDS)


def declared(package: Path) -> dict[str, list[str]]:
    """What the manifest lists for each kind; empty without one. A manifest that cannot be read counts as none."""
    for read in (_of_package_json, _of_pyproject):
        found = read(package)
        if isinstance(found, dict):
            return {kind: strings(found.get(kind)) for kind in KINDS if kind in found}
    return {}


def strings(given: object) -> list[str]:
    return [one for one in given if isinstance(one, str)] if isinstance(given, list) else []


def _of_package_json(package: Path) -> Any:
    try:
        found = json.loads((package / "package.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return found.get("pi") if isinstance(found, dict) else None


def _of_pyproject(package: Path) -> Any:
    try:
        return tomllib.loads((package / "pyproject.toml").read_text()).get("tool", {}).get("pi")
    except (OSError, ValueError, AttributeError, RecursionError):
        return None


def files(package: Path, kind: Kind, wanted: list[str] | None = None) -> list[Path]:
    """The package's files of this kind, those that `wanted` (the settings' own patterns) leaves of them."""
    package = top(package)
    lists = declared(package)
    found = _chosen(package, kind, lists.get(kind, []) if lists else [kind])
    if wanted is None:
        return found
    return _filtered(package, kind, found, wanted)


def _chosen(package: Path, kind: Kind, entries: list[str]) -> list[Path]:
    """Paths and patterns first, then what `!` takes away."""
    out: dict[Path, None] = {}
    for entry in (one for one in entries if not one.startswith("!")):
        if set(entry) & set("*?["):
            matches = _matcher(package, [entry])
            out |= dict.fromkeys(file for file in _all(package, kind) if matches(file))
        elif _inside(package, package / entry):
            out |= dict.fromkeys(_in(package / entry, kind))
    without = _matcher(package, [one[1:] for one in entries if one.startswith("!")])
    return [file for file in out if not without(file)]


def _filtered(package: Path, kind: Kind, found: list[Path], wanted: list[str]) -> list[Path]:
    """`[]`: none; patterns choose, `!` leaves out, `+path` and `-path` have the last word."""
    if not wanted:
        return []
    plain = [one for one in wanted if one[:1] not in "!+-"]
    chosen = _matcher(package, plain) if plain else (lambda file: True)
    without = _matcher(package, [one[1:] for one in wanted if one.startswith("!")])
    added = {_exact(package, one) for one in wanted if one.startswith("+")}
    taken = {_exact(package, one) for one in wanted if one.startswith("-")}

    def named(file: Path, paths: set[Path]) -> bool:
        return file in paths or (file.name == FILE and file.parent in paths)

    kept = [file for file in found if (chosen(file) and not without(file)) or named(file, added)]
    more = [
        file
        for path in sorted(added)
        if _inside(package, path)
        for file in _in(path, kind)
        if file not in kept
    ]
    return [file for file in [*kept, *more] if not named(file, taken)]


def _exact(package: Path, entry: str) -> Path:
    return Path(os.path.normpath(package / entry[1:]))


def _matcher(package: Path, patterns: list[str]) -> Callable[[Path], bool]:
    if not patterns:
        return lambda file: False
    import pathspec

    spec = pathspec.GitIgnoreSpec.from_lines([one.removeprefix("./") for one in patterns])
    return lambda file: bool(spec.match_file(file.relative_to(package).as_posix()))


def _in(path: Path, kind: Kind) -> Iterator[Path]:
    path = Path(os.path.normpath(path))
    if kind == "skills":
        yield from skill_files(path, True)
    elif kind == "prompts":
        yield from template_files(path)
    elif kind == "extensions":
        from picode.resources.extensions import extension_files

        yield from extension_files(path)
    elif path.is_file():
        yield path
    else:
        yield from sorted(path.glob("*.json"))


def _all(package: Path, kind: Kind) -> Iterator[Path]:
    """Every file of the package that could be one of this kind."""
    if kind == "skills":
        yield from skill_files(package, True)
    ends = {"themes": (".json",), "extensions": (".py", ".ts", ".js")}.get(kind, (".md",))
    left = MOST
    for directory, below, names in os.walk(package):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted(names):
            left -= 1
            if left < 0:
                return
            if name.endswith(ends):
                yield Path(directory) / name


def _inside(package: Path, path: Path) -> bool:
    real, base = os.path.realpath(path), os.path.realpath(package)
    return real == base or real.startswith(base + os.sep)
