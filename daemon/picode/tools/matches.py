"""Where a pattern stands in files: by ripgrep where it is there, else by a search of our own with the same results."""

import base64
import os
import re
import stat
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from picode.tools.base import ToolFailed
from picode.tools.glob import matcher
from picode.tools.program import output_lines
from picode.tools.walk import walk

LARGEST_FILE = 64 * 1024 * 1024


@dataclass(frozen=True)
class Search:
    """What is looked for; `path` is a directory or a file."""

    pattern: str
    path: Path
    glob: str = ""
    any_case: bool = False
    literal: bool = False


@dataclass(frozen=True)
class Match:
    """`name` is the file's path as it is shown, `line` counts from 1."""

    name: str
    file: Path
    line: int
    text: str


def by_rg(search: Search, stopped: Callable[[], bool], program: str) -> Generator[Match, None, None]:
    """Matches in the order of paths. Raises ToolFailed with ripgrep's own words."""
    command = [program, "--json", "--hidden", "--sort=path", "--no-messages", "--no-config", "--glob=!.git"]
    command += ["--ignore-case"] * search.any_case + ["--fixed-strings"] * search.literal
    command += [f"--glob={search.glob}"] if search.glob else []
    directory = search.path if search.path.is_dir() else search.path.parent
    target = "." if search.path.is_dir() else f"./{search.path.name}"
    # 2: some file could not be read, or the pattern is wrong; only the second one leaves words without --no-messages
    for line in output_lines([*command, "--", search.pattern, target], directory, stopped, fine=(0, 1)):
        found = msgspec.json.decode(line)
        if found["type"] != "match":
            continue
        data = found["data"]
        name = _text(data["path"], "surrogateescape").removeprefix("./")
        text = _text(data["lines"], "replace")
        yield Match(name, directory / name, data["line_number"], text.split("\n")[0])


def _text(value: dict[str, Any], errors: str) -> str:
    if "text" in value:
        return str(value["text"])
    return base64.b64decode(value["bytes"]).decode("utf-8", errors)


def by_python(search: Search, stopped: Callable[[], bool]) -> Generator[Match, None, None]:
    """The same without ripgrep; Python's regular expressions are nearly the same."""
    pattern = re.escape(search.pattern) if search.literal else search.pattern
    try:
        fits = re.compile(pattern, re.IGNORECASE if search.any_case else 0)
    except re.error as error:
        raise ToolFailed(f"regex parse error: {error}") from error
    for name, file in _files(search, stopped):
        if stopped():
            return
        for number, line in enumerate(_lines(file), 1):
            if fits.search(line):
                yield Match(name, file, number, line)


def _files(search: Search, stopped: Callable[[], bool]) -> Generator[tuple[str, Path], None, None]:
    if not search.path.is_dir():
        yield search.path.name, search.path.resolve()
        return
    wanted = matcher(search.glob) if search.glob else None
    for name in sorted(walk(search.path, stopped), key=lambda name: name.split("/")):
        if not name.endswith("/") and (wanted is None or wanted.fullmatch(name)):
            yield name, search.path / name


def _lines(file: Path) -> list[str]:
    """None of a file that is binary (a zero byte), a link or no file."""
    try:
        found = os.lstat(file)
        if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST_FILE:
            return []
        content = file.read_bytes()
    except OSError:
        return []
    if b"\0" in content:
        return []
    lines = content.decode("utf-8", "replace").split("\n")
    return lines[:-1] if lines[-1] == "" else lines
