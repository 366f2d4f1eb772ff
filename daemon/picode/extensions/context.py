"""What a handler is given beside its event: the conversation as it is, the person, and what may be done."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, cast

from picode.extensions.session import Session

if TYPE_CHECKING:
    from picode.extensions.wire import Wire


class Ui:
    """Questions to the person, in the pane or through a program's own dialogs (RPC). Where nobody can be asked, an
    answer is None or False at once."""

    def __init__(self, wire: "Wire", path: str) -> None:
        self._wire, self._path = wire, path

    async def _ask(self, method: str, timeout: float | None, **given: Any) -> Any:
        if not self._wire.state.get("hasUI", False):
            return None
        if timeout is not None:
            given["timeout"] = round(timeout * 1000)
        return await self._wire.call(f"ui.{method}", {**given, "extension": self._path})

    async def select(self, title: str, options: list[str], timeout: float | None = None) -> str | None:
        """One of `options`; None: nothing was chosen, or not within `timeout` seconds."""
        found = await self._ask("select", timeout, title=title, options=options)
        return found if isinstance(found, str) else None

    async def confirm(self, title: str, message: str = "", timeout: float | None = None) -> bool:
        return await self._ask("confirm", timeout, title=title, message=message) is True

    async def input(self, title: str, placeholder: str = "", timeout: float | None = None) -> str | None:
        found = await self._ask("input", timeout, title=title, placeholder=placeholder)
        return found if isinstance(found, str) else None

    async def editor(self, title: str, prefill: str = "") -> str | None:
        """Several lines."""
        found = await self._ask("editor", None, title=title, prefill=prefill)
        return found if isinstance(found, str) else None

    def notify(self, message: str, kind: Literal["info", "warning", "error"] = "info") -> None:
        self._wire.tell("ui.notify", {"message": message, "notifyType": kind})

    def set_status(self, key: str, text: str | None) -> None:
        """A word in the status line; None takes it away."""
        self._wire.tell("ui.setStatus", {"statusKey": key, "statusText": text})

    def set_widget(
        self,
        key: str,
        lines: list[str] | None,
        placement: Literal["aboveEditor", "belowEditor"] = "aboveEditor",
    ) -> None:
        """Lines at the input line; None takes them away."""
        given = {"widgetKey": key, "widgetLines": lines, "widgetPlacement": placement}
        self._wire.tell("ui.setWidget", given)

    def set_title(self, title: str) -> None:
        self._wire.tell("ui.setTitle", {"title": title})

    def set_editor_text(self, text: str) -> None:
        """In place of what is typed."""
        self._wire.tell("ui.setEditorText", {"text": text})


class Context:
    """`ui`: the person; `session`: the file; the rest is as the daemon told it last."""

    def __init__(self, wire: "Wire", path: str = "") -> None:
        self._wire = wire
        self.ui = Ui(wire, path)
        self.session = Session(lambda: wire.state)

    @property
    def has_ui(self) -> bool:
        """Somebody can be asked."""
        return bool(self._wire.state.get("hasUI", False))

    @property
    def cwd(self) -> str:
        return str(self._wire.state.get("cwd", ""))

    @property
    def model(self) -> dict[str, Any] | None:
        """`{provider, id, contextWindow, maxTokens, reasoning}`"""
        return cast("dict[str, Any] | None", self._wire.state.get("model"))

    def is_idle(self) -> bool:
        return bool(self._wire.state.get("idle", True))

    def has_pending_messages(self) -> bool:
        return bool(self._wire.state.get("pending", 0))

    def context_usage(self) -> dict[str, Any] | None:
        """`{tokens, contextWindow, percent}`"""
        return cast("dict[str, Any] | None", self._wire.state.get("contextUsage"))

    def system_prompt(self) -> str:
        """As it was sent last; empty before the first question."""
        return str(self._wire.state.get("systemPrompt", ""))

    def abort(self) -> None:
        """End what the model does now."""
        self._wire.tell("abort", {})

    def compact(self, instructions: str = "") -> None:
        """Summarise what is old, when the conversation is at rest."""
        self._wire.tell("compact", {"customInstructions": instructions})

    async def wait_for_idle(self) -> None:
        """Until the conversation is at rest; for commands."""
        await self._wire.call("waitForIdle", {})

    async def reload(self) -> None:
        """Read everything anew; this process ends with it."""
        await self._wire.call("reload", {})


class ToolContext(Context):
    """Of one call of a tool."""

    def __init__(self, wire: "Wire", path: str, call_id: str, update: Callable[[Any], None]) -> None:
        super().__init__(wire, path)
        self.call_id = call_id
        self.cancelled = asyncio.Event()
        """Set when the person cancels; what is awaited then ends by itself."""
        self._update = update

    def update(self, partial: "str | dict[str, Any]") -> None:
        """What there is so far, shown while the tool runs."""
        self._update(partial)
