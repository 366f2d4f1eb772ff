"""OpenAI's Responses API: what its thinking models speak best."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import msgspec

from picode.credentials import Found
from picode.messages import ModelRequest, StreamEvent
from picode.providers import failures
from picode.providers.catalog import Catalog
from picode.providers.discovery import WHATEVER
from picode.providers.exchange import exchange, named
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

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        request = await named(request, self.choose)
        found = self.find_key()
        asked = self.asked(request.model, found.secret.reveal() if found else "")
        if found is None and self.quirks.key_needed:
            raise failures.no_key(asked)
        posted = msgspec.json.encode(body(request, self.catalog.find("openai", request.model)))
        answer = Answer(asked, self.catalog)
        events = exchange(self.http, asked, self.headers(found), posted, answer)
        async with aclosing(events):
            async for event in events:
                yield event
