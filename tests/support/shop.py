"""A real server on loopback that describes itself: a FastAPI application with a chat and operations of a shop.

`shop` is one for a module; what came is in `shop.seen`. The chat answers as told by `shop.answers`: a text, or a call
of a tool as `("name", {...})`.
"""

import json
import socket
import threading
from collections import deque
from collections.abc import Iterator
from typing import Annotated, Any

import pytest

from support.model_server import BOUND

KEY = "shop-key-0123456789"


class Shop:
    """`url` is where it is; `/openapi.json` there is its own description of itself."""

    def __init__(self) -> None:
        self.items = [{"id": 1, "name": "lamp", "price": 20.5}]
        self.seen: list[tuple[str, Any]] = []
        self.answers: deque[Any] = deque()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = self._made()
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()

    @property
    def document(self) -> str:
        return f"{self.url}/openapi.json"

    def fresh(self) -> None:
        self.seen.clear()
        self.answers.clear()

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(BOUND)
        self._socket.close()

    def message(self) -> dict[str, Any]:
        answer = self.answers.popleft() if self.answers else "Nothing was prepared."
        if isinstance(answer, str):
            return {"role": "assistant", "content": answer}
        name, arguments = answer
        function = {"name": name, "arguments": json.dumps(arguments)}
        return {
            "role": "assistant", "content": None,
            "tool_calls": [{"id": f"call_{len(self.seen)}", "type": "function", "function": function}],
        }  # fmt: skip

    def _made(self) -> Any:
        import uvicorn

        config = uvicorn.Config(application(self), log_level="error", lifespan="off")
        return uvicorn.Server(config)


def application(shop: Shop) -> Any:
    from fastapi import Depends, FastAPI, HTTPException, Query
    from fastapi.responses import StreamingResponse
    from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
    from pydantic import BaseModel

    class Message(BaseModel):
        role: str
        content: str | None = None
        tool_calls: list[dict[str, Any]] | None = None
        tool_call_id: str | None = None

    class Question(BaseModel):
        messages: list[Message]
        model: str = "shop-1"
        tools: list[dict[str, Any]] = []
        stream: bool = False
        max_tokens: int | None = None

    class Choice(BaseModel):
        index: int = 0
        message: Message
        finish_reason: str

    class Answer(BaseModel):
        choices: list[Choice]
        usage: dict[str, int] = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}

    class NewItem(BaseModel):
        name: str
        price: float = 0

    class Item(NewItem):
        id: int

    app = FastAPI(title="The shop", version="1", servers=[{"url": shop.url}])
    bearer = HTTPBearer()

    def allowed(shown: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> None:
        if shown.credentials != KEY:
            raise HTTPException(401, "Who are you?")

    guarded = [Depends(allowed)]

    def chat(question: Question) -> Any:
        shop.seen.append(("chat", question.model_dump(exclude_none=True)))
        message = shop.message()
        reason = "tool_calls" if message.get("tool_calls") else "stop"
        if not question.stream:
            return {"choices": [{"message": message, "finish_reason": reason}]}

        def lines() -> Iterator[str]:
            calls = [{"index": at, **call} for at, call in enumerate(message.get("tool_calls") or [])]
            delta = {**message, "tool_calls": calls} if calls else message
            for choice in ({"delta": delta}, {"delta": {}, "finish_reason": reason}):
                yield f"data: {json.dumps({'choices': [choice]})}\n\n"
            yield f"data: {json.dumps({'choices': [], 'usage': Answer(choices=[]).usage})}\n\ndata: [DONE]\n\n"

        return StreamingResponse(lines(), media_type="text/event-stream")

    def list_items(tag: Annotated[list[str], Query()] = [], limit: int = 10) -> Any:  # noqa: B006
        shop.seen.append(("list", (tag, limit)))
        return shop.items[:limit]

    def add_item(item: NewItem) -> Any:
        shop.seen.append(("add", item.model_dump()))
        shop.items.append({"id": len(shop.items) + 1, **item.model_dump()})
        return shop.items[-1]

    def show_item(item_id: int) -> Any:
        shop.seen.append(("show", item_id))
        found = [item for item in shop.items if item["id"] == item_id]
        if not found:
            raise HTTPException(404, "There is no such item.")
        return found[0]

    app.post("/v1/chat/completions", response_model=Answer, dependencies=guarded, operation_id="chat")(chat)
    app.get(
        "/items", response_model=list[Item], dependencies=guarded, operation_id="list_items", tags=["items"]
    )(list_items)
    app.post(
        "/items",
        response_model=Item,
        status_code=201,
        dependencies=guarded,
        operation_id="add_item",
        tags=["items"],
    )(add_item)
    app.get("/items/{item_id}", response_model=Item, dependencies=guarded, operation_id="show_item")(
        show_item
    )
    return app


@pytest.fixture(scope="module")
def running_shop() -> Iterator[Shop]:
    made = Shop()
    yield made
    made.close()


@pytest.fixture
def shop(running_shop: Shop) -> Shop:
    running_shop.fresh()
    return running_shop
