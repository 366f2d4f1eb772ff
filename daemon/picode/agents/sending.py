"""One request on its way: its provider is not left alone just now, its turn has come, its cost is within the limits."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from picode import tasks
from picode.agents.answer import ABORTED, LONGEST_WAIT, Answering, Retry
from picode.agents.inputs import AnswerFailed, AnswerFinished
from picode.agents.paying import Paying
from picode.config.schema import Providers, Rate, Settings
from picode.errors import PicodeError
from picode.messages import Assistant, ModelRequest, Usage
from picode.providers.answers import Again, Heard, key_of
from picode.providers.base import ModelFailed
from picode.providers.spending import estimate
from picode.providers.traffic import Traffic

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Going:
    """A request that is to go. `model`: `provider/model`; `begun` is called when it goes."""

    request: ModelRequest
    model: str
    purpose: str
    stop: asyncio.Event
    retry: Retry
    begun: Callable[[], object] = lambda: None
    keeps: bool = True
    """Its answer may be kept, and given again."""

    @property
    def provider(self) -> str:
        return self.model.partition("/")[0]


class Sending:
    """`tell` gets a sentence when a person has to wait."""

    def __init__(self, traffic: Traffic, paying: Paying, tell: Callable[[str], None]) -> None:
        self.traffic, self.paying = traffic, paying
        self._tell = tell

    async def send(
        self, answering: Answering, going: Going, settings: Settings
    ) -> AnswerFinished | AnswerFailed:
        """Never raises; what was not sent is an `AnswerFailed` like any other."""
        try:
            return await self._kept(answering, going, settings)
        except Exception as error:
            log.exception("a request to %s could not be sent", going.model)
            return answering.failed(error, going.retry)

    async def _kept(
        self, answering: Answering, going: Going, settings: Settings
    ) -> AnswerFinished | AnswerFailed:
        """The answer that was kept, where there is one."""
        answers, cache = self.traffic.answers, settings.cache
        if (
            answers is None
            or not going.keeps
            or not cache.enabled
            or (going.request.tools and not cache.tools)
        ):
            return await self._send(answering, going, settings.providers)
        key = key_of(answering.provider, await answering.cleaned(going.request))
        if (found := await asyncio.to_thread(answers.find, key, cache.seconds)) is not None:
            self._tell("This answer was kept from before; --no-cache asks anew.")
            answering.provider = Again(answering.provider, found)
            going.begun()
            return await answering.run(going.request, going.stop, going.retry)
        answering.provider = heard = Heard(answering.provider)
        answer = await self._send(answering, going, settings.providers)
        if isinstance(answer, AnswerFinished) and heard.whole:
            await asyncio.to_thread(answers.keep, key, heard.events, cache.megabytes)
        return answer

    async def _send(
        self, answering: Answering, going: Going, settings: Providers
    ) -> AnswerFinished | AnswerFailed:
        if (wait := self.traffic.paused(going.provider)) > 0:
            return answering.failed(self._paused(going.provider, wait), going.retry)
        # at once: of all who want to ask after a pause, one does
        self.traffic.begin(going.provider)
        answer: AnswerFinished | AnswerFailed | None = None
        try:
            entry = await self._turn(going, settings.rates.get(going.provider, Rate()))
            if entry is None:
                return answering.stopped(ABORTED)
            try:
                answer = await self._paid(answering, going)
            finally:
                self.traffic.pace.leave(going.provider, entry, _tokens(answer))
        finally:
            self._known(going.provider, answer, settings)
        return answer

    async def _turn(self, going: Going, rate: Rate) -> list[float] | None:
        """Wait for it; None: the person cancelled."""
        if rate == Rate():
            return await self.traffic.pace.enter(going.provider, rate, 0, self._tell)
        tokens = await asyncio.to_thread(estimate.prompt, going.request) if rate.tokens else 0
        enter = self.traffic.pace.enter(going.provider, rate, tokens, self._tell)
        entering = tasks.spawn(enter, f"turn at {going.provider}")
        stopping = tasks.spawn(going.stop.wait(), f"cancel of the turn at {going.provider}")
        try:
            await asyncio.wait({entering, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return entering.result() if entering.done() else None
        finally:
            await tasks.stop(entering, stopping)

    async def _paid(self, answering: Answering, going: Going) -> AnswerFinished | AnswerFailed:
        try:
            paid = await self.paying.reserve(going.request, going.model, going.purpose)
        except PicodeError as error:
            return answering.failed(error, going.retry)
        going.begun()
        answer = await answering.run(going.request, going.stop, going.retry)
        count(_message(answer).usage)
        await self.paying.settle(paid, answer, answering.first, answering.characters)
        return answer

    def _known(
        self, provider: str, answer: AnswerFinished | AnswerFailed | None, settings: Providers
    ) -> None:
        failed = isinstance(answer, AnswerFailed)
        if answer is None or (isinstance(answer, AnswerFailed) and not answer.failure):
            self.traffic.left(provider)
        else:
            self.traffic.ended(provider, answer.failure if failed else "", settings)  # type: ignore[union-attr]

    def _paused(self, provider: str, wait: float) -> ModelFailed:
        why = self.traffic.why(provider)
        text = f"{provider} is not asked for {wait:.0f} s more: {why}."
        hint = "It is tried again then; /model takes another one, providers.fallback does so by itself."
        return ModelFailed("paused", text, hint, wait if wait <= LONGEST_WAIT else None)


def count(usage: Usage) -> None:
    """The sum, where the provider did not tell it."""
    if not usage.total_tokens:
        usage.total_tokens = usage.input + usage.output + usage.cache_read + usage.cache_write


def _message(answer: AnswerFinished | AnswerFailed) -> Assistant:
    return answer.partial if isinstance(answer, AnswerFailed) else answer.answer


def _tokens(answer: AnswerFinished | AnswerFailed | None) -> int:
    return _message(answer).usage.total_tokens if answer is not None else 0
