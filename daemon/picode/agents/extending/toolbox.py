"""The daemon's toolbox as one conversation has it: with its extensions' tools, and with their say in every call."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

from picode import tasks
from picode.agents.extending.contracts import Fold
from picode.agents.extending.runner import Extensions
from picode.agents.extending.tool import content_of
from picode.messages import ToolCall
from picode.protocol.values import Wishes
from picode.tools.base import Outcome, Running, Tool, ToolFailed
from picode.tools.toolbox import Prepared, Result, Toolbox

import msgspec  # isort: skip


class Extended(Toolbox):
    """It shares everything with the toolbox that it is made of."""

    __slots__ = ("_aborted", "_extensions", "_inputs")

    def __init__(self, whole: Toolbox, extensions: Extensions) -> None:
        self.__dict__ = whole.__dict__
        self._extensions = extensions
        self._inputs: dict[str, dict[str, Any]] = {}
        self._aborted = asyncio.Event()

    @property
    def _tools(self) -> dict[str, Tool]:
        return super()._tools | self._extensions.tools

    def names_for(self, wishes: Wishes) -> list[str]:
        """Before they are begun nobody knows which tools there will be."""
        more = [] if self._extensions.running else [*(wishes.tools or ()), *wishes.without]
        return list(dict.fromkeys([*self.names, *more]))

    def check_grants(self, allow: Iterable[str]) -> None:
        if self._extensions.running:
            super().check_grants(allow)

    async def _looked_at(self, call: ToolCall, arguments: dict[str, Any]) -> dict[str, Any]:
        if not self._extensions.wants("tool_call"):
            return arguments
        event = {"type": "tool_call", "toolCallId": call.id, "toolName": call.name, "input": arguments}
        fold = await self._unless_aborted(self._extensions.emit(event))
        if fold.outcome.get("block"):
            raise ToolFailed(str(fold.outcome.get("reason") or "Tool execution was blocked"))
        changed: dict[str, Any] = fold.event["input"]
        if changed != arguments:
            self._inputs[call.id] = changed
        return changed

    def abort(self) -> None:
        self._aborted.set()
        self._aborted = asyncio.Event()

    async def _unless_aborted(self, asking: Coroutine[Any, Any, Fold]) -> Fold:
        """Raises ToolFailed when the person cancels meanwhile."""
        asked = tasks.spawn(asking, "extensions' say in a call")
        aborted = tasks.spawn(self._aborted.wait(), "cancel of a call that is looked at")
        try:
            await asyncio.wait({asked, aborted}, return_when=asyncio.FIRST_COMPLETED)
            if not asked.done():
                raise ToolFailed("Operation aborted")
            return asked.result()
        finally:
            await tasks.stop(asked, aborted)

    async def run(self, prepared: Prepared, conversation: str, running: Running) -> Result:
        result = await super().run(prepared, conversation, running)
        call = prepared.call
        arguments = self._inputs.pop(call.id, call.arguments)
        if not self._extensions.wants("tool_result"):
            return result
        event = {
            "type": "tool_result", "toolCallId": call.id, "toolName": call.name, "input": arguments,
            "content": msgspec.to_builtins(result.content), "details": result.details, "isError": result.is_error,
        }  # fmt: skip
        patch = (await self._extensions.emit(event)).outcome
        if not patch:
            return result
        content = content_of(patch["content"]) if "content" in patch else result.content
        details = patch["details"] if isinstance(patch.get("details"), dict) else result.details
        failed = patch["isError"] is True if "isError" in patch else result.is_error
        # what an extension says is cleaned as what a tool says
        return self._result(Outcome(content, details), failed)
