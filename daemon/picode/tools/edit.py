"""edit: replace text in a file; every byte outside the replaced text stays as it is."""

import asyncio
import json
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
from picode.tools.change import Change
from picode.tools.locate import locate_existing
from picode.tools.replace import replaced

OLD = parameter("string", "Text that stands exactly once in the file; white space and line breaks count")
NEW = parameter("string", "What stands there afterwards")


def _parsed(value: Any) -> Any:
    """What a JSON text says; what is none, or says nothing with parts, stays as it is."""
    if not isinstance(value, str):
        return value
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return found if isinstance(found, dict | list) else value


class Edit:
    reads = False
    spec = ToolSpec(
        "edit",
        "Change a file by replacing pieces of its text. Each oldText is looked for in the file as it is before this "
        "call, must stand there exactly once, and must not overlap another one. Take as few lines as make it unique.",
        parameters(
            ("path", "edits"),
            path=parameter("string", "The file, relative to the working directory or absolute"),
            edits={
                "type": "array",
                "description": "The replacements",
                "items": parameters(("oldText", "newText"), oldText=OLD, newText=NEW),
            },
        ),
    )

    def adapt(self, arguments: Arguments) -> Arguments:
        """What weaker models and older conversations send, in today's shape: oldText and newText beside the path,
        the list or an edit as a JSON string, one edit in place of a list."""
        adapted = dict(arguments)
        edits = _parsed(adapted.get("edits"))
        if isinstance(edits, dict):
            edits = [edits]
        if isinstance(edits, list):
            edits = [_parsed(edit) for edit in edits]
        if "oldText" in adapted and "newText" in adapted:
            one = {name: adapted.pop(name) for name in ("oldText", "newText")}
            edits = [*edits, one] if isinstance(edits, list) else [one]
        return adapted | {"edits": edits} if edits is not None else adapted

    def plan(self, arguments: Arguments, place: Place) -> Plan:
        name = arguments["path"]
        edits = [(edit["oldText"], edit["newText"]) for edit in arguments["edits"]]
        path = locate_existing(name, place.cwd)
        before = Change.read(path)
        if before is None:
            raise ToolFailed(f"Could not edit file: {name}. Error code: ENOENT.")
        change = Change(path, name, before, replaced(before, edits, name))

        async def run(running: Running) -> Outcome:
            await asyncio.to_thread(change.write)
            return said(f"Successfully replaced {len(edits)} block(s) in {name}.", **change.details())

        return Plan(f"edit {change.title}", run, change.unified(), "diff", str(path))
