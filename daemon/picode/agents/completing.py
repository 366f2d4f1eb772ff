"""One question to a model, without a conversation: tried again, taken elsewhere, paid and paced like any other."""

import asyncio
import logging
import time
from dataclasses import dataclass

from picode.agents.answer import Answering, Retry
from picode.agents.failover import Failover
from picode.agents.inputs import AnswerFailed, AnswerFinished
from picode.agents.outgoing import Outgoing
from picode.agents.sending import Going, Sending
from picode.config.schema import Settings
from picode.errors import BY_KIND, PicodeError
from picode.messages import ModelRequest, Text, User, plain_text
from picode.protocol.completing import Complete
from picode.protocol.replies import Completed
from picode.protocol.values import ModelInfo
from picode.providers.registry import Providers

log = logging.getLogger(__name__)


@dataclass
class Completing:
    providers: Providers
    sending: Sending
    outgoing: Outgoing
    settings: Settings

    async def complete(self, asked: Complete) -> Completed:
        """Raises the error that the last try ended in."""
        failover = Failover(self.providers, self.sending.traffic, log.warning)
        name, attempt = asked.model or self.providers.default(), 0
        while True:
            provider, info = self.providers.resolve(name)
            request = self._request(asked, info)
            answering = Answering(provider, request.model, lambda event: None, _now, self.outgoing)
            retry = Retry(self.settings.models.retry_delay, attempt)
            going = Going(request, info.name, "batch", asyncio.Event(), retry, keeps=not asked.fresh)
            answer = await self.sending.send(answering, going, self.settings)
            if isinstance(answer, AnswerFinished):
                return _completed(answer, info.name)
            if answer.again is not None and attempt < self.settings.models.retries:
                attempt += 1
                await asyncio.sleep(answer.again)
                continue
            other = failover.after(info.name, answer.failure, self.settings.providers.fallback)
            if not other or asked.model:
                raise _error(answer)
            name, attempt = other, 0

    def _request(self, asked: Complete, info: ModelInfo) -> ModelRequest:
        longest = asked.max_tokens or self.settings.models.max_tokens
        return ModelRequest(
            model=info.name.partition("/")[2], system=asked.system,
            messages=[User(content=[Text(asked.prompt)], timestamp=_now())],
            max_tokens=min(longest, info.max_tokens) if info.max_tokens else longest,
            thinking=self.settings.models.thinking,
        )  # fmt: skip


def _now() -> int:
    return time.time_ns() // 1_000_000


def _completed(answer: AnswerFinished, model: str) -> Completed:
    message = answer.answer
    return Completed(0, plain_text(message.content), model, message.stop_reason, message.usage)


def _error(answer: AnswerFailed) -> PicodeError:
    return BY_KIND.get(answer.kind, PicodeError)(answer.error)
