"""Amazon Bedrock: Anthropic's models in Anthropic's own form, all others by `ConverseStream`."""

import time
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec

from picode.credentials import Found
from picode.messages import ModelRequest, StreamEvent
from picode.providers import anthropic, anthropic_body, aws, bedrock_answer, bedrock_body, clouds, failures
from picode.providers.base import ModelFailed
from picode.providers.catalog import Catalog
from picode.providers.eventstream import EventStream
from picode.providers.exchange import Answer, exchange
from picode.providers.failures import Asked
from picode.providers.http import Http
from picode.providers.sigv4 import Scope, signed

VERSION = "bedrock-2023-05-31"
BASE_VARIABLE = "AWS_ENDPOINT_URL_BEDROCK_RUNTIME"
Block = dict[str, Any]


class Bedrock:
    """`find_key`: a key of Bedrock's own, which goes before an account's; `of(model)` is what is asked."""

    name = "bedrock"
    api = bedrock_body.API
    compatible = True

    def __init__(
        self, http: Http, find_key: Callable[[], Found | None], catalog: Catalog, environ: Mapping[str, str]
    ) -> None:
        self.http, self.find_key, self.catalog, self.environ = http, find_key, catalog, environ

    def models(self) -> list[str]:
        """Those that a models.json names: what an account may use depends on it and on its region."""
        return list(self.catalog.of(self.name).models)

    def of(self, model: str) -> "Form":
        return Form(self, ANTHROPIC if clouds.is_claude(model) else CONVERSE)

    def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        return self.of(request.model).stream(request)

    def ready(self) -> tuple[bool, str]:
        account = aws.account(self.environ)
        found = self.find_key()
        if found is None and account.keys is None:
            return False, aws.NO_KEYS
        if not account.region:
            return False, aws.NO_REGION
        return True, found.origin if found else account.origin

    async def close(self) -> None:
        """The connections are shared."""


@dataclass(frozen=True)
class Speech:
    """One form of asking: the last part of the path, what is posted, and who reads the answer."""

    api: str
    path: str
    body: Callable[[ModelRequest, Catalog], Block]
    answer: Callable[[Asked, Catalog], Answer]


def _anthropic(request: ModelRequest, catalog: Catalog) -> Block:
    whole = anthropic_body.body(request, catalog.find("bedrock", request.model))
    rest = {name: value for name, value in whole.items() if name not in ("model", "stream")}
    return {"anthropic_version": VERSION, **rest}


def _converse(request: ModelRequest, catalog: Catalog) -> Block:
    return bedrock_body.body(request, catalog.find("bedrock", request.model))


ANTHROPIC = Speech(anthropic_body.API, "invoke-with-response-stream", _anthropic, anthropic.Answer)
CONVERSE = Speech(bedrock_body.API, "converse-stream", _converse, bedrock_answer.Answer)


class Form:
    """Bedrock in one form."""

    name = "bedrock"

    def __init__(self, bedrock: Bedrock, speech: Speech) -> None:
        self._bedrock, self._speech = bedrock, speech
        self.api = speech.api

    def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        bedrock = self._bedrock
        account, found = aws.account(bedrock.environ), bedrock.find_key()
        base = bedrock.environ.get(BASE_VARIABLE, "").strip().rstrip("/")
        base = base or f"https://bedrock-runtime.{account.region}.amazonaws.com"
        secrets = [found.secret.reveal()] if found else []
        secrets += [account.keys.secret, account.keys.token] if account.keys else []
        asked = Asked(
            provider="bedrock", label="Bedrock", model=request.model,
            url=f"{base}/model/{quote(request.model, safe='')}/{self._speech.path}",
            variable="AWS_ACCESS_KEY_ID or AWS_BEARER_TOKEN_BEDROCK", base_variable="AWS_REGION",
            secrets=tuple(secrets), known=tuple(bedrock.models()),
        )  # fmt: skip
        if found is None and account.keys is None:
            raise failures.no_key(asked)
        if not account.region:
            raise ModelFailed(
                "bad_request", "It is not known in which region Bedrock is asked.", "Set AWS_REGION."
            )
        posted = msgspec.json.encode(self._speech.body(request, bedrock.catalog))
        headers = {"content-type": "application/json", "accept": EventStream.KINDS[0]}
        if found is not None:
            headers["authorization"] = f"Bearer {found.secret.reveal()}"
        elif account.keys is not None:
            scope = Scope(account.region, "bedrock", time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()))
            headers = signed("POST", asked.url, headers, posted, keys=account.keys, scope=scope)
        answer = self._speech.answer(asked, bedrock.catalog)
        return exchange(bedrock.http, asked, headers, posted, answer, framing=EventStream)

    def ready(self) -> tuple[bool, str]:
        return self._bedrock.ready()

    async def close(self) -> None:
        """The connections are shared."""
