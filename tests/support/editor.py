"""An editor that drives `picode acp` with the library's own client; it keeps what it hears."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from acp import RequestError, spawn_agent_process
from acp.schema import (
    AllowedOutcome,
    DeniedOutcome,
    PermissionOption,
    RequestPermissionResponse,
    ToolCallUpdate,
)

from support.daemon import executable

PATIENCE = 30.0


class Editor:
    """`answers`: the options that are chosen, in turn; empty: the dialog is closed. Without one the editor waits."""

    def __init__(self) -> None:
        self.updates: list[tuple[str, Any]] = []
        self.asked: list[tuple[ToolCallUpdate, list[PermissionOption]]] = []
        self.answers: list[str] = []
        self.agent: Any = None
        self._changed = asyncio.Condition()

    async def session_update(self, session_id: str, update: Any, **kwargs: Any) -> None:
        async with self._changed:
            self.updates.append((session_id, update))
            self._changed.notify_all()

    async def request_permission(
        self, session_id: str, tool_call: ToolCallUpdate, options: list[PermissionOption], **kwargs: Any
    ) -> RequestPermissionResponse:
        async with self._changed:
            self.asked.append((tool_call, options))
            self._changed.notify_all()
        if not self.answers:
            await asyncio.Event().wait()
        answer = self.answers.pop(0)
        if not answer:
            return RequestPermissionResponse(outcome=DeniedOutcome(outcome="cancelled"))
        return RequestPermissionResponse(outcome=AllowedOutcome(outcome="selected", option_id=answer))

    async def ext_method(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        raise RequestError.method_not_found(method)

    async def ext_notification(self, method: str, params: dict[str, Any]) -> None:
        pass

    def on_connect(self, conn: Any) -> None:
        self.agent = conn

    async def until(self, holds: Callable[["Editor"], object]) -> None:
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: bool(holds(self)))

    def of(self, kind: str, session: str = "") -> list[Any]:
        """The updates of this kind, `agent_message_chunk`…, in order."""
        return [
            one for id_, one in self.updates if one.session_update == kind and (not session or id_ == session)
        ]

    def text(self, kind: str = "agent_message_chunk", session: str = "") -> str:
        return "".join(one.content.text for one in self.of(kind, session))

    def call(self, tool_call_id: str) -> list[Any]:
        """All that was told of one tool call."""
        return [one for _, one in self.updates if getattr(one, "tool_call_id", "") == tool_call_id]


@asynccontextmanager
async def editing(cwd: Path, *arguments: str) -> AsyncIterator[tuple[Editor, Any]]:
    """An editor, and the process of `picode acp`."""
    editor = Editor()
    command = [executable(), "acp", *arguments]
    async with spawn_agent_process(cast(Any, editor), *command, env=dict(os.environ), cwd=cwd) as (
        agent,
        process,
    ):
        editor.agent = agent
        yield editor, process
