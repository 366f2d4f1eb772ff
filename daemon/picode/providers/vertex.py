"""Google Cloud's Vertex AI: Gemini in Google's form, Claude in Anthropic's."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import msgspec

from picode.messages import ModelRequest, StreamEvent
from picode.providers import anthropic, anthropic_body, clouds, google_answer, google_body, vertex_token
from picode.providers.base import ModelFailed
from picode.providers.catalog import Catalog
from picode.providers.exchange import Answer, exchange
from picode.providers.failures import Asked
from picode.providers.http import Http

VERSION = "vertex-2023-10-16"
BASE_VARIABLE = "GOOGLE_VERTEX_BASE_URL"
NO_PROJECT = "no project: set GOOGLE_CLOUD_PROJECT"
Block = dict[str, Any]


class Vertex:
    """`of(model)` is what is asked."""

    name = "vertex"
    api = google_body.API
    compatible = True

    def __init__(self, http: Http, catalog: Catalog, environ: Mapping[str, str]) -> None:
        self.http, self.catalog, self.environ = http, catalog, environ
        self.tokens = vertex_token.Tokens(http, environ)

    def models(self) -> list[str]:
        """Where a project is named: those that a models.json names, and Gemini's."""
        known = list(self.catalog.of(self.name).models)
        named = self.environ.get("GOOGLE_CLOUD_PROJECT", "").strip()
        return [*known, *(self.catalog.of("google").models if named else ())]

    def of(self, model: str) -> "Form":
        return Form(self, CLAUDE if clouds.is_claude(model) else GEMINI)

    def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        return self.of(request.model).stream(request)

    def ready(self) -> tuple[bool, str]:
        try:
            found = vertex_token.account(self.environ)
        except ModelFailed as failure:
            return False, str(failure).rstrip(".")
        return (True, str(found.file)) if self.project() else (False, NO_PROJECT)

    def project(self) -> str:
        """The one that is named, else the one that the credentials are of; empty: none. Raises ModelFailed."""
        named = self.environ.get("GOOGLE_CLOUD_PROJECT", "").strip()
        return named or vertex_token.account(self.environ).project

    def place(self, project: str) -> str:
        """The address of everything that publishers offer."""
        location = self.environ.get("GOOGLE_CLOUD_LOCATION", "").strip() or "global"
        base = self.environ.get(BASE_VARIABLE, "").strip().rstrip("/")
        host = (
            "aiplatform.googleapis.com" if location == "global" else f"{location}-aiplatform.googleapis.com"
        )
        base = base or f"https://{host}"
        return f"{base}/v1/projects/{quote(project)}/locations/{quote(location)}/publishers"

    async def close(self) -> None:
        """The connections are shared."""


@dataclass(frozen=True)
class Speech:
    """One form of asking: whose models, the method's name, what is posted, and who reads the answer."""

    api: str
    publisher: str
    method: str
    body: Callable[[ModelRequest, Catalog], Block]
    answer: Callable[[Asked, Catalog], Answer]


def _claude(request: ModelRequest, catalog: Catalog) -> Block:
    whole = anthropic_body.body(request, catalog.find("vertex", request.model))
    return {"anthropic_version": VERSION, **{name: value for name, value in whole.items() if name != "model"}}


def _gemini(request: ModelRequest, catalog: Catalog) -> Block:
    return google_body.body(request, catalog.find("vertex", request.model))


CLAUDE = Speech(anthropic_body.API, "anthropic", "streamRawPredict", _claude, anthropic.Answer)
GEMINI = Speech(google_body.API, "google", "streamGenerateContent?alt=sse", _gemini, google_answer.Answer)


class Form:
    """Vertex in one form."""

    name = "vertex"

    def __init__(self, vertex: Vertex, speech: Speech) -> None:
        self._vertex, self._speech = vertex, speech
        self.api = speech.api

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        vertex, speech = self._vertex, self._speech
        project = await asyncio.to_thread(vertex.project)
        if not project:
            raise ModelFailed("no_key", "No project of Google Cloud is named.", "Set GOOGLE_CLOUD_PROJECT.")
        model = quote(request.model, safe="@")
        asked = Asked(
            provider="vertex", label="Vertex", model=request.model,
            url=f"{vertex.place(project)}/{speech.publisher}/models/{model}:{speech.method}",
            variable="GOOGLE_APPLICATION_CREDENTIALS", base_variable="GOOGLE_CLOUD_LOCATION",
            known=tuple(vertex.models()),
        )  # fmt: skip
        token = await vertex.tokens.token(asked)
        asked = replace(asked, secrets=(token,))
        headers = {
            "authorization": f"Bearer {token}", "content-type": "application/json", "accept": "text/event-stream",
        }  # fmt: skip
        posted = msgspec.json.encode(speech.body(request, vertex.catalog))
        answer = speech.answer(asked, vertex.catalog)
        try:
            async with aclosing(exchange(vertex.http, asked, headers, posted, answer)) as events:
                async for event in events:
                    yield event
        except ModelFailed as failure:
            if failure.kind == "bad_key":
                vertex.tokens.forget()
            raise

    def ready(self) -> tuple[bool, str]:
        return self._vertex.ready()

    async def close(self) -> None:
        """The connections are shared."""
