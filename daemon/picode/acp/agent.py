"""The Agent Client Protocol's side of the daemon: what an editor may ask, answered with the library's own types."""

import asyncio
import os
from collections.abc import Awaitable
from typing import Any, TypeVar

from acp.exceptions import RequestError
from acp.interfaces import Client
from acp.meta import PROTOCOL_VERSION
from acp.schema import (
    AgentCapabilities,
    ClientCapabilities,
    Implementation,
    InitializeResponse,
    ListSessionsResponse,
    LoadSessionResponse,
    NewSessionResponse,
    PromptCapabilities,
    PromptResponse,
    SessionCapabilities,
    SessionInfo,
    SessionListCapabilities,
    SetSessionConfigOptionResponse,
    SetSessionModeResponse,
)

from picode import __version__, paths
from picode.acp import blocks, choices
from picode.acp.session import Session
from picode.client.stream import Stream, connect
from picode.errors import Missing, PicodeError, UsageError
from picode.messages import LEVELS
from picode.protocol import requests as r
from picode.protocol.replies import Conversations, Snapshot
from picode.protocol.values import Place

MOST_SESSIONS = 32
MOST_REPLAYED = 5000
"""Messages of a conversation that is loaded."""
LISTED = 100
T = TypeVar("T")


class Agent:
    """`like`, `model`, `key`: what every conversation that is opened has of the command line's options; `allow_all`: it
    never asks."""

    def __init__(self, like: r.Open, model: str = "", key: str = "", allow_all: bool = False) -> None:
        self._like, self._model, self._key, self._allow_all = like, model, key, allow_all
        self._client: Client | None = None
        self._terminals = False
        self._sessions: dict[str, Session] = {}

    def on_connect(self, conn: Client) -> None:
        self._client = conn

    async def close(self) -> None:
        for session in self._sessions.values():
            if session.status.state != "idle":
                try:
                    await session.cancel()
                except PicodeError:
                    pass
            await session.close()

    async def initialize(
        self,
        protocol_version: int,
        client_capabilities: ClientCapabilities | None = None,
        client_info: Implementation | None = None,
        **kwargs: Any,
    ) -> InitializeResponse:
        told = (client_capabilities.field_meta or {}) if client_capabilities else {}
        self._terminals = bool(told.get("terminal_output"))
        return InitializeResponse(
            protocol_version=PROTOCOL_VERSION,
            agent_info=Implementation(name="picode", title="PiCode", version=__version__),
            agent_capabilities=AgentCapabilities(
                load_session=True,
                prompt_capabilities=PromptCapabilities(image=True, embedded_context=True),
                session_capabilities=SessionCapabilities(list=SessionListCapabilities()),
            ),
        )

    async def new_session(self, cwd: str, **kwargs: Any) -> NewSessionResponse:
        session = await self._open(cwd, "new", "")
        return NewSessionResponse(
            session_id=session.id, modes=choices.modes(session), config_options=choices.options(session)
        )

    async def load_session(self, cwd: str, session_id: str, **kwargs: Any) -> LoadSessionResponse:
        """The conversation so far comes as updates, before the answer."""
        session = await self._open(cwd, "named", session_id)
        return LoadSessionResponse(modes=choices.modes(session), config_options=choices.options(session))

    async def list_sessions(
        self, cwd: str | None = None, cursor: str | None = None, **kwargs: Any
    ) -> ListSessionsResponse:
        async with await connect(paths.resolve(), "acp") as stream:
            asked = r.GetConversations(0, cwd or "", LISTED)
            found = (await told(stream.ask_for(Conversations, asked))).conversations
        return ListSessionsResponse(
            sessions=[
                SessionInfo(session_id=one.id, cwd=one.cwd, title=one.name or one.first[:80]) for one in found
            ]
        )

    async def authenticate(self, method_id: str, **kwargs: Any) -> None:
        """Keys are the daemon's: `picode auth`."""

    async def set_session_mode(self, session_id: str, mode_id: str, **kwargs: Any) -> SetSessionModeResponse:
        if mode_id not in (choices.ASK, choices.ALLOW):
            raise RequestError.invalid_params({"reason": f"There is no mode {mode_id!r}."})
        self._session(session_id).mode = mode_id
        return SetSessionModeResponse()

    async def set_config_option(
        self, config_id: str, session_id: str, value: str | bool, **kwargs: Any
    ) -> SetSessionConfigOptionResponse:
        session, chosen = self._session(session_id), str(value)
        if config_id == "model":
            await told(session.stream.ask(r.SetModel(0, session.id, chosen)))
        elif config_id == "thinking" and chosen in LEVELS:
            await told(session.stream.ask(r.SetThinking(0, session.id, chosen)))
        else:
            raise RequestError.invalid_params({"reason": f"{config_id} cannot be {chosen!r}."})
        session.status = (await told(session.stream.ask_for(Snapshot, r.Look(0, session.id, 1)))).status
        return SetSessionConfigOptionResponse(config_options=choices.options(session))

    async def prompt(self, session_id: str, prompt: list[Any], **kwargs: Any) -> PromptResponse:
        session = self._session(session_id)
        text, images = await asyncio.to_thread(blocks.question, prompt)
        return await told(session.prompt(text, images))

    async def cancel(self, session_id: str, **kwargs: Any) -> None:
        if session_id in self._sessions:
            await told(self._sessions[session_id].cancel())

    def _session(self, id_: str) -> Session:
        if id_ not in self._sessions:
            raise RequestError.invalid_params({"reason": f"There is no open session {id_!r}."})
        return self._sessions[id_]

    async def _open(self, cwd: str, choice: str, name: str) -> Session:
        assert self._client is not None
        if not os.path.isabs(cwd):
            raise RequestError.invalid_params({"reason": "cwd is no absolute path."})
        await self._make_room(name)
        stream = await told(connect(paths.resolve(), "acp", tail=MOST_REPLAYED))
        try:
            snapshot = await told(self._opened(stream, cwd, choice, name))
        except BaseException:
            await stream.close()
            raise
        session = self._sessions[snapshot.conversation] = Session(
            stream, snapshot, self._client, self._terminals
        )
        if self._allow_all:
            session.mode = choices.ALLOW
        await session.load_models()
        if choice == "named":
            for entry in snapshot.entries:
                await session.send(*session.updates.history(entry.message))
            for approval in snapshot.status.approvals:
                session.ask_person(approval)
        await session.send(*session.updates.usage(snapshot.status))
        session.begin()
        await session.tell_commands()
        return session

    async def _opened(self, stream: Stream, cwd: str, choice: str, name: str) -> Snapshot:
        like = self._like
        asked = r.Open(
            0, Place(cwd), choice, name, tail=1, model=self._model, directory=like.directory, wishes=like.wishes,  # type: ignore[arg-type]
            ephemeral=like.ephemeral and choice == "new",
        )  # fmt: skip
        found = await stream.ask_for(Snapshot, asked)
        if self._key:
            await stream.ask(r.LendKey(0, found.conversation, self._key))
        return await stream.follow(found.conversation)

    async def _make_room(self, name: str) -> None:
        """One that is loaded again is the same; of too many, the first that rests goes."""
        resting = [id_ for id_, one in self._sessions.items() if one.status.state == "idle"]
        going = (
            [name] if name in self._sessions else resting[:1] if len(self._sessions) >= MOST_SESSIONS else []
        )
        for id_ in going:
            await self._sessions.pop(id_).close()


async def told(work: Awaitable[T]) -> T:
    """Our errors, as an editor shows them."""
    try:
        return await work
    except Missing as error:
        raise RequestError(-32002, str(error)) from error
    except UsageError as error:
        raise RequestError(-32602, str(error)) from error
    except PicodeError as error:
        raise RequestError(-32603, str(error)) from error
