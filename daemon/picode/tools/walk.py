"""What is below a directory, without what Git ignores: by fd where it is there, else by a walk of our own."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from picode.tools.program import output_lines

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

Rules = tuple[tuple[str, "GitIgnoreSpec"], ...]
"""Directories (ending in a slash) with the rules of their .gitignore, the outermost first."""


def fd() -> str | None:
    """The program, under the name that this system gives it."""
    return shutil.which("fd") or shutil.which("fdfind")


def below(directory: Path, stopped: Callable[[], bool], program: str | None) -> Iterator[str]:
    """Paths relative to `directory`, directories with a slash at the end; dot files too, but not .git."""
    if program is None or not _ignores_everywhere(program):
        yield from walk(directory, stopped, everywhere=True)
        return
    command = [
        program,
        "--hidden",
        "--color=never",
        "--exclude=.git",
        "--print0",
        "--no-require-git",
        "--glob",
        "*",
        ".",
    ]
    for name in output_lines(command, directory, stopped, separator=b"\0"):
        path = os.fsdecode(name).removeprefix("./")
        # older versions print directories without the slash
        yield path if path.endswith("/") or not _is_directory(directory / path) else f"{path}/"


@cache
def _ignores_everywhere(program: str) -> bool:
    """Versions before 8.7 take ignore files for nothing outside a Git repository."""
    done = subprocess.run(
        [program, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False
    )
    found = re.search(rb"(\d+)\.(\d+)", done.stdout)
    return found is not None and (int(found[1]), int(found[2])) >= (8, 7)


def _is_directory(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def walk(directory: Path, stopped: Callable[[], bool], everywhere: bool = False) -> Iterator[str]:
    """The same without fd. Inside a Git repository, its ignore files count; `everywhere`: outside of one, too."""
    root = directory.resolve()
    top = next((above for above in (root, *root.parents) if (above / ".git").exists()), None)
    rules = _outer_rules(root, top) if top is not None else ()
    yield from _walk(f"{root}/".replace("//", "/"), "", rules, everywhere or top is not None, stopped)


def _outer_rules(root: Path, top: Path) -> Rules:
    """Those of the directories from the top of the repository down to the parent of `root`."""
    rules: Rules = ()
    rules += _read(f"{top}/", ".git/info/exclude")
    chain = [above for above in reversed(root.parents) if above == top or top in above.parents]
    for above in chain:
        rules += _read(f"{above}/", ".gitignore")
    return rules


def _read(directory: str, name: str) -> Rules:
    from pathspec import GitIgnoreSpec

    try:
        with open(directory + name, encoding="utf-8", errors="replace") as file:
            return ((directory, GitIgnoreSpec.from_lines(file)),)
    except (OSError, ValueError):
        return ()


def _walk(base: str, prefix: str, rules: Rules, git: bool, stopped: Callable[[], bool]) -> Iterator[str]:
    here = base + prefix
    if git:
        rules += _read(here, ".gitignore")
    try:
        entries = sorted(os.scandir(here), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if stopped():
            return
        directory = entry.is_dir(follow_symlinks=False)
        path = f"{prefix}{entry.name}/" if directory else prefix + entry.name
        if entry.name == ".git" or _ignored(base + path, rules):
            continue
        yield path
        if directory:
            yield from _walk(base, path, rules, git, stopped)


def _ignored(path: str, rules: Rules) -> bool:
    """The innermost file that says something about the path decides."""
    for directory, spec in reversed(rules):
        verdict = spec.check_file(path.removeprefix(directory)).include
        if verdict is not None:
            return verdict
    return False
