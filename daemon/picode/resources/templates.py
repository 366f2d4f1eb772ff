"""Prompt templates: Markdown files whose text is what `/name` says."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from picode.resources.frontmatter import BrokenFrontmatter, split, words
from picode.resources.origin import Origin, Place, read

LONGEST_TITLE = 60


@dataclass(frozen=True)
class Template:
    name: str
    description: str
    hint: str
    """What its arguments are, for the completion: `<file> [words]`."""
    text: str
    file: Path
    origin: Origin


@dataclass
class Templates:
    templates: list[Template] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def load(places: list[Place]) -> Templates:
    """Every template of the places; of two with one name the first counts."""
    found = Templates()
    by_name: dict[str, Template] = {}
    seen: set[str] = set()
    for place in places:
        for file in template_files(place.path):
            real = os.path.realpath(file)
            if real in seen:
                continue
            seen.add(real)
            template = _template(file, place.origin, found.notices)
            if template is None:
                continue
            if first := by_name.get(template.name):
                found.notices.append(
                    f"There are two templates named {template.name}; {first.file} counts, {file} does not."
                )
                continue
            by_name[template.name] = template
            found.templates.append(template)
    return found


def template_files(place: Path) -> Iterator[Path]:
    """The Markdown files right in a directory; a file is one itself."""
    if place.is_file():
        yield place
        return
    try:
        names = sorted(os.listdir(place))
    except OSError:
        return
    yield from (place / name for name in names if name.endswith(".md") and (place / name).is_file())


def _template(file: Path, origin: Origin, notices: list[str]) -> Template | None:
    name = file.name.removesuffix(".md")
    if any(char.isspace() for char in name):
        notices.append(f"The template {file} was left out, as nobody can type a name with a space.")
        return None
    text = read(file, origin, notices)
    if text is None:
        return None
    try:
        given, body = split(text)
    except BrokenFrontmatter as error:
        notices.append(f"The template {file} was left out, as its first lines cannot be read: {error}.")
        return None
    description = words(given.get("description"))
    if not description:
        first = next((line for line in body.split("\n") if line.strip()), "")
        description = first[:LONGEST_TITLE] + ("..." if len(first) > LONGEST_TITLE else "")
    return Template(name, description, words(given.get("argument-hint")), body, file, origin)
