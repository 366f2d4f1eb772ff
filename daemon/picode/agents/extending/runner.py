"""All extensions of one conversation: their processes are begun when they are needed, asked in the order in which they
were loaded, begun again after a crash, and ended with the conversation."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from picode import tasks
from picode.agents.extending import contracts
from picode.agents.extending.launching import launches
from picode.agents.extending.loaded import Loaded
from picode.agents.extending.process import Gone, HandlerFailed, Process, Slow
from picode.agents.extending.tool import Execute, ExtensionTool
from picode.errors import PicodeError
from picode.extensions.events import EVENTS
from picode.protocol.events import ExtensionFailed
from picode.resources.extensions import Found
from picode.tools.base import Tool

MOST_RESTARTS = 3
"""Of a conversation's processes that ended unasked, until the next /reload."""
LOADS_WITHIN = 30.0
ALIVE_WITHIN = 2.0
BYE = 2.0
"""Seconds for session_shutdown."""
log = logging.getLogger(__name__)
Object = dict[str, Any]
Find = Callable[[], Found]
Asked = Callable[[str, Object], Awaitable[Any]]
"""`asked(method, args)`: what an extension wants of its conversation. Raises PicodeError."""


async def _nothing(reason: str) -> None:
    pass


@dataclass
class One:
    """A loaded extension; `number`: its place in its process."""

    process: Process
    number: int
    loaded: Loaded


