"""Skills (agentskills.io): directories with a SKILL.md, found, checked, and told to the model by their descriptions."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from picode.resources.frontmatter import BrokenFrontmatter, split, words
from picode.resources.origin import Origin, Place, read

if TYPE_CHECKING:
    from pathspec import PathSpec

    Rule = tuple[Path, PathSpec[Any]]

FILE = "SKILL.md"
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_NAME, LONGEST_DESCRIPTION = 64, 1024
IGNORES = (".gitignore", ".ignore", ".fdignore")
MOST_DIRECTORIES = 2000
"""Of one place; what is beyond is not looked at."""


@dataclass(frozen=True)
class Skill:
    name: str
    description: str
    file: Path
    origin: Origin
    hidden: bool = False
    """The model is not told of it (`disable-model-invocation`); `/skill:name` takes it nevertheless."""

    @property
    def directory(self) -> Path:
        return self.file.parent


@dataclass
class Skills:
    skills: list[Skill] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def load(places: list[Place]) -> Skills:
    """Every skill of the places; of two with one name the first counts."""
    found = Skills()
    seen: set[str] = set()
    by_name: dict[str, Skill] = {}
    for place in places:
        for file in skill_files(place.path, place.loose):
            real = os.path.realpath(file)
            if real in seen:
                continue
            seen.add(real)
            skill = _skill(file, place.origin, found.notices)
            if skill is None:
                continue
            if first := by_name.get(skill.name):
                found.notices.append(
                    f"There are two skills named {skill.name}; {first.file} counts, {skill.file} does not."
                )
                continue
            by_name[skill.name] = skill
            found.skills.append(skill)
    return found


def skill_files(place: Path, loose: bool) -> Iterator[Path]:
    """The skills' files in and below a directory, in the order of their names; a file is one itself."""
    if place.is_file():
        yield place
        return
    if (place / FILE).is_file():
        yield place / FILE
        return
    if place.is_dir():
        yield from _Walk(place, loose).below(place, [], {os.path.realpath(place)})


class _Walk:
    """One look through a place; `left`: how many directories it may still enter."""

    def __init__(self, top: Path, loose: bool) -> None:
        self._top, self._loose, self._left = top, loose, MOST_DIRECTORIES

    def below(self, directory: Path, rules: "list[Rule]", above: set[str]) -> Iterator[Path]:
        try:
            entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
        except OSError:
            return
        rules = [*rules, *_rules(directory)]
        for entry in entries:
            path, is_directory = Path(entry.path), entry.is_dir()
            if (
                entry.name.startswith(".")
                or entry.name == "node_modules"
                or _ignored(path, is_directory, rules)
            ):
                continue
            if is_directory:
                yield from self._enter(path, rules, above)
            elif self._loose and directory == self._top and entry.name.endswith(".md"):
                yield path

    def _enter(self, path: Path, rules: "list[Rule]", above: set[str]) -> Iterator[Path]:
        real = os.path.realpath(path)
        if self._left <= 0 or real in above:  # a link that leads back up
            return
        self._left -= 1
        if (path / FILE).is_file():
            yield path / FILE
        else:
            yield from self.below(path, rules, above | {real})


def _rules(directory: Path) -> "list[Rule]":
    out: list[Rule] = []
    for name in IGNORES:
        try:
            lines = (directory / name).read_text(errors="replace").splitlines()
        except OSError:
            continue
        import pathspec

        out.append((directory, pathspec.GitIgnoreSpec.from_lines(lines)))
    return out


def _ignored(path: Path, is_directory: bool, rules: "list[Rule]") -> bool:
    end = "/" if is_directory else ""
    return any(spec.match_file(f"{path.relative_to(base).as_posix()}{end}") for base, spec in rules)


def _skill(file: Path, origin: Origin, notices: list[str]) -> Skill | None:
    text = read(file, origin, notices)
    if text is None:
        return None
    try:
        given, _ = split(text)
    except BrokenFrontmatter as error:
        notices.append(f"The skill {file} was left out, as its first lines cannot be read: {error}.")
        return None
    description = words(given.get("description"))
    if not description:
        if file.name == FILE or given:
            notices.append(f"The skill {file} was left out, as it has no description.")
        return None
    parent = file.parent.name
    name = words(given.get("name")) or (parent if file.name == FILE else file.stem)
    notices += [
        f"The skill {file}: {told}." for told in complaints(name, description, parent, file.name == FILE)
    ]
    return Skill(name, description, file, origin, given.get("disable-model-invocation") is True)


def complaints(name: str, description: str, parent: str, in_directory: bool = True) -> list[str]:
    """What the standard says against it; it is taken nevertheless."""
    out = []
    if len(name) > LONGEST_NAME:
        out.append(f"its name is longer than {LONGEST_NAME} characters")
    if not NAME.fullmatch(name):
        out.append(f"its name {name!r} is not made of a-z, 0-9 and single hyphens between them")
    if in_directory and name != parent:
        out.append(f"its name {name!r} is not that of its directory, {parent!r}")
    if len(description) > LONGEST_DESCRIPTION:
        out.append(f"its description is longer than {LONGEST_DESCRIPTION} characters")
    return out


def told(skills: Sequence[Skill]) -> str:
    """What the model is told of them; empty when there is nothing to tell."""
    shown = [skill for skill in skills if not skill.hidden]
    if not shown:
        return ""
    lines = [
        "Skills are instructions for certain tasks. When a task fits the description of one, read its file first and",
        "follow it. Paths in it are relative to the directory that the file is in.",
        "",
        "<available_skills>",
    ]
    for skill in shown:
        lines += [
            "  <skill>",
            f"    <name>{_xml(skill.name)}</name>",
            f"    <description>{_xml(skill.description)}</description>",
            f"    <location>{_xml(str(skill.file))}</location>",
            "  </skill>",
        ]
    return "\n".join([*lines, "</available_skills>"])


def _xml(text: str) -> str:
    from xml.sax.saxutils import escape

    return escape(text, {'"': "&quot;", "'": "&apos;"})
