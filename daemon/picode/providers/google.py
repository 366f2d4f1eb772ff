"""Google's Gemini API."""

from collections.abc import AsyncGenerator, Callable
from urllib.parse import quote

import msgspec

from picode.credentials import Found
from picode.messages import ModelRequest, StreamEvent
from picode.providers import failures
from picode.providers.catalog import Catalog
from picode.providers.exchange import exchange
from picode.providers.failures import Asked
from picode.providers.google_answer import Answer
from picode.providers.google_body import API, body
from picode.providers.http import Http

BASE = "https://generativelanguage.googleapis.com"
NO_KEY = "no key: set GEMINI_API_KEY or run `picode auth add gemini`"


class Google:
    """`base`: GOOGLE_GEMINI_BASE_URL, without `/v1beta`. The key goes in a header: addresses are logged everywhere."""

    name = "google"
    api = API

    def __init__(
        self, http: Http, find_key: Callable[[], Found | None], catalog: Catalog, base: str = ""
    ) -> None:
        self.http = http
        self.find_key = find_key
        self.catalog = catalog
        self.base = (base.strip().rstrip("/") or BASE).removesuffix("/v1beta")

    def asked(self, model: str, key: str) -> Asked:
        path = model if model.startswith(("models/", "tunedModels/")) else f"models/{model}"
        return Asked(
            # keys are kept under the name of the models
            provider="gemini", label="Google", model=model,
            url=f"{self.base}/v1beta/{quote(path)}:streamGenerateContent?alt=sse",
            variable="GEMINI_API_KEY", base_variable="GOOGLE_GEMINI_BASE_URL", secrets=(key,),
            known=tuple(self.catalog.of(self.name).models),
        )  # fmt: skip

    def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        found = self.find_key()
        asked = self.asked(request.model, found.secret.reveal() if found else "")
        if found is None:
            raise failures.no_key(asked)
        headers = {
            **found.headers("x-goog-api-key"),
            "content-type": "application/json",
            "accept": "text/event-stream",
        }
        data = self.catalog.find(self.name, request.model)
        posted = msgspec.json.encode(body(request, data))
        return exchange(self.http, asked, headers, posted, Answer(asked, self.catalog))

    def ready(self) -> tuple[bool, str]:
        found = self.find_key()
        return found is not None, found.origin if found else NO_KEY

    async def close(self) -> None:
        """The connections are shared; whoever made `http` closes it."""
