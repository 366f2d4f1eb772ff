"""One call to a model: its stream becomes events and a draft, and in the end an answer, whole or cut."""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from picode import tasks
from picode.agents.inputs import AnswerFailed, AnswerFinished
from picode.agents.loop import without_calls
from picode.agents.outgoing import Outgoing
from picode.draft import Draft
from picode.errors import PicodeError, kind_of
from picode.messages import (
    Assistant,
    ModelRequest,
    StopReason,
    StreamEvent,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    ToolCallBegun,
    ToolCallDelta,
)
from picode.protocol.events import AnyEvent, TextAdded, ThoughtAdded, ToolPlanned
from picode.providers.base import ModelFailed, Provider

ABORTED = "Request was aborted"
RETRIED = {
    "rate": 10, "overload": 10, "server": 10, "network": 10, "cut": 10, "paused": 10, "timeout": 1, "protocol": 1,
}  # fmt: skip
"""How often at most, by the failure's class, where nothing of the answer was shown: who was silent for two minutes, or
is no model server, mostly stays so."""
LONGEST_WAIT = 60.0
"""Seconds; a server that asks for more is not waited for."""
BOUND = 5.0
"""Seconds that a provider gets to let go of its connection."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Retry:
    """`delay`: seconds before the first retry at most; each further one doubles it. `chance` gives 0 to 1."""

    delay: float
    attempt: int
    chance: Callable[[], float] = random.random

    def after(self, failure: ModelFailed) -> float | None:
        """Seconds to wait before the call is tried again; None: it is not."""
        if self.attempt >= RETRIED.get(failure.kind, 0):
            return None
        if failure.retry_after is None:
            # full jitter: clients that failed together do not come back together
            return min(LONGEST_WAIT, float(self.delay * 2**self.attempt)) * self.chance()
        return failure.retry_after if failure.retry_after <= LONGEST_WAIT else None


class Answering:
    """`draft` is what was announced of the answer so far; `emit` gets the events; `outgoing` cleans the request."""

    def __init__(
        self,
        provider: Provider,
        model: str,
        emit: Callable[[AnyEvent], None],
        now: Callable[[], int],
        outgoing: Outgoing,
    ) -> None:
        self.provider, self._emit, self._now, self._outgoing = provider, emit, now, outgoing
        self._draft = Draft(provider.api, provider.name, model)
        self._started = time.monotonic()
        self.first = 0.0
        """Seconds until the answer began; 0: it did not."""
        self.characters = 0
        """Of all that came."""

    @property
    def draft(self) -> Assistant:
        """As it would be kept if it were cut now."""
        return without_calls(self._draft.abandon("aborted", "", self._now()))

    def failed(self, error: Exception, retry: Retry) -> AnswerFailed:
        """The request was not sent, for this reason."""
        return self._failed(error, retry)

    def stopped(self, why: str) -> AnswerFailed:
        """The request was not sent: the person cancelled."""
        return AnswerFailed(self._cut("aborted", why), why, "")

    async def cleaned(self, request: ModelRequest) -> ModelRequest:
        """As it is sent."""
        return await self._outgoing.cleaned(request)

    async def run(
        self, request: ModelRequest, stop: asyncio.Event, retry: Retry
    ) -> AnswerFinished | AnswerFailed:
        """Ask, until the answer has its end, fails, or `stop` is set."""
        streaming = tasks.spawn(self._stream(request), f"model {request.model}")
        stopping = tasks.spawn(stop.wait(), f"cancel of model {request.model}")
        failure: Exception | None = None
        try:
            await asyncio.wait({streaming, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if streaming.done():
                failure = streaming.result()
        finally:
            streaming.cancel()
            stopping.cancel()
            await asyncio.wait({streaming, stopping}, timeout=BOUND)
        if not streaming.done() or streaming.cancelled() or stop.is_set():
            return AnswerFailed(self._cut("aborted", ABORTED), ABORTED, "")
        if failure is not None:
            return self._failed(failure, retry)
        answer, broken = self._draft.finish(self._now())
        return AnswerFinished(_clean(answer), broken)

    async def _stream(self, request: ModelRequest) -> Exception | None:
        """What went wrong, as a value: a failure is no surprise and needs no traceback in the log."""
        try:
            clean = await self._outgoing.cleaned(request)
            async with aclosing(self.provider.stream(clean)) as events:
                async for event in events:
                    self._announce(event)
        except Exception as error:
            if not isinstance(error, PicodeError):
                log.exception("the provider %s failed", self.provider.name)
            return error
        return None

    def _announce(self, event: StreamEvent) -> None:
        if isinstance(event, TextDelta | ThinkingDelta):
            event.text = _unicode(event.text)
            self.characters += len(event.text)
        elif isinstance(event, ToolCallDelta):
            self.characters += len(event.json)
        self.first = self.first or time.monotonic() - self._started
        self._draft.apply(event)
        match event:
            case TextDelta(text) if text:
                self._emit(TextAdded(text))
            case ThinkingDelta(text=text) if text:
                self._emit(ThoughtAdded(text))
            case ToolCallBegun(_, call, name):
                self._emit(ToolPlanned(call, name))

    def _failed(self, error: Exception, retry: Retry) -> AnswerFailed:
        if isinstance(error, PicodeError):
            told, kind = str(error), kind_of(error)
        else:
            told, kind = f"PiCode itself failed while the model answered ({type(error).__name__}).", "Crashed"
        if not isinstance(error, ModelFailed):
            return AnswerFailed(self._cut("error", told), told, kind)
        partial = self._cut("error", told)
        return AnswerFailed(partial, told, kind, retry.after(error), error.kind == "overflow", error.kind)

    def _cut(self, reason: StopReason, error: str) -> Assistant:
        return without_calls(self._draft.abandon(reason, error, self._now()))


def _unicode(text: str) -> str:
    """Half a surrogate pair is no text, and no encoder takes it."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _clean(answer: Assistant) -> Assistant:
    for block in answer.content:
        if isinstance(block, ToolCall):
            block.arguments = _clean_value(block.arguments)
    return answer


def _clean_value(value: Any) -> Any:
    match value:
        case str():
            return _unicode(value)
        case dict():
            return {_unicode(name): _clean_value(part) for name, part in value.items()}
        case list():
            return [_clean_value(part) for part in value]
    return value
