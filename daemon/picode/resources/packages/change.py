"""Installing, updating and removing packages: the files, and the line in the settings that names them."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from picode import paths
from picode.config import edit, layers
from picode.errors import DiskFailed, Missing, PicodeError, UsageError
from picode.resources.origin import KINDS, Kind, Scope
from picode.resources.packages import fetch, installed, manifest
from picode.resources.packages.source import Source, parse

SETTING = "resources.packages"
IGNORE = "# fetched by `picode install`; the settings say what\n*\n"


@dataclass(frozen=True)
class Desk:
    """Where one scope's packages are: `base` is what relative paths are relative to."""

    scope: Scope
    settings: Path
    directory: Path
    base: Path


@dataclass(frozen=True)
class Outcome:
    source: str
    told: str
    failed: bool = False


def desk(where: paths.Paths, cwd: Path, local: bool) -> Desk:
    project = paths.project_of(cwd)
    if local:
        return Desk(
            "project", project / layers.PROJECT_FILE, project / ".picode" / installed.DIRECTORY, project
        )
    return Desk("user", where.settings, where.config / installed.DIRECTORY, where.config)


def install(at: Desk, text: str, cwd: Path) -> tuple[Path, dict[Kind, int]]:
    """Fetch and name it in the settings; where it lies, and how many of each kind it brings. Raises PicodeError."""
    source = parse(text, cwd)
    if source.kind == "local":
        root, text = Path(source.name), _written(source, at)
        if not root.is_dir():
            raise Missing(f"There is no directory {root}.", "A local package is a directory.")
        if at.scope == "project" and not root.is_relative_to(at.base):
            raise UsageError(f"{root} is not in the project.", "Install it without -l, or from git.")
    else:
        root = put(at, source)
    counts: dict[Kind, int] = {kind: len(manifest.files(root, kind)) for kind in KINDS}
    if not any(counts.values()):
        if source.kind != "local":
            shutil.rmtree(root, ignore_errors=True)
        raise Missing(
            f"{text} brings no skill, no template and no theme.",
            "A package has directories skills, prompts or themes, or names them in its manifest.",
        )
    _change(at, source, text)
    return root, counts


def put(at: Desk, source: Source) -> Path:
    """Fetch the files and put them in the place of the old ones: all of them, or none."""
    target = at.directory / source.directory
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if at.scope == "project":
            (at.directory / ".gitignore").write_text(IGNORE)
        with tempfile.TemporaryDirectory(dir=at.directory, prefix=".fetch-") as scratch:
            new = Path(scratch) / "package"
            (Path(scratch) / "archive").mkdir()
            fetch.fetch(source, new, Path(scratch) / "archive")
            if target.exists():
                target.rename(Path(scratch) / "old")
            new.rename(target)
    except OSError as error:
        raise DiskFailed(
            f"{target} cannot be written: {error.strerror}.", "Nothing was installed."
        ) from error
    return target


def remove(at: Desk, text: str, cwd: Path) -> None:
    """Take its files and its line away. Raises Missing when it is not named there."""
    source = parse(text, cwd)
    if not _change(at, source, None):
        raise Missing(f"{text} is not among the packages of {at.settings}.", "`picode list` shows them.")
    if source.directory:
        shutil.rmtree(at.directory / source.directory, ignore_errors=True)


def update(at: Desk, text: str, cwd: Path) -> list[Outcome]:
    """Fetch again what is not pinned, and what is missing; `text` empty: all. What fails is told."""
    only = parse(text, cwd).identity if text else ""
    out: list[Outcome] = []
    for name in names(at):
        source = parse(name, at.base)
        if only and source.identity != only:
            continue
        there = (at.directory / source.directory).is_dir()
        if source.kind == "local":
            out.append(Outcome(name, "local, nothing to fetch"))
        elif source.version and there:
            out.append(Outcome(name, "pinned"))
        else:
            try:
                put(at, source)
                out.append(Outcome(name, "updated" if there else "installed"))
            except PicodeError as error:
                out.append(Outcome(name, str(error), failed=True))
    return out


def names(at: Desk) -> list[str]:
    """The sources that this scope's own file names."""
    return [str(entry.get("source", "")) if isinstance(entry, dict) else entry for entry in _entries(at)]


def _entries(at: Desk) -> list[Any]:
    return list(edit.listed(at.settings, SETTING))


def _change(at: Desk, source: Source, text: str | None) -> bool:
    """`text` in the place of what names the same package, or nothing; whether there was one."""
    kept, known = [], False
    for entry in _entries(at):
        name = str(entry.get("source", "")) if isinstance(entry, dict) else entry
        try:
            same = parse(name, at.base).identity == source.identity
        except PicodeError:
            same = False
        known = known or same
        if not same:
            kept.append(entry)
        elif text is not None:
            kept.append({**entry, "source": text} if isinstance(entry, dict) else text)
    if text is not None and not known:
        kept.append(text)
    edit.set_list(at.settings, SETTING, kept)
    return known


def _written(source: Source, at: Desk) -> str:
    """A local path: relative in a project, so that a colleague's clone finds it."""
    path = Path(source.name)
    if at.scope == "project" and path.is_relative_to(at.base):
        return f"./{os.path.relpath(path, at.base)}"
    return source.name
