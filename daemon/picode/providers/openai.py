"""OpenAI's Chat Completions, and every server that speaks them: OPENAI_BASE_URL says which."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any
from urllib.parse import urlsplit

import msgspec

from picode.credentials import Found
from picode.messages import ModelRequest, StreamEvent
from picode.providers import azure, failures, quirks
from picode.providers.catalog import Catalog, ModelData
from picode.providers.discovery import WHATEVER
from picode.providers.exchange import Answer as Reading
from picode.providers.exchange import exchange, named
from picode.providers.failures import Asked
from picode.providers.http import Http
from picode.providers.openai_answer import Answer
from picode.providers.openai_body import API, body

BASE = "https://api.openai.com/v1"
NO_KEY = "no key: set OPENAI_API_KEY or run `picode auth add openai`"


class OpenAI:
    """`base`: OPENAI_BASE_URL, with `/v1` where the server has it; `version`: OPENAI_API_VERSION, for Azure.

    `choose` blocks, and says what the server has. The server's quirks say whether a key is needed."""

    name = "openai"
    api = API
    path = "/chat/completions"

    def __init__(
        self,
        http: Http,
        find_key: Callable[[], Found | None],
        catalog: Catalog,
        base: str = "",
        *,
        version: str = "",
        choose: Callable[[], str] = lambda: WHATEVER,
    ) -> None:
        self.http = http
        self.find_key = find_key
        self.catalog = catalog
        self.base = base.strip().rstrip("/").removesuffix("/chat/completions") or BASE
        self.version = version
        self.choose = choose
        self.quirks = quirks.of(_host(self.base))

    @property
    def compatible(self) -> bool:
        """Whether it is somebody else's server: its models have names that no list knows."""
        return self.quirks is not quirks.OPENAI

    @property
    def lists(self) -> bool:
        """Whether it says which models can be asked: Azure's are named as their owner likes."""
        return not self.quirks.azure

    def url(self, model: str) -> str:
        if self.quirks.azure:
            return azure.address(self.base, self.path, model, self.version)
        return f"{self.base}{self.path}"

    def asked(self, model: str, key: str) -> Asked:
        return Asked(
            provider="openai", label=self.quirks.label, url=self.url(model), model=model,
            variable="OPENAI_API_KEY", base_variable="OPENAI_BASE_URL", secrets=(key,),
            known=() if self.compatible else tuple(self.catalog.of("openai").models),
        )  # fmt: skip

    def headers(self, found: Found | None) -> dict[str, str]:
        headers = {"content-type": "application/json", "accept": "text/event-stream"}
        if found is not None:
            headers |= found.headers(self.quirks.key_header)
        return headers

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        async with aclosing(self._ask(await named(request, self.choose))) as events:
            async for event in events:
                yield event

    def _ask(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        found = self.find_key()
        asked = self.asked(request.model, found.secret.reveal() if found else "")
        if found is None and self.quirks.key_needed:
            raise failures.no_key(asked)
        posted = msgspec.json.encode(self._body(request, self.catalog.find("openai", request.model)))
        return exchange(self.http, asked, self.headers(found), posted, self._answer(asked))

    def _body(self, request: ModelRequest, data: ModelData) -> dict[str, Any]:
        return body(request, data, self.quirks)

    def _answer(self, asked: Asked) -> Reading:
        return Answer(asked, self.catalog)

    def ready(self) -> tuple[bool, str]:
        found = self.find_key()
        if found is None and not self.quirks.key_needed:
            return True, f"{self.base} needs no key"
        return found is not None, found.origin if found else NO_KEY

    async def close(self) -> None:
        """The connections are shared; whoever made `http` closes it."""


def _host(base: str) -> str:
    try:
        return urlsplit(base).hostname or ""
    except ValueError:
        return ""
