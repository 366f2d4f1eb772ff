"""Ollama's own API: models on this machine, or wherever OLLAMA_HOST says."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import msgspec

from picode.credentials import Found
from picode.messages import ModelRequest, StreamEvent
from picode.providers.base import ModelFailed
from picode.providers.catalog import Catalog
from picode.providers.discovery import WHATEVER
from picode.providers.exchange import exchange, named
from picode.providers.failures import Asked
from picode.providers.http import Http
from picode.providers.ndjson import Lines
from picode.providers.ollama_answer import Answer
from picode.providers.ollama_body import API, body


class Ollama:
    """`base`: from `ollama_host`. `there`: whether to count on it, because it was configured or has answered.

    `choose` blocks, and says which of its models to take where none was named."""

    name = "ollama"
    api = API
    # its models have names that no list knows
    compatible = True

    def __init__(
        self,
        http: Http,
        find_key: Callable[[], Found | None],
        catalog: Catalog,
        base: str,
        *,
        there: Callable[[], bool] = lambda: True,
        choose: Callable[[], str] = lambda: WHATEVER,
    ) -> None:
        self.http = http
        self.find_key = find_key
        self.catalog = catalog
        self.base = base
        self.there = there
        self.choose = choose
        self.thoughtless: set[str] = set()

    def asked(self, model: str, key: str) -> Asked:
        return Asked(
            provider=self.name, label="Ollama", url=f"{self.base}/api/chat", model=model,
            variable="OLLAMA_API_KEY", base_variable="OLLAMA_HOST", secrets=(key,) if key else (),
        )  # fmt: skip

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        """Whether a model can think is known when it refuses to: then it is asked again without."""
        request = await named(request, self.choose)
        for _ in range(2):
            think = request.model not in self.thoughtless
            try:
                async with aclosing(self._ask(request, think)) as events:
                    async for event in events:
                        yield event
                return
            except ModelFailed as failure:
                if not think or "does not support thinking" not in failure.message:
                    raise
                self.thoughtless.add(request.model)

    def _ask(self, request: ModelRequest, think: bool) -> AsyncGenerator[StreamEvent, None]:
        found = self.find_key()
        headers = {"content-type": "application/json", "accept": "application/x-ndjson"}
        if found is not None:
            headers["authorization"] = f"Bearer {found.secret.reveal()}"
        asked = self.asked(request.model, found.secret.reveal() if found else "")
        posted = msgspec.json.encode(body(request, self.catalog.find(self.name, request.model), think))
        return exchange(self.http, asked, headers, posted, Answer(asked, self.catalog), framing=Lines)

    def ready(self) -> tuple[bool, str]:
        if self.there():
            return True, f"{self.base} needs no key"
        return False, f"no Ollama was found at {self.base}"

    async def close(self) -> None:
        """The connections are shared; whoever made `http` closes it."""