class Extensions:
    """`find`: which files there are, read anew for each start; `state()`: what extensions may know of the conversation;
    `report` gets their failures; `limit`: seconds that a handler may take."""

    def __init__(
        self,
        find: Find,
        asked: Asked,
        state: Callable[[], Object],
        report: Callable[[ExtensionFailed], None],
        *,
        cwd: str,
        environ: Mapping[str, str],
        mark: str,
        limit: float = 30.0,
    ) -> None:
        self._find, self._asked, self._state, self._report = find, asked, state, report
        self._cwd, self._environ, self._mark, self.limit = cwd, environ, mark, limit
        self.alive_within = ALIVE_WITHIN
        self.tools: dict[str, Tool] = {}
        """Live: what is registered later comes into it."""
        self.all: list[One] = []
        self.changed: Callable[[], None] = lambda: None
        """Called when something else is registered than before."""
        self.started: Callable[[str], Awaitable[None]] = _nothing
        """Called when they are begun, and were told so."""
        self._processes: list[Process] = []
        self._starting: asyncio.Task[None] | None = None
        self._told: Object = {}
        self._restarts = 0
        self._work: set[asyncio.Task[Any]] = set()
        self._calls: dict[tuple[int, int], asyncio.Task[Any]] = {}
        self._reason = "startup"
        self._closed = self._leaving = False

    # --- their processes

    async def ready(self) -> None:
        """Started, the first time; never raises."""
        if self._closed:
            return
        if self._starting is None:
            self._starting = tasks.spawn(self._start(self._reason), "start of extensions")
        await asyncio.shield(self._starting)

    @property
    def running(self) -> bool:
        return bool(self._processes)

    async def _start(self, reason: str) -> None:
        found = await asyncio.to_thread(self._find)
        self._told, self._leaving = {}, False
        by_file: dict[str, One] = {}
        for number, (command, files) in enumerate(launches(found, self._environ)):
            by_file |= await self._launch(command, files, f"{self._mark}{number}.")
        for notice in found.notices:
            self._report(ExtensionFailed("", "load", notice))
        self.all = [by_file[str(file)] for file in found.files if str(file) in by_file]
        self._registered()
        self.update()
        self.tell({"type": "session_start", "reason": reason})
        await self.started(reason)

    async def _launch(self, command: list[str], files: list[str], mark: str) -> dict[str, One]:
        process = Process(command, mark, self._heard, self._lost)
        try:
            await process.start(self._cwd, self._environ)
            self._processes.append(process)
            process.send({"type": "state", "state": self._state()})
            answer = await process.call("load", LOADS_WITHIN, files=files)
            loaded = msgspec.convert(answer["value"], list[Loaded])
        except (OSError, Gone, Slow, HandlerFailed, msgspec.ValidationError) as error:
            told = "they took too long" if isinstance(error, Slow) else str(error) or "their process ended"
            self._report(ExtensionFailed(files[0], "load", f"The extensions could not be started: {told}"))
            if process in self._processes:
                self._processes.remove(process)
            await process.end()
            return {}
        return {one.path: One(process, number, one) for number, one in enumerate(loaded)}

    def _lost(self, process: Process, why: str) -> None:
        """It ended unasked: all are begun anew, so that what they know of each other stays whole."""
        if process not in self._processes or self._closed:
            return
        self._processes.remove(process)
        path = next((one.loaded.path for one in self.all if one.process is process), "")
        self._restarts += 1
        if self._restarts > MOST_RESTARTS:
            again = f"; it was begun {MOST_RESTARTS} times, and /reload begins it again"
            self.all = [one for one in self.all if one.process is not process]
            self._registered()
        else:
            again = "; it is begun again"
            self._starting = self._spawn(self._restart(), "restart of extensions")
        self._report(ExtensionFailed(path, "process", f"The extensions' process ended ({why}){again}"))

    async def _restart(self) -> None:
        await self._end_processes()
        await self._start("reload")

    async def reload(self) -> None:
        """End them in order and begin those that there are now."""
        await self.shut_down("reload")
        self._restarts, self._reason, self._starting = 0, "reload", None
        await self.ready()

    async def shut_down(self, reason: str) -> None:
        """session_shutdown, then the end of every process."""
        if self._starting is not None:
            await asyncio.wait({self._starting}, timeout=LOADS_WITHIN)
        self._leaving = True
        for one in self.all:
            for handler in range(one.loaded.handlers.get("session_shutdown", 0)):
                event = {"type": "session_shutdown", "reason": reason}
                try:
                    await one.process.call("handle", BYE, extension=one.number, handler=handler, event=event)
                except (Gone, Slow, HandlerFailed) as error:
                    log.info("an extension did not shut down: %r", error)
        await self._end_processes()

    async def _end_processes(self) -> None:
        processes, self._processes = self._processes, []
        for key, task in list(self._calls.items()):
            if key[0] in map(id, processes):
                task.cancel()
        await asyncio.gather(*(process.end() for process in processes))
        self.all = []
        self._registered()

    async def close(self) -> None:
        if self._starting is not None:
            await self.shut_down("quit")
        self._closed = True
        await tasks.stop(*self._work)

    # --- asking them

    def wants(self, event: str) -> bool:
        return any(one.loaded.handlers.get(event) for one in self.all)

    def tell(self, event: Object) -> None:
        """Every handler hears it; nobody waits. session_shutdown is the last one."""
        if self._leaving:
            return
        for process in self._processes:
            if any(one.loaded.handlers.get(event["type"]) for one in self.all if one.process is process):
                process.send({"type": "tell", "event": event})

    def update(self) -> None:
        """What is new in the conversation's state goes to everybody."""
        if not self._processes:
            return
        state = self._state()
        fresh = {name: value for name, value in state.items() if self._told.get(name, ...) != value}
        if fresh:
            self._told = state
            for process in self._processes:
                process.send({"type": "state", "state": fresh})

    async def emit(self, event: Object) -> contracts.Fold:
        """Ask every handler in its turn. A `tool_call` whose handler fails is blocked: a guard that is broken lets
        nothing through."""
        await self.ready()
        return await self.emit_now(event)

    async def emit_now(self, event: Object) -> contracts.Fold:
        """Of those that are started."""
        fold = contracts.begun(event)
        self.update()
        for one in list(self.all):
            for handler in range(one.loaded.handlers.get(event["type"], 0)):
                answer = await self._handled(one, fold.event, handler)
                if answer is not None:
                    fold = contracts.folded(fold, answer.get("value"), answer.get("event"))
                elif EVENTS[event["type"]].contract == "block":
                    reason = f"The extension {one.loaded.path} failed, so this call was not run."
                    return contracts.Fold(fold.event, {"block": True, "reason": reason}, True)
                if fold.done:
                    return fold
        return fold

    async def _handled(self, one: One, event: Object, handler: int) -> Object | None:
        """The handler's answer; None, and a report, when there is none."""
        try:
            return await one.process.call(
                "handle", self.limit, extension=one.number, handler=handler, event=event
            )
        except (HandlerFailed, Slow, Gone) as error:
            await self._failed(one, event["type"], error)
        return None

    async def _failed(self, one: One, event: str, error: Exception) -> None:
        path = one.loaded.path
        match error:
            case HandlerFailed():
                self._report(ExtensionFailed(path, event, error.error, error.where))
            case Slow():
                told = f"It did not answer within {self.limit:g} seconds, and was not waited for"
                self._report(ExtensionFailed(path, event, told))
                if not await one.process.answers(self.alive_within):
                    one.process.kill()

    async def ask(self, one: One, kind: str, event: str, **fields: Any) -> Any:
        """Something that is not to take long; None, and a report, when there is no answer."""
        try:
            answer = await one.process.call(kind, self.limit, extension=one.number, **fields)
        except (HandlerFailed, Slow, Gone) as error:
            await self._failed(one, event, error)
            return None
        return answer.get("value")

    async def execute(self, one: One, kind: str, *, update: Any = None, **fields: Any) -> Any:
        """Run a command, a tool, a key: no limit but the person's. Raises Gone, HandlerFailed."""
        self.update()
        answer = await one.process.call(kind, None, update=update, extension=one.number, **fields)
        return answer.get("value")

    def command(self, name: str) -> One | None:
        return next((one for one in self.all for known in one.loaded.commands if known.name == name), None)

    async def run_command(self, one: One, name: str, words: str) -> None:
        """To its end; what goes wrong is reported."""
        try:
            await self.execute(one, "command", name=name, args=words)
        except HandlerFailed as error:
            self._report(ExtensionFailed(one.loaded.path, f"command:{name}", error.error, error.where))
        except Gone:
            pass

    async def press(self, key: str) -> bool:
        """Whether there is such a key."""
        for one in self.all:
            if any(known.key == key for known in one.loaded.shortcuts):
                try:
                    await self.execute(one, "shortcut", key=key)
                except HandlerFailed as error:
                    self._report(ExtensionFailed(one.loaded.path, f"key:{key}", error.error, error.where))
                except Gone:
                    pass
                return True
        return False

    # --- what they say

    def _heard(self, process: Process, message: Object) -> None:
        match message.get("type"):
            case "call":
                number = message.get("id", 0)
                task = self._spawn(self._call(process, message), "wish of an extension")
                if number:
                    self._calls[id(process), number] = task
                    task.add_done_callback(lambda _: self._calls.pop((id(process), number), None))
            case "drop":
                if task_ := self._calls.get((id(process), message.get("id", 0))):
                    task_.cancel()
            case "failed":
                told = [str(message.get(name, "")) for name in ("path", "event", "error", "where")]
                self._report(ExtensionFailed(*told))
            case "registered":
                for one in self.all:
                    if one.process is process and one.number == message.get("extension"):
                        one.loaded = msgspec.convert(message["value"], Loaded)
                self._registered()

    async def _call(self, process: Process, message: Object) -> None:
        number, method = message.get("id", 0), str(message.get("method", ""))
        args = message.get("args")
        answer: Object = {"type": "answer", "id": number}
        people = bool(number) and method.startswith("ui.")
        process.people += people
        try:
            answer["value"] = await self._asked(method, args if isinstance(args, dict) else {})
        except PicodeError as error:
            answer["error"] = str(error)
            if not number:
                self._report(ExtensionFailed("", method, str(error)))
        except (TypeError, ValueError, KeyError, msgspec.MsgspecError) as error:
            answer["error"] = f"{method} was called with what it does not take: {error}"
            if not number:
                self._report(ExtensionFailed("", method, str(answer["error"])))
        finally:
            process.people -= people
        if number:
            self.update()
            process.send(answer)

    def _registered(self) -> None:
        self.tools.clear()
        for one in self.all:
            for tool in one.loaded.tools:
                self.tools[tool.name] = ExtensionTool(tool, one.loaded.path, self._executing(one))
        self.changed()

    def _executing(self, one: One) -> Execute:
        async def execute(name: str, call_id: str, args: Object, update: Callable[[Any], None]) -> Any:
            return await self.execute(one, "execute", update=update, name=name, callId=call_id, args=args)

        return execute

    def _spawn(self, work: Any, name: str) -> "asyncio.Task[Any]":
        task = tasks.spawn(work, name)
        self._work.add(task)
        task.add_done_callback(self._work.discard)
        return task
