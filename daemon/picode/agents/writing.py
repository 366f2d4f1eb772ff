"""What a model writes for PiCode itself, and nobody sees written: summaries and titles. The role `fast` does it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from picode.agents import summary
from picode.agents.answer import Answering, Retry
from picode.agents.effects import CallModel
from picode.agents.failover import ELSEWHERE
from picode.agents.history import History
from picode.agents.inputs import AnswerFailed, AnswerFinished
from picode.agents.outgoing import Outgoing
from picode.agents.sending import Going, Sending
from picode.config.schema import Settings
from picode.errors import PicodeError
from picode.messages import Assistant, ModelRequest, Text, User, plain_text
from picode.providers.registry import Providers
from picode.providers.roles import Roles
from picode.providers.spending import estimate


@dataclass(frozen=True)
class Wanted:
    """`told`: the material with what is asked of it; `longest`: tokens of what is written; `purpose`: `summary`,
    `title`."""

    told: str
    longest: int
    purpose: str = "summary"


@dataclass
class Writer:
    """`wait` waits before another try, and tells."""

    providers: Providers
    sending: Sending
    history: History
    outgoing: Outgoing
    settings: Settings
    stop: asyncio.Event
    now: Callable[[], int]
    wait: Callable[[CallModel], Awaitable[None]]

    async def write(self, wanted: Wanted, main: str) -> str:
        """By the fast model, else the main one, else one that stands in for it. Raises PicodeError."""
        failed: AnswerFailed | None = None
        for name in await asyncio.to_thread(self._names, wanted, main):
            answer = await self._ask(wanted, name)
            if isinstance(answer, AnswerFinished):
                return self._written(answer.answer, wanted)
            failed = failed if failed and name != main else answer
            if answer.failure not in ELSEWHERE or self.stop.is_set():
                break
        raise PicodeError(failed.error if failed else "No model can be asked.")

    def _names(self, wanted: Wanted, main: str) -> list[str]:
        tokens = round(estimate.tokens(wanted.told) * estimate.MARGIN) + wanted.longest
        fast = Roles(self.providers, self.sending.traffic).model("fast", main, tokens)
        others = [name for name in map(self._usable, self.settings.providers.fallback) if name]
        return list(dict.fromkeys([fast, main, *others]))

    def _usable(self, name: str) -> str:
        try:
            _, info = self.providers.resolve(name)
        except PicodeError:
            return ""
        return info.name if info.usable else ""

    async def _ask(self, wanted: Wanted, name: str) -> AnswerFinished | AnswerFailed:
        provider, info = self.providers.resolve(name)
        request = ModelRequest(
            model=info.name.partition("/")[2], system=summary.prompt(f"{wanted.purpose}_system"),
            messages=[User(content=[Text(wanted.told)], timestamp=self.now())],
            max_tokens=min(wanted.longest, info.max_tokens) if info.max_tokens else wanted.longest,
            session_id=self.history.session.id,
        )  # fmt: skip
        effect = CallModel()
        while True:
            answering = Answering(provider, request.model, lambda event: None, self.now, self.outgoing)
            retry = Retry(self.settings.models.retry_delay, effect.attempt)
            going = Going(request, info.name, wanted.purpose, self.stop, retry)
            answer = await self.sending.send(answering, going, self.settings)
            if isinstance(answer, AnswerFinished) or answer.again is None:
                return answer
            if effect.attempt >= self.settings.models.retries or self.stop.is_set():
                return answer
            effect = CallModel(answer.again, effect.attempt + 1, answer.error)
            await self.wait(effect)

    def _written(self, answer: Assistant, wanted: Wanted) -> str:
        self.history.spend(answer.usage)
        text = plain_text(answer.content).strip()
        if answer.stop_reason != "stop" or not text:
            raise PicodeError(f"The model wrote no whole {wanted.purpose}.", "Try again, or another model.")
        return text
