"""OpenAI's Responses API: what its thinking models speak best."""

from collections.abc import Callable
from typing import Any

from picode.credentials import Found
from picode.messages import ModelRequest
from picode.providers.catalog import Catalog, ModelData
from picode.providers.discovery import WHATEVER
from picode.providers.exchange import Answer as Reading
from picode.providers.failures import Asked
from picode.providers.http import Http
from picode.providers.openai import OpenAI
from picode.providers.openai_responses_answer import Answer
from picode.providers.openai_responses_body import API, body


class OpenAIResponses(OpenAI):
    """`name`: `openai` where the model chose this form of the API, `openai-responses` where the user did."""

    api = API
    path = "/responses"

    def __init__(
        self,
        http: Http,
        find_key: Callable[[], Found | None],
        catalog: Catalog,
        base: str = "",
        *,
        choose: Callable[[], str] = lambda: WHATEVER,
        name: str = API,
    ) -> None:
        base = base.strip().rstrip("/").removesuffix("/responses")
        super().__init__(http, find_key, catalog, base, choose=choose)
        self.name = name

    def _body(self, request: ModelRequest, data: ModelData) -> dict[str, Any]:
        return body(request, data)

    def _answer(self, asked: Asked) -> Reading:
        return Answer(asked, self.catalog)
