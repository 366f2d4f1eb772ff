"""`pi`, what an extension is given: it registers, it listens, it acts."""

import asyncio
import difflib
import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Literal

from picode.extensions.events import EVENTS

if TYPE_CHECKING:
    from picode.extensions.wire import Wire

Handler = Callable[[dict[str, Any], Any], Any]
"""`handler(event, ctx)`, plain or async; what it may return is in `EVENTS`."""
NO_PARAMETERS = {"type": "object", "properties": {}}
MOST_OUTPUT = 10_000_000


class Pi:
    """Of one extension; `path`: its file. What it registers may change at any time."""

    def __init__(self, path: str, wire: "Wire", changed: Callable[["Pi"], None]) -> None:
        self.path = path
        self._wire, self._changed = wire, changed
        self.handlers: dict[str, list[Handler]] = {}
        self.tools: dict[str, dict[str, Any]] = {}
        self.commands: dict[str, dict[str, Any]] = {}
        self.shortcuts: dict[str, dict[str, Any]] = {}
        self.flags: dict[str, dict[str, Any]] = {}
        self.renderers: dict[str, Callable[..., Any]] = {}
        self.providers: dict[str, dict[str, Any] | None] = {}

    def on(self, event: str, handler: Handler | None = None) -> Any:
        """`pi.on("tool_call", handler)`, or as a decorator. Raises ValueError for an event that there is not."""
        if event not in EVENTS:
            near = difflib.get_close_matches(event, EVENTS, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"There is no event {event!r}.{hint}")
        if handler is None:
            return lambda function: self.on(event, function) or function
        self.handlers.setdefault(event, []).append(handler)
        self._changed(self)
        return None

    def register_tool(
        self,
        name: str,
        description: str,
        execute: Callable[[dict[str, Any], Any], Any],
        parameters: dict[str, Any] | None = None,
        *,
        label: str = "",
        read_only: bool = False,
        render_call: Callable[[dict[str, Any]], str] | None = None,
    ) -> None:
        """A tool for the model; `parameters`: a JSON Schema of an object. `execute(params, ctx)` returns a text, or
        `{content, details?, isError?}`; what it raises is the model's error. Unless it is `read_only` the person is
        asked, as with PiCode's own tools. `render_call(params)`: the line that the person sees."""
        self.tools[name] = {
            "description": description, "execute": execute, "parameters": parameters or NO_PARAMETERS,
            "label": label or name, "readOnly": read_only, "renderCall": render_call,
        }  # fmt: skip
        self._changed(self)

    def register_command(
        self, name: str, handler: Callable[[str, Any], Any], description: str = "", hint: str = ""
    ) -> None:
        """`/name words`: `handler(words, ctx)`; `hint`: what the words are."""
        self.commands[name.removeprefix("/")] = {"handler": handler, "description": description, "hint": hint}
        self._changed(self)

    def register_shortcut(self, key: str, handler: Callable[[Any], Any], description: str = "") -> None:
        """A key in the pane, such as `ctrl+shift+p` or `alt+j`: `handler(ctx)`."""
        self.shortcuts[key] = {"handler": handler, "description": description}
        self._changed(self)

    def register_flag(
        self, name: str, kind: Literal["boolean", "string"] = "boolean", default: "bool | str | None" = None,
        description: str = "",
    ) -> None:  # fmt: skip
        """An option of the command line: `--name`, or `--name VALUE`."""
        self.flags[name] = {"type": kind, "default": default, "description": description}
        self._changed(self)

    def get_flag(self, name: str) -> "bool | str | None":
        given = self._wire.state.get("flags", {})
        if name not in self.flags:
            return None
        value = given.get(name, self.flags[name]["default"])
        return bool(value) if self.flags[name]["type"] == "boolean" and value is not None else value

    def register_message_renderer(self, custom_type: str, renderer: Callable[..., Any]) -> None:
        """How messages of `send_message` with this type are shown: `renderer(message, ctx)` returns Markdown."""
        self.renderers[custom_type] = renderer
        self._changed(self)

    def register_provider(self, name: str, config: dict[str, Any]) -> None:
        """A provider of models, as models.json describes one: baseUrl, apiKey, api, headers, models."""
        self.providers[name] = config
        self._changed(self)

    def unregister_provider(self, name: str) -> None:
        self.providers.pop(name, None)
        self._changed(self)

    # --- acting

    def send_message(
        self, custom_type: str, content: "str | list[dict[str, Any]]", *, display: bool = True, details: Any = None,
        trigger_turn: bool = False, deliver_as: Literal["steer", "followUp", "nextTurn"] = "steer",
    ) -> None:  # fmt: skip
        """A message of your own for the model and, with `display`, for the person. At rest it is written down at once;
        `trigger_turn` lets the model answer; `nextTurn`: it goes along with the next question."""
        message = {"customType": custom_type, "content": content, "display": display, "details": details}
        self._wire.tell(
            "sendMessage", {"message": message, "triggerTurn": trigger_turn, "deliverAs": deliver_as}
        )

    def send_user_message(
        self, content: "str | list[dict[str, Any]]", deliver_as: Literal["steer", "followUp"] = "steer"
    ) -> None:
        """As if the person had said it."""
        self._wire.tell("sendUserMessage", {"content": content, "deliverAs": deliver_as})

    def append_entry(self, custom_type: str, data: Any = None) -> None:
        """Something to be kept in the session file, that no model sees."""
        self._wire.tell("appendEntry", {"customType": custom_type, "data": data})

    def set_session_name(self, name: str) -> None:
        self._wire.state["sessionName"] = name
        self._wire.tell("setSessionName", {"name": name})

    def get_session_name(self) -> str:
        return str(self._wire.state.get("sessionName", ""))

    def set_label(self, entry_id: str, label: str | None) -> None:
        self._wire.tell("setLabel", {"entryId": entry_id, "label": label or ""})

    def get_active_tools(self) -> list[str]:
        return list(self._wire.state.get("activeTools", []))

    def get_all_tools(self) -> list[dict[str, Any]]:
        """`{name, description, parameters}` of each."""
        return list(self._wire.state.get("allTools", []))

    def set_active_tools(self, names: list[str]) -> None:
        """The only ones that the model is told of, from the next call on."""
        self._wire.state["activeTools"] = list(names)
        self._wire.tell("setActiveTools", {"names": names})

    def get_commands(self) -> list[dict[str, Any]]:
        """`{name, description, source}` of every slash command that is no own one of PiCode's."""
        return list(self._wire.state.get("commands", []))

    async def set_model(self, name: str) -> bool:
        """`provider/model`; False: there is none such that can be used."""
        return await self._wire.call("setModel", {"model": name}) is True

    def get_thinking_level(self) -> str:
        return str(self._wire.state.get("thinkingLevel", "off"))

    def set_thinking_level(self, level: str) -> None:
        self._wire.tell("setThinkingLevel", {"level": level})

    async def exec(
        self, command: str, args: list[str] | None = None, *, cwd: str = "", timeout: float | None = None
    ) -> dict[str, Any]:
        """Run a program: `{stdout, stderr, code, killed}`; `timeout` in seconds."""
        process = await asyncio.create_subprocess_exec(
            command, *(args or []), cwd=cwd or self._wire.state.get("cwd") or None, start_new_session=True,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        killed = False
        try:
            out, err = await asyncio.wait_for(process.communicate(), timeout)
        except TimeoutError:
            killed, out, err = True, b"", b""
        finally:
            if process.returncode is None:
                os.killpg(process.pid, 9)
                await process.wait()
        texts = {
            name: data[:MOST_OUTPUT].decode(errors="replace")
            for name, data in (("stdout", out), ("stderr", err))
        }
        return {**texts, "code": process.returncode, "killed": killed}

    @property
    def events(self) -> "Bus":
        """What extensions say to each other, in this language."""
        return self._wire.bus


class Bus:
    """`emit(name, data)` calls every `on(name, handler)`."""

    def __init__(self, spawn: Callable[[Awaitable[Any]], object]) -> None:
        self._listeners: dict[str, list[Callable[[Any], Any]]] = {}
        self._spawn = spawn

    def on(self, name: str, handler: Callable[[Any], Any]) -> Callable[[], None]:
        """The function that ends it."""
        self._listeners.setdefault(name, []).append(handler)
        return lambda: self._listeners[name].remove(handler)

    def emit(self, name: str, data: Any = None) -> None:
        for handler in list(self._listeners.get(name, [])):
            made = handler(data)
            if asyncio.iscoroutine(made):
                self._spawn(made)
