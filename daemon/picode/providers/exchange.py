"""One question and its answer: posts a body, lets an `Answer` read the events, and sees to it that the end is one."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from contextvars import ContextVar
from typing import Protocol

import msgspec

from picode.messages import ModelRequest, StreamEvent
from picode.providers.base import ModelFailed
from picode.providers.discovery import WHATEVER
from picode.providers.failures import Asked
from picode.providers.http import Http, drain
from picode.providers.sse import Events, Framing


class Answer(Protocol):
    """The state of one answer, in one wire format; it may raise `ModelFailed`."""

    # why the server ended the answer; empty until it said so
    reason: str
    # whether nothing more is to come
    ended: bool

    # one event's data
    def take(self, data: bytes) -> list[StreamEvent]: ...

    # the end of the stream: `Stopped`, or a failure when the answer was not whole
    def finish(self) -> list[StreamEvent]: ...


async def named(request: ModelRequest, choose: Callable[[], str]) -> ModelRequest:
    """The request with a model's name, where it was made before the server had said what it has."""
    if request.model != WHATEVER:
        return request
    return msgspec.structs.replace(request, model=await asyncio.to_thread(choose))


Patch = Callable[[bytes], Awaitable[bytes]]
_PATCH: ContextVar[Patch | None] = ContextVar("patch", default=None)


def patch(how: Patch | None) -> None:
    """In the task that runs now, and in those that it starts, every body goes through this before it is posted."""
    _PATCH.set(how)


async def exchange(
    http: Http,
    asked: Asked,
    headers: dict[str, str],
    posted: bytes,
    answer: Answer,
    *,
    framing: Callable[[], Framing] = Events,
) -> AsyncGenerator[StreamEvent, None]:
    """The answer as it comes. A connection that breaks behind the answer's reason breaks nothing."""
    if (how := _PATCH.get()) is not None:
        posted = await how(posted)
    async with aclosing(http.events(asked, headers, posted, framing)) as batches:
        try:
            async for batch in batches:
                for _, event in batch:
                    for made in answer.take(event):
                        yield made
                if answer.ended:
                    break
        except ModelFailed as failure:
            if failure.kind != "cut" or not answer.reason:
                raise
        for made in answer.finish():
            yield made
        await drain(batches)
