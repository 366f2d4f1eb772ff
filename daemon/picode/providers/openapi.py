"""A model behind an OpenAPI document: its chat endpoint, asked in OpenAI's form as the document describes it."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec

from picode.config.schema import CustomProvider
from picode.credentials import Credentials
from picode.errors import NotAllowed, PicodeError
from picode.messages import ModelRequest, StreamEvent
from picode.openapi.api import Api
from picode.openapi.calls import Call, call
from picode.openapi.chat import Chat
from picode.openapi.library import Library
from picode.openapi.operations import Whole as Operation
from picode.openapi.operations import whole
from picode.openapi.security import shown
from picode.providers.base import ModelFailed
from picode.providers.catalog import Catalog
from picode.providers.discovery import WHATEVER
from picode.providers.document_keys import Keys
from picode.providers.exchange import exchange
from picode.providers.failures import Asked
from picode.providers.http import Http
from picode.providers.openai_body import API, body
from picode.providers.openapi_answer import Described, Whole
from picode.providers.quirks import Quirks
from picode.providers.sse import Events

Block = dict[str, Any]


@dataclass(frozen=True)
class Endpoint:
    """A chat endpoint that can be asked."""

    api: Api
    chat: Chat
    operation: Operation
    base: str


class OpenAPI:
    """`compatible`: the names of its models are its own."""

    api = API
    compatible = True

    def __init__(
        self, name: str, library: Library, http: Http, catalog: Catalog, *, credentials: Credentials,
        environ: Mapping[str, str],
    ) -> None:  # fmt: skip
        self.name = name
        self._library, self._http, self._catalog = library, http, catalog
        self._credentials, self._environ = credentials, environ

    @property
    def entry(self) -> CustomProvider:
        return self._library.entry(self.name)

    def models(self) -> list[str]:
        """Their names, as the configuration or the document tells them. Never waits."""
        try:
            found = self._library.known(self.name)
        except PicodeError:
            # `ready` says what is wrong
            return list(self.entry.models) or [WHATEVER]
        if found is not None and found.chat is None:
            return []
        return list(self.entry.models or (found.chat.models if found and found.chat else ())) or [WHATEVER]

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        try:
            endpoint = await asyncio.to_thread(self._endpoint)
            if request.model == WHATEVER:
                told = [*self.entry.models, *endpoint.chat.models]
                request = msgspec.structs.replace(request, model=told[0] if told else WHATEVER)
            made = await asyncio.to_thread(self._call, endpoint, request)
        except ModelFailed:
            raise
        except NotAllowed as error:
            raise ModelFailed("no_key", error.message, error.hint) from error
        except (PicodeError, ValueError) as error:
            hint = error.hint if isinstance(error, PicodeError) else ""
            raise ModelFailed("bad_request", str(getattr(error, "message", error)), hint) from error
        asked, posted = made
        answer = Described(asked, self._view(), endpoint.chat.answers)
        framing = Events if endpoint.chat.streams else Whole
        headers = posted.headers | {
            "accept": "text/event-stream" if endpoint.chat.streams else "application/json"
        }
        asking = exchange(self._http, asked, headers, posted.body or b"", answer, framing=framing)
        try:
            async with aclosing(asking) as events:
                async for event in events:
                    yield event
        except ModelFailed as failure:
            if failure.kind == "bad_key":
                self._library.tokens.forget()
            raise

    def ready(self) -> tuple[bool, str]:
        try:
            found = self._library.known(self.name)
            if found is None:
                return True, "its document is being read"
            if found.chat is None:
                return False, "its document has no chat endpoint; its operations are tools"
            endpoint = self._endpoint()
            # a command that says a key is run when the key is needed
            spoken = any(text.startswith("!") for text in self.entry.keys.values())
            needs = endpoint.operation.needs
            if needs and not spoken:
                shown(needs, Keys(self.name, self.entry, self._credentials, self._environ), self.name)
        except PicodeError as error:
            return False, str(error).rstrip(".")
        return True, f"{endpoint.base}{endpoint.operation.head.path}"

    async def close(self) -> None:
        """The connections are shared."""

    def _endpoint(self) -> Endpoint:
        """Raises what is wrong with the document; waits for it."""
        found = self._library.settled(self.name)
        if found.chat is None:
            raise ModelFailed(
                "unknown_model", f"The document of {self.name} has no chat endpoint.",
                f'Name one with custom_providers.{self.name}.chat, if it has.',
            )  # fmt: skip
        head = found.chat.operation
        base = self.entry.base_url.rstrip("/") or found.base(head, self.entry.variables)
        if not base:
            raise ModelFailed(
                "bad_request", f"The document of {self.name} names no server.",
                f"Set custom_providers.{self.name}.base_url.",
            )  # fmt: skip
        return Endpoint(found, found.chat, whole(head), base)

    def _call(self, endpoint: Endpoint, request: ModelRequest) -> tuple[Asked, Call]:
        key_of = Keys(self.name, self.entry, self._credentials, self._environ, self._library.tokens)
        put = shown(endpoint.operation.needs, key_of, self.name)
        arguments = {"body": posted(request, endpoint.chat, self._view())} | self._parameters(
            endpoint, request
        )
        made = call(endpoint.operation, endpoint.base, arguments, put)
        made = replace(made, headers=made.headers | {"content-type": "application/json"})
        asked = Asked(
            provider=self.name, label=endpoint.api.title or self.name, url=made.address, model=request.model,
            variable=f"{self.name.upper().replace('-', '_')}_API_KEY",
            base_variable=f"custom_providers.{self.name}.base_url", secrets=put.secrets,
            known=tuple(self.models()),
        )  # fmt: skip
        return asked, made

    def _parameters(self, endpoint: Endpoint, request: ModelRequest) -> Block:
        """What the endpoint takes beside its body: from the configuration, the document, or the model's name."""
        found: Block = {}
        for one in endpoint.operation.parameters:
            value = self.entry.variables.get(one.name, one.schema.get("default"))
            if value is None and one.required:
                words = one.schema.get("enum") or [request.model]
                if one.place != "path" and "enum" not in one.schema:
                    raise ModelFailed(
                        "bad_request", f"{self.name} wants to be told {one.name}.",
                        f"Set custom_providers.{self.name}.variables.{one.name}.",
                    )  # fmt: skip
                value = words[0]
            if value is not None:
                found[one.argument] = value
        return found

    def _view(self) -> Catalog:
        """The provider's models under the name by which the answer looks for them."""
        return Catalog({"openai": self._catalog.of(self.name)}, self._catalog.date)


