"""The packages that the settings name, where they lie on the disk, and what is to be told of those that do not."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from picode import paths
from picode.errors import PicodeError
from picode.resources.origin import KINDS, Kind, Origin, Place, Scope
from picode.resources.packages import manifest
from picode.resources.packages.source import Source, parse

DIRECTORY = "packages"
Entry = str | dict[str, Any]
"""A source, or `{source, skills?, prompts?, themes?}` with patterns."""


@dataclass(frozen=True)
class Package:
    source: Source
    text: str
    """As the settings say it."""
    root: Path
    scope: Scope
    wanted: dict[str, list[str]]
    """The settings' own patterns for each kind that they say something about."""


def directories(config: Path, cwd: Path) -> dict[Scope, Path]:
    """Where the files of packages lie: the project's, and the user's."""
    return {"project": paths.project_of(cwd) / ".picode" / DIRECTORY, "user": config / DIRECTORY}


def packages(
    entries: list[Entry], config: Path, cwd: Path, pi: Path | None, notices: list[str]
) -> list[Package]:
    """Those that are there, the latest named first; of two sources of one package the latest counts."""
    found: dict[str, Package] = {}
    for entry in reversed(entries):
        text, wanted = _entry(entry)
        try:
            source = parse(text, config)
        except PicodeError as error:
            notices.append(f"In the setting resources.packages: {error.message}")
            continue
        if source.identity in found:
            continue
        places = [place for place in candidates(source, config, cwd, pi) if place[1].is_dir()]
        if not places:
            notices.append(f"The package {text} is not installed; `picode update` fetches it.")
            continue
        scope, root = places[0]
        found[source.identity] = Package(source, text, root, scope, wanted)
    return list(found.values())


def _entry(entry: Entry) -> tuple[str, dict[str, list[str]]]:
    if isinstance(entry, str):
        return entry, {}
    return str(entry.get("source", "")), {
        kind: manifest.strings(entry[kind]) for kind in KINDS if kind in entry
    }


def candidates(source: Source, config: Path, cwd: Path, pi: Path | None) -> list[tuple[Scope, Path]]:
    """Where a package may lie, ours before pi's."""
    project = paths.project_of(cwd)
    if source.kind == "local":
        root = Path(source.name)
        return [("project" if project in root.parents else "user", root)]
    out: list[tuple[Scope, Path]] = [
        (scope, top / source.directory) for scope, top in directories(config, cwd).items()
    ]
    if pi is not None and source.kind in ("npm", "git"):
        below = f"npm/node_modules/{source.name}" if source.kind == "npm" else source.directory
        out += [("project", project / ".pi" / below), ("user", pi / below)]
    return out


def places(package: Package, kind: Kind) -> list[Place]:
    """The package's files of this kind."""
    origin = Origin(package.scope, package.text, package.root, package=True)
    return [Place(file, origin) for file in manifest.files(package.root, kind, package.wanted.get(kind))]
