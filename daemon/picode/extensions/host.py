"""The process that Python extensions run in: a child of the daemon, which calls their handlers over a socket.

Events come one after the other, as pi has it; commands, tools and keys run beside them. What an extension prints goes
to standard error, and from there into the daemon's log. The process ends with the connection.
"""

import asyncio
import inspect
import os
import signal
import socket
import sys
from typing import Any

import msgspec

from picode.extensions.api import Pi
from picode.extensions.context import Context, ToolContext
from picode.extensions.loading import load, registered, told
from picode.extensions.wire import LONGEST, Wire

DESCRIPTOR = "PICODE_EXTENSIONS_FD"
Message = dict[str, Any]
CHANGED = ("tool_call", "context")
"""Events whose handlers may change what they are given, in place."""


class Host:
    """All extensions of one conversation that are written in Python."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.all: list[Pi] = []
        self._contexts: dict[str, Context] = {}
        self._events: asyncio.Queue[Message] = asyncio.Queue()
        self._running: dict[int, tuple[asyncio.Task[Any], ToolContext | None]] = {}
        self._loaded = False

    async def load(self, message: Message) -> None:
        """Each in its turn; one that fails leaves the others be."""
        for number, file in enumerate(message["files"]):
            pi = Pi(file, self.wire, self._changed)
            self.all.append(pi)
            self._contexts[file] = Context(self.wire, file)
            try:
                await load(file, pi, number)
            except BaseException as error:
                if isinstance(error, asyncio.CancelledError | KeyboardInterrupt):
                    raise
                for kept in (
                    pi.handlers,
                    pi.tools,
                    pi.commands,
                    pi.shortcuts,
                    pi.flags,
                    pi.renderers,
                    pi.providers,
                ):
                    kept.clear()
                self._failed(pi, "load", error)
        self._loaded = True
        self.wire.send({"type": "result", "id": message["id"], "value": [registered(pi) for pi in self.all]})

    def received(self, message: Message) -> None:
        """One of the daemon's messages; what takes its time is begun."""
        match message["type"]:
            case "state":
                self.wire.state.update(message["state"])
            case "answer":
                self.wire.answered(message)
            case "ping":
                self.wire.send({"type": "result", "id": message["id"], "value": True})
            case "cancel":
                self._cancel(message["id"])
            case "load":
                self.wire.spawn(self.load(message))
            case "tell" | "handle":
                self._events.put_nowait(message)
            case kind:
                self._begin(message, getattr(self, f"_{kind}"))

    async def events(self) -> None:
        """One after the other, for ever."""
        while True:
            message = await self._events.get()
            if message["type"] == "tell":
                await self._tell(message["event"])
                continue
            task = self._begin(message, self._handle)
            await asyncio.wait({task})

    def _begin(self, message: Message, work: Any) -> "asyncio.Task[Any]":
        task = self.wire.spawn(self._answered(message, work))
        self._running[message["id"]] = (task, None)
        task.add_done_callback(lambda _: self._running.pop(message["id"], None))
        return task

    async def _answered(self, message: Message, work: Any) -> None:
        """Every call gets its answer, whatever happens."""
        pi = self.all[message["extension"]]
        answer: Message = {"type": "result", "id": message["id"]}
        try:
            answer |= await work(message, pi)
        except (Exception, asyncio.CancelledError, SystemExit) as error:
            if isinstance(error, SystemExit):
                os._exit(error.code if isinstance(error.code, int) else 1)
            answer |= told(error, pi.path)
        try:
            self.wire.send(answer)
        except Exception as error:
            self.wire.send({"type": "result", "id": message["id"], **told(error, pi.path)})

    async def _handle(self, message: Message, pi: Pi) -> Message:
        event = message["event"]
        handler = pi.handlers[event["type"]][message["handler"]]
        value = await _awaited(handler(event, self._contexts[pi.path]))
        return {"value": value} | ({"event": event} if event["type"] in CHANGED else {})

    async def _tell(self, event: Message) -> None:
        for pi in self.all:
            for handler in list(pi.handlers.get(event["type"], ())):
                try:
                    await _awaited(handler(event, self._contexts[pi.path]))
                except Exception as error:
                    self._failed(pi, event["type"], error)

    async def _command(self, message: Message, pi: Pi) -> Message:
        handler = pi.commands[message["name"]]["handler"]
        await _awaited(handler(message["args"], self._contexts[pi.path]))
        return {}

    async def _shortcut(self, message: Message, pi: Pi) -> Message:
        await _awaited(pi.shortcuts[message["key"]]["handler"](self._contexts[pi.path]))
        return {}

    async def _title(self, message: Message, pi: Pi) -> Message:
        return {"value": str(pi.tools[message["name"]]["renderCall"](message["args"]))}

    async def _render(self, message: Message, pi: Pi) -> Message:
        made = await _awaited(pi.renderers[message["name"]](message["message"], self._contexts[pi.path]))
        return {"value": "\n".join(made) if isinstance(made, list) else made}

    async def _execute(self, message: Message, pi: Pi) -> Message:
        number, execute = message["id"], pi.tools[message["name"]]["execute"]

        def update(partial: Any) -> None:
            self.wire.send({"type": "update", "id": number, "value": partial})

        context = ToolContext(self.wire, pi.path, message["callId"], update)
        context.session = self._contexts[pi.path].session
        self._running[number] = (self._running[number][0], context)
        if inspect.iscoroutinefunction(execute):
            return {"value": await execute(message["args"], context)}
        # a plain function may take its time: the events go on beside it
        return {"value": await _awaited(await asyncio.to_thread(execute, message["args"], context))}

    def _cancel(self, number: int) -> None:
        task, context = self._running.get(number, (None, None))
        if context is not None:
            context.cancelled.set()
        if task is not None:
            task.cancel()

    def _changed(self, pi: Pi) -> None:
        if self._loaded:
            self.wire.send({"type": "registered", "extension": self.all.index(pi), "value": registered(pi)})

    def _failed(self, pi: Pi, event: str, error: BaseException) -> None:
        self.wire.send({"type": "failed", "path": pi.path, "event": event, **told(error, pi.path)})


async def _awaited(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


async def serve(descriptor: int) -> None:
    """Until the daemon closes the connection."""
    reader, writer = await asyncio.open_unix_connection(sock=socket.socket(fileno=descriptor), limit=LONGEST)
    wire = Wire(writer)
    host = Host(wire)
    wire.spawn(host.events())
    while line := await reader.readline():
        host.received(msgspec.json.decode(line))


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    descriptor = int(os.environ.pop(DESCRIPTOR))
    os.set_inheritable(descriptor, False)
    # what is printed is no message, whoever prints it
    os.dup2(2, 1)
    try:
        asyncio.run(serve(descriptor))
    except (ConnectionError, KeyboardInterrupt):
        pass
    finally:
        sys.stderr.flush()
        # a thread of an extension may never end
        os._exit(0)


if __name__ == "__main__":
    main()
