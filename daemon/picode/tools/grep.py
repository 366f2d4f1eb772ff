"""grep: lines of files that fit a pattern."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

from picode.messages import ToolSpec
from picode.tools.base import (
    Arguments,
    Outcome,
    Place,
    Plan,
    Running,
    ToolFailed,
    parameter,
    parameters,
    said,
)
from picode.tools.locate import locate_existing
from picode.tools.matches import Match, Search, by_python, by_rg
from picode.tools.notices import limited

DEFAULT_LIMIT = 100
LONGEST_LINE = 500


class Grep:
    reads = True
    spec = ToolSpec(
        "grep",
        "Search the contents of files. You get file names, line numbers and lines; what Git ignores is left out. "
        f"{DEFAULT_LIMIT} matches unless `limit` says otherwise.",
        parameters(
            ("pattern",),
            pattern=parameter("string", "A regular expression, or the text itself with `literal`"),
            path=parameter("string", "A directory or a file; without it the working directory"),
            glob=parameter("string", "Only files that fit, such as '*.ts' or 'src/**/*.py'"),
            ignoreCase=parameter("boolean", "Upper and lower case are the same (default false)"),
            literal=parameter("boolean", "The pattern is text, no regular expression (default false)"),
            context=parameter("number", "Lines to show before and after each match (default 0)"),
            limit=parameter("number", f"The most matches (default {DEFAULT_LIMIT})"),
        ),
    )

    def plan(self, arguments: Arguments, place: Place) -> Plan:
        path = locate_existing(arguments.get("path") or ".", place.cwd)
        search = Search(
            arguments["pattern"], path, arguments.get("glob") or "",
            any_case=bool(arguments.get("ignoreCase")), literal=bool(arguments.get("literal")),
        )  # fmt: skip

        async def run(running: Running) -> Outcome:
            return await asyncio.to_thread(grep, search, arguments, running, shutil.which("rg"))

        return Plan(f"grep {arguments['pattern']}", run)


def grep(search: Search, arguments: Arguments, running: Running, program: str | None) -> Outcome:
    """`program`: rg, or None for our own search. Blocks. Raises ToolFailed."""
    if not search.path.exists():
        raise ToolFailed(f"Path not found: {search.path}")
    if not (search.path.is_dir() or search.path.is_file()):
        # a named pipe or /dev/zero would never end
        raise ToolFailed(f"{search.path} is no regular file.")
    limit = arguments.get("limit")
    most = DEFAULT_LIMIT if limit is None else max(1, int(limit))
    around = max(0, int(arguments.get("context") or 0))
    source = (
        by_rg(search, running.stop.is_set, program) if program else by_python(search, running.stop.is_set)
    )
    matches: list[Match] = []
    for match in source:
        matches.append(match)
        if len(matches) > most:
            break
    source.close()
    if running.stop.is_set():
        raise ToolFailed("Operation aborted")
    if not matches:
        return said("No matches found")
    lines, long = shown(matches[:most], around)
    notices = []
    details: dict[str, Any] = {"linesTruncated": True if long else None}
    if len(matches) > most:
        notices.append(f"{most} matches limit reached. Use limit={most * 2} for more, or refine pattern")
        details["matchLimitReached"] = most
    last = f"Some lines truncated to {LONGEST_LINE} chars. Use read tool to see full lines" if long else ""
    return limited("\n".join(lines), notices, last, **details)


def shown(matches: list[Match], around: int) -> tuple[list[str], bool]:
    """`file:12: text` for a match, `file-11- text` for its surroundings, each line once; whether one was cut."""
    lines: list[str] = []
    long = False
    by_file: dict[str, list[Match]] = {}
    for match in matches:
        by_file.setdefault(match.name, []).append(match)
    for name, found in by_file.items():
        hits = {match.line: match.text for match in found}
        texts = _texts(found[0].file) if around else []
        wanted = {n for hit in hits for n in range(max(1, hit - around), min(len(texts), hit + around) + 1)}
        for number in sorted(wanted | set(hits)):
            text = hits[number] if number in hits else texts[number - 1]
            text = text.rstrip("\r\n").replace("\r", "")
            if len(text) > LONGEST_LINE:
                text, long = f"{text[:LONGEST_LINE]}... [truncated]", True
            lines.append(f"{name}:{number}: {text}" if number in hits else f"{name}-{number}- {text}")
    return lines, long


def _texts(file: Path) -> list[str]:
    try:
        return file.read_bytes().decode("utf-8", "replace").split("\n")
    except OSError:
        return []
