"""The hands of a conversation: its tool calls and `!commands` while they run."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from picode import tasks
from picode.agents.inputs import CallReady, Input, ToolFinished
from picode.agents.pace import Paced
from picode.errors import Missing
from picode.messages import BashExecution, Text, ToolCall, ToolResult
from picode.protocol.events import AnyEvent, ToolPrinted, ToolStarted
from picode.protocol.values import Decision, Receipt, ToolRun
from picode.tools.base import Running
from picode.tools.permissions import Grants, Policy, with_always
from picode.tools.toolbox import Prepared, Result, Toolbox

PACE = 0.05
"""Seconds between two events with output."""
LARGEST_EVENT = 8000
"""Bytes of output in an event; what comes faster is not shown while it runs."""
LONGEST_LINE = 1000
"""Characters of a line that wait for its end."""
log = logging.getLogger(__name__)


class Calls:
    """`told` gets what the loop has to know; `stop` ends every tool that runs."""

    def __init__(
        self,
        tools: Toolbox,
        conversation: str,
        cwd: str,
        *,
        emit: Callable[[AnyEvent], None],
        told: Callable[[Input], None],
        now: Callable[[], int],
    ) -> None:
        self._tools, self._conversation, self._cwd = tools, conversation, cwd
        self._emit, self._told, self._now = emit, told, now
        self._prepared: dict[str, Prepared] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.grants = Grants()
        self.running: dict[str, ToolRun] = {}
        self.stop = asyncio.Event()

    def use_tools(self, tools: Toolbox) -> None:
        """These, from now on."""
        self._tools = tools

    def prepare(self, call: ToolCall, policy: Policy) -> None:
        """Answers with `CallReady`, or with `ToolFinished` when it cannot run."""
        self._spawn(self._prepare(call, policy), call.name)

    def run(self, call_id: str) -> None:
        """Answers with `ToolFinished`."""
        prepared = self._prepared.pop(call_id)
        self._spawn(self._run(prepared), prepared.call.name)

    def settle(self, call_id: str, decision: Decision, reason: str) -> None:
        """A person answered, or need not answer any more."""
        prepared = self._prepared[call_id]
        if decision == "always":
            self.grants = with_always(prepared.check, self.grants)
        self._tools.asked(self._conversation, prepared.call, decision, reason)

    def refuse(self, call: ToolCall, text: str) -> None:
        self._prepared.pop(call.id, None)
        self._told(ToolFinished(call.id, self._result(call, Result([Text(text=text)], {}, True))))

    def abort(self) -> None:
        """End what runs; what is started from now on runs."""
        self.stop.set()
        self.stop = asyncio.Event()
        self._tools.abort()

    async def command(
        self, call_id: str, command: str, share: bool, stop: asyncio.Event
    ) -> tuple[BashExecution, Receipt | None]:
        """`!command`, to its end; the receipt of one that is shared."""
        if not await asyncio.to_thread(_is_directory, self._cwd):
            raise Missing(f"The directory {self._cwd} is not there any more.")
        running, printed = self._started(call_id, "bash", command, stop)
        try:
            done, receipt = await self._tools.shell(command, self._cwd, running, clean=share)
        finally:
            printed.flush()
            self.running.pop(call_id, None)
        done.exclude_from_context = not share
        done.timestamp = self._now()
        return done, receipt

    async def ended(self, bound: float) -> None:
        """Wait until nothing runs; what does not end within `bound` seconds is cancelled."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=bound)
        await tasks.stop(*self._tasks)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = tasks.spawn(work, f"tool {name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _prepare(self, call: ToolCall, policy: Policy) -> None:
        try:
            found = await self._tools.prepare(call, self._cwd, self._conversation, policy, self.grants)
        except Exception as error:
            found = _failed(call, error)
        if isinstance(found, Result):
            self._told(ToolFinished(call.id, self._result(call, found)))
            return
        self._prepared[call.id] = found
        self._told(CallReady(call.id, found.approval() if found.verdict.decision == "ask" else None))

    async def _run(self, prepared: Prepared) -> None:
        call = prepared.call
        running, printed = self._started(call.id, call.name, prepared.title, self.stop)
        try:
            result = await self._tools.run(prepared, self._conversation, running)
        except Exception as error:
            result = _failed(call, error)
        printed.flush()
        self.running.pop(call.id, None)
        self._told(ToolFinished(call.id, self._result(call, result)))

    def _started(self, call_id: str, tool: str, title: str, stop: asyncio.Event) -> tuple[Running, "Printed"]:
        self.running[call_id] = ToolRun(call_id, tool, title)
        self._emit(ToolStarted(call_id, tool, title))
        printed = Printed(lambda text: self._printed(call_id, text))
        return Running(printed.add, stop, call_id), printed

    def _printed(self, call_id: str, text: str) -> None:
        text = _end_of(self._tools.printed(text))
        run = self.running[call_id]
        run.output = _end_of(run.output + text)
        self._emit(ToolPrinted(call_id, text))

    def _result(self, call: ToolCall, result: Result) -> ToolResult:
        return ToolResult(
            tool_call_id=call.id, tool_name=call.name, content=result.content, details=result.details,
            is_error=result.is_error, timestamp=self._now(),
        )  # fmt: skip


class Printed:
    """What a tool prints, a few times a second; a line that is not whole waits, for half of a key looks like none."""

    def __init__(self, hand_on: Callable[[str], None]) -> None:
        self._hand_on = hand_on
        self._begun = ""
        self._paced: Paced[str] = Paced(self._together, PACE)

    def add(self, text: str) -> None:
        self._paced.add(_end_of(text))

    def flush(self) -> None:
        """Hand on everything: nothing follows."""
        self._paced.flush()
        begun, self._begun = self._begun, ""
        if begun:
            self._hand_on(begun)

    def _together(self, pieces: list[str]) -> None:
        text = _end_of(self._begun + "".join(pieces))
        whole = max(text.rfind("\n"), text.rfind("\r")) + 1
        if len(text) - whole > LONGEST_LINE:
            whole = len(text)
        self._begun = text[whole:]
        if whole:
            self._hand_on(text[:whole])


def _is_directory(path: str) -> bool:
    import os

    return os.path.isdir(path)


def _end_of(text: str) -> str:
    if len(text) * 4 <= LARGEST_EVENT:
        return text
    return text[-LARGEST_EVENT:].encode("utf-8", "replace")[-LARGEST_EVENT:].decode("utf-8", "ignore")


def _failed(call: ToolCall, error: Exception) -> Result:
    log.error("the tool %s failed", call.name, exc_info=error)
    return Result([Text(text=f"The tool {call.name} itself failed ({type(error).__name__}).")], {}, True)
