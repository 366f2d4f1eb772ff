"""A provider that models.json describes: the classes of the APIs, with its address, key, headers and models."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from picode.credentials import Found, Secret
from picode.messages import ModelRequest, StreamEvent
from picode.providers import key_value
from picode.providers.base import Provider
from picode.providers.catalog import Catalog
from picode.providers.failures import Asked
from picode.providers.http import Batch, Http
from picode.providers.models_json import Described
from picode.providers.quirks import Quirks
from picode.providers.sse import Events, Framing

THINKING = {
    "zai": ('{"thinking": {"type": "enabled"}}', '{"thinking": {"type": "disabled"}}'),
    "qwen": ('{"enable_thinking": true}', '{"enable_thinking": false}'),
    "qwen-chat-template": (
        '{"chat_template_kwargs": {"enable_thinking": true}}', '{"chat_template_kwargs": {"enable_thinking": false}}',
    ),
}  # fmt: skip


class Headed(Http):
    """The shared client, with more headers and another name in what is told."""

    def __init__(self, http: Http, label: str, headers: Callable[[], dict[str, str]]) -> None:
        super().__init__(http.waits)
        self._http, self._label, self._headers = http, label, headers

    def events(
        self, asked: Asked, headers: dict[str, str], body: bytes, framing: Callable[[], Framing] = Events
    ) -> AsyncGenerator[Batch, None]:
        asked = replace(asked, label=self._label)
        return self._http.events(asked, {**headers, **self._headers()}, body, framing)


class DescribedProvider:
    """`find`: a key that is kept or in the environment; it goes before the file's. `of(model)` is what is asked."""

    def __init__(
        self, told: Described, http: Http, catalog: Catalog, find: Callable[[], Found | None],
        environ: Mapping[str, str],
    ) -> None:  # fmt: skip
        self.name, self.api = told.name, told.api
        self._told, self._http, self._catalog, self._find, self._environ = told, http, catalog, find, environ
        self._made: dict[str, Provider] = {}

    def of(self, model: str) -> Provider:
        if model not in self._made:
            self._made[model] = self._make(model)
        return self._made[model]

    def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        return self.of(request.model).stream(request)

    def ready(self) -> tuple[bool, str]:
        if found := self._find():
            return True, found.origin
        if not self._told.key:
            return False, f"no key: run `picode auth add {self.name}`, or write one into models.json"
        if not key_value.known(self._told.key):
            return True, "its key comes from a command in models.json"
        return bool(key_value.value(self._told.key, self._environ)), "its key is in models.json"

    async def close(self) -> None:
        """The connections are shared."""

    def key(self) -> Found | None:
        if found := self._find():
            return found
        text = key_value.value(self._told.key, self._environ) if self._told.key else ""
        return Found(Secret(text), "models.json") if text else None

    def _make(self, model: str) -> Provider:
        own = self._told.own.get(model, {})
        base = str(own.get("baseUrl") or self._told.base)
        api = self._catalog.find(self.name, model).api or self._told.api
        written = {**self._told.headers, **_mapping(own.get("headers"))}

        def headers() -> dict[str, str]:
            out = {name.lower(): key_value.value(str(text), self._environ) for name, text in written.items()}
            if self._told.bearer and (found := self.key()):
                out["authorization"] = f"Bearer {found.secret.reveal()}"
            return out

        made = _of_api(api, Headed(self._http, self.name, headers), self.key, self._view(), base)
        if hasattr(made, "quirks"):
            compat = {**self._told.compat, **_mapping(own.get("compat"))}
            made.quirks = quirks(made.quirks, self.name, compat)
        made.name = self.name
        needs_command = [
            text for text in (self._told.key, *map(str, written.values())) if key_value.is_command(text)
        ]
        return Patient(made, needs_command, self._environ) if needs_command else made

    def _view(self) -> Catalog:
        """The provider's models under the names by which the classes of the APIs look for them."""
        data = self._catalog.of(self.name)
        return Catalog(dict.fromkeys((self.name, "openai", "anthropic", "google"), data), self._catalog.date)


class Patient:
    """A provider whose key a command says: it is run in a thread, before the first question."""

    def __init__(self, made: Provider, commands: list[str], environ: Mapping[str, str]) -> None:
        self.name, self.api = made.name, made.api
        self._made, self._commands, self._environ = made, commands, environ

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        for command in self._commands:
            await asyncio.to_thread(key_value.value, command, self._environ)
        async with aclosing(self._made.stream(request)) as events:
            async for event in events:
                yield event

    def ready(self) -> tuple[bool, str]:
        return self._made.ready()

    async def close(self) -> None:
        await self._made.close()


def _of_api(api: str, http: Http, key: Callable[[], Found | None], catalog: Catalog, base: str) -> Any:
    match api:
        case "anthropic-messages":
            from picode.providers.anthropic import Anthropic

            return Anthropic(http, key, catalog, base)
        case "google-generative-ai":
            from picode.providers.google import Google

            return Google(http, key, catalog, base)
        case "openai-responses":
            from picode.providers.openai_responses import OpenAIResponses

            return OpenAIResponses(http, key, catalog, base)
    from picode.providers.openai import OpenAI

    return OpenAI(http, key, catalog, base)


def quirks(known: Quirks, label: str, compat: dict[str, Any]) -> Quirks:
    """How a server differs, by its address and by what the file says of it."""
    changes: dict[str, Any] = {"label": label}
    if compat.get("maxTokensField") in ("max_tokens", "max_completion_tokens"):
        changes["max_tokens"] = compat["maxTokensField"]
    if isinstance(compat.get("supportsUsageInStreaming"), bool):
        changes["usage_option"] = compat["supportsUsageInStreaming"]
    if isinstance(compat.get("requiresAssistantAfterToolResult"), bool):
        changes["speaks_after_tools"] = compat["requiresAssistantAfterToolResult"]
    if isinstance(compat.get("supportsReasoningEffort"), bool):
        changes["effort"] = (known.effort or "reasoning_effort") if compat["supportsReasoningEffort"] else ""
    if compat.get("thinkingFormat") in THINKING:
        changes["thinking_on"], changes["thinking_off"] = THINKING[compat["thinkingFormat"]]
    return replace(known, **changes)


def _mapping(given: object) -> dict[str, Any]:
    return given if isinstance(given, dict) else {}
