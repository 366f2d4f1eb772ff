"""A recorded case of pi, done by PiCode's tool: what it says and does, in the form of the recordings."""

from pathlib import Path
from typing import Any

from picode.messages import Image, Text
from picode.tools.toolbox import Result
from support import pi_files
from support.toolbox import call, toolbox


async def ours(home: Path, case: dict[str, Any]) -> dict[str, Any]:
    """`home`: the test's own directory, which must be HOME."""
    places = {"project": home / "project", "home": home}
    before = pi_files.place(places["project"], case["files"])
    arguments = pi_files.somewhere(case["arguments"], places)
    result = await call(toolbox(home), places["project"], case["tool"], **arguments)
    after = pi_files.changed(before, pi_files.contents(places["project"]))
    return pi_files.outcome(_blocks(result), result.details, result.is_error, after, places)


def _blocks(result: Result) -> list[dict[str, Any]]:
    """As session files have them."""
    return [
        {"type": "text", "text": block.text}
        if isinstance(block, Text)
        else {"type": "image", "data": block.data, "mimeType": block.mime_type}
        for block in result.content
        if isinstance(block, Text | Image)
    ]


def as_pi(outcome: dict[str, Any], pi: dict[str, Any]) -> dict[str, Any]:
    """Without the details that pi does not have; ours tell front ends more."""
    known = pi.get("details", {})
    details = {name: part for name, part in outcome.get("details", {}).items() if name in known}
    rest = {name: part for name, part in outcome.items() if name != "details"}
    return rest | {"details": details} if details else rest