def posted(request: ModelRequest, chat: Chat, catalog: Catalog) -> Block:
    """The body: OpenAI's, without what this endpoint does not take; with `functions` where it knows no `tools`."""
    takes = chat.takes
    length: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    effort = "reasoning_effort" if "reasoning_effort" in takes else ""
    known = Quirks(chat.operation.name, length, usage_option="stream_options" in takes, effort=effort)
    made = body(request, catalog.find("openai", request.model), known)
    limit = made.pop(length)
    if chat.length:
        made[chat.length] = limit
    if chat.tools == "functions":
        made = with_functions(made)
    elif not chat.tools:
        made.pop("tools", None)
    if "stream" in takes:
        made["stream"] = chat.streams
    else:
        made.pop("stream", None)
    if not chat.streams:
        made.pop("stream_options", None)
    if "model" not in takes or request.model == WHATEVER:
        made.pop("model", None)
    return made


def with_functions(made: Block) -> Block:
    """The same with `functions` and `function_call`; a call's results go back as the function's own message."""
    names: dict[str, str] = {}
    told: list[Block] = []
    for message in made["messages"]:
        calls = message.get("tool_calls") or []
        names |= {one["id"]: one["function"]["name"] for one in calls}
        plain = {key: value for key, value in message.items() if key not in ("tool_calls", "tool_call_id")}
        if message["role"] == "tool":
            plain |= {"role": "function", "name": names.get(message["tool_call_id"], "tool")}
        told += _one_by_one(plain, calls) if len(calls) > 1 else [plain | _called(calls)]
    out = {key: value for key, value in made.items() if key != "tools"} | {"messages": _paired(told)}
    if tools := made.get("tools"):
        out |= {"functions": [tool["function"] for tool in tools], "function_call": "auto"}
    return out


def _called(calls: list[Block]) -> Block:
    return {"function_call": calls[0]["function"]} if calls else {}


def _one_by_one(plain: Block, calls: list[Block]) -> list[Block]:
    """The old form calls one function in a message."""
    first = {**plain, **_called(calls[:1])}
    return [first, *({"role": "assistant", "content": None, **_called([one])} for one in calls[1:])]


def _paired(told: list[Block]) -> list[Block]:
    """Each call followed by its own result."""
    made: list[Block] = []
    waiting: list[Block] = []
    for message in told:
        if "function_call" in message:
            waiting.append(message)
            continue
        if message["role"] == "function":
            match = next((one for one in waiting if one["function_call"]["name"] == message["name"]), None)
            if match is not None:
                waiting.remove(match)
                made.append(match)
            made.append(message)
            continue
        made += waiting
        waiting = []
        made.append(message)
    return made + waiting
