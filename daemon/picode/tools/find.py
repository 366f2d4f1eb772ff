"""find: files and directories whose names or paths fit a pattern."""

import asyncio
from pathlib import Path

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
from picode.tools.glob import matcher
from picode.tools.locate import locate_existing
from picode.tools.notices import limited
from picode.tools.walk import below, fd

DEFAULT_LIMIT = 1000


class Find:
    reads = True
    spec = ToolSpec(
        "find",
        "Find files and directories by a pattern. What Git ignores is left out; directories end in /. "
        f"{DEFAULT_LIMIT} results unless `limit` says otherwise.",
        parameters(
            ("pattern",),
            pattern=parameter("string", "Such as '*.py' (a name anywhere) or 'src/**/*.test.ts' (a path)"),
            path=parameter("string", "The directory to begin in; without it the working directory"),
            limit=parameter("number", f"The most results (default {DEFAULT_LIMIT})"),
        ),
    )

    def plan(self, arguments: Arguments, place: Place) -> Plan:
        directory = locate_existing(arguments.get("path") or ".", place.cwd)

        async def run(running: Running) -> Outcome:
            return await asyncio.to_thread(
                find, arguments["pattern"], directory, arguments.get("limit"), running, fd()
            )

        return Plan(f"find {arguments['pattern']}", run)


def find(
    pattern: str,
    directory: Path,
    limit: float | None = None,
    running: Running | None = None,
    program: str | None = None,
) -> Outcome:
    """`program`: fd, or None for our own walk. Blocks. Raises ToolFailed."""
    if not directory.is_dir():
        raise ToolFailed(f"Path not found: {directory}")
    most = DEFAULT_LIMIT if limit is None else max(1, int(limit))
    fits = matcher(pattern, any_case=pattern == pattern.lower())
    stop = (running or Running()).stop
    found = sorted(
        path for path in below(directory, stop.is_set, program) if fits.fullmatch(path.rstrip("/"))
    )
    if stop.is_set():
        raise ToolFailed("Operation aborted")
    if not found:
        return said("No files found matching pattern")
    more = (
        f"{most} results limit reached. Use limit={most * 2} for more, or refine pattern"
        if len(found) > most
        else ""
    )
    return limited("\n".join(found[:most]), [more] if more else [], resultLimitReached=most if more else None)
