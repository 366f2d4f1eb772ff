"""write: a whole file, made anew or replaced."""

import asyncio
import os
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
from picode.tools.change import Change
from picode.tools.locate import locate


def _possible(path: Path) -> None:
    """Raises ToolFailed, in the words of pi, when there cannot be a file here."""
    if path.is_dir():
        raise ToolFailed(f"EISDIR: illegal operation on a directory, open '{path}'")
    above = next(above for above in path.parents if os.path.lexists(above))
    if not above.is_dir():
        code = "EEXIST: file already exists" if above == path.parent else "ENOTDIR: not a directory"
        raise ToolFailed(f"{code}, mkdir '{path.parent}'")


class Write:
    reads = False
    spec = ToolSpec(
        "write",
        "Write a file: a new one, or the whole new content of an existing one. Directories are made as needed.",
        parameters(
            ("path", "content"),
            path=parameter("string", "The file, relative to the working directory or absolute"),
            content=parameter("string", "All that stands in it afterwards"),
        ),
    )

    def plan(self, arguments: Arguments, place: Place) -> Plan:
        name = arguments["path"]
        path = locate(name, place.cwd)
        content = arguments["content"].encode("utf-8", "replace")
        _possible(path)
        change = Change(path, name, Change.read(path), content)

        async def run(running: Running) -> Outcome:
            await asyncio.to_thread(change.write)
            return said(f"Successfully wrote {len(content)} bytes to {name}", **change.details())

        return Plan(f"write {change.title}", run, change.unified(), "diff", str(path))
