"""Makers for tests of tools: a call through all five steps, as a model would make it."""

from pathlib import Path
from typing import Any

from picode.config.schema import Settings
from picode.messages import Text, ToolCall
from picode.tools.base import Running
from picode.tools.permissions import Grants
from picode.tools.toolbox import Result, Toolbox


def toolbox(home: Path, settings: Settings | None = None) -> Toolbox:
    return Toolbox(settings or Settings(), cache=home / "cache", state=home / "state")


async def call(
    box: Toolbox, cwd: Path, tool: str, running: Running | None = None, **arguments: Any
) -> Result:
    """Everything is granted."""
    wanted = ToolCall(id="call", name=tool, arguments=arguments)
    policy = box.policy(frozenset(["all"]), False)
    found = await box.prepare(wanted, str(cwd), "conversation", policy, Grants())
    return found if isinstance(found, Result) else await box.run(found, "conversation", running or Running())


def text(result: Result) -> str:
    return "".join(block.text for block in result.content if isinstance(block, Text))
