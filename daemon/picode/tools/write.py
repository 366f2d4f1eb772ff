"""write: a whole file, made anew or replaced."""

import asyncio

from picode.messages import ToolSpec
from picode.tools.base import Arguments, Outcome, Place, Plan, Running, parameter, parameters, said
from picode.tools.change import Change
from picode.tools.locate import locate


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
        change = Change(path, name, Change.read(path), content)

        async def run(running: Running) -> Outcome:
            await asyncio.to_thread(change.write)
            return said(f"Successfully wrote {len(content)} bytes to {name}", **change.details())

        return Plan(f"write {change.title}", run, change.unified(), "diff", str(path))
