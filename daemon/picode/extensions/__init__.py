"""What an extension is written with. A file in an `extensions` directory with `def extension(pi)`:

    from picode.extensions import Context, Pi

    def extension(pi: Pi) -> None:
        async def guard(event, ctx: Context):
            if "rm -rf" in str(event["input"].get("command")):
                return {"block": True, "reason": "Not here."}
        pi.on("tool_call", guard)

The names are for type hints; an extension runs in a process of its own. docs/extensions.md has the whole of it.
"""

from picode.extensions.api import Pi
from picode.extensions.context import Context, ToolContext, Ui
from picode.extensions.events import EVENTS
from picode.extensions.session import Session

__all__ = ["EVENTS", "Context", "Pi", "Session", "ToolContext", "Ui"]
