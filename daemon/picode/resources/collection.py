"""All skills, templates and themes that count in a directory, and where each of them is looked for.

What a project brings comes first, then the user's own, then what the settings name, then packages.
"""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from picode import paths
from picode.config.schema import Settings
from picode.resources.origin import KINDS, Kind, Origin, Place
from picode.resources.packages import installed
from picode.resources.skills import Skill
from picode.resources.skills import load as load_skills
from picode.resources.templates import Template
from picode.resources.templates import load as load_templates

OURS, PI, COMMON = ".picode", ".pi", ".agents"


@dataclass
class Resources:
    skills: list[Skill] = field(default_factory=list)
    templates: list[Template] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    """What the user should know: whole sentences."""


@dataclass(frozen=True)
class Where:
    """`config`: the user's configuration directory; `home`: where `.agents` lies; `pi`: pi's own directory."""

    cwd: Path
    config: Path
    home: Path
    pi: Path | None
    settings: Settings
    named: Mapping[Kind, Sequence[str]] = field(default_factory=dict)
    """More places, by a command line's options; they go before all others."""
    unread: Collection[str] = ()
    """Kinds that are looked for in those places alone."""

    @property
    def project(self) -> Path:
        return paths.project_of(self.cwd)


def where(cwd: str, config: Path, settings: Settings, environ: Mapping[str, str] = os.environ) -> Where:
    pi = paths.pi_directory(environ) if settings.pi.read else None
    return Where(Path(os.path.abspath(cwd)), config, paths.home(environ), pi, settings)


def collect(at: Where) -> Resources:
    """Reads the disk; never raises."""
    notices: list[str] = []
    packages = installed.packages(at.settings.resources.packages, at.config, at.cwd, at.pi, notices)
    found = load_skills(places(at, "skills", packages))
    texts = load_templates(places(at, "prompts", packages))
    return Resources(found.skills, texts.templates, [*notices, *found.notices, *texts.notices])


def places(at: Where, kind: Kind, packages: "list[installed.Package] | None" = None) -> list[Place]:
    """Where resources of this kind are looked for, in the order in which they count."""
    named = [
        Place(Path(name), Origin("temporary", "cli", Path(name).parent)) for name in at.named.get(kind, ())
    ]
    if kind in at.unread:
        return named
    if packages is None:
        packages = installed.packages(at.settings.resources.packages, at.config, at.cwd, at.pi, [])
    out = [*named, *_of_project(at, kind), *_of_user(at, kind), *_of_settings(at, kind)]
    return out + [place for package in packages for place in installed.places(package, kind)]


def _of_project(at: Where, kind: Kind) -> Iterator[Place]:
    project = at.project
    here = Origin("project", "auto", project)
    for name in (OURS, PI) if at.pi else (OURS,):
        for directory in dict.fromkeys((at.cwd, project)):
            yield Place(directory / name / kind, here)
    if kind == "skills":
        real = Path(os.path.realpath(at.cwd))
        for directory in (real, *real.parents):
            if directory == at.home:
                break
            yield Place(directory / COMMON / kind, here, loose=False)
            if directory == project:
                break


def _of_user(at: Where, kind: Kind) -> Iterator[Place]:
    yield Place(at.config / kind, Origin("user", "auto", at.config))
    if at.pi:
        yield Place(at.pi / kind, Origin("user", "auto", at.pi))
    if kind == "skills":
        yield Place(at.home / COMMON / kind, Origin("user", "auto", at.home / COMMON), loose=False)


def _of_settings(at: Where, kind: Kind) -> Iterator[Place]:
    for name in getattr(at.settings.resources, kind):
        path = Path(os.path.expanduser(name))
        inside = at.project in path.parents
        yield Place(
            path, Origin("project" if inside else "user", "settings", at.project if inside else path.parent)
        )


__all__ = ["KINDS", "Resources", "Where", "collect", "places", "where"]
