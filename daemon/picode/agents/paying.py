"""What a conversation's requests cost: each is written down with its worst case, checked, and settled afterwards."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from msgspec import structs

from picode.agents.inputs import AnswerFailed, AnswerFinished
from picode.config.schema import Spend
from picode.errors import DiskFailed
from picode.messages import Assistant, ModelRequest, Usage
from picode.providers.registry import Providers
from picode.providers.spending import estimate
from picode.providers.spending.caps import Caps
from picode.providers.spending.ledger import Asking, Ledger, Outcome

FREE = frozenset((
    "no_key", "bad_key", "unknown_model", "rate", "overload", "quota", "overflow", "bad_request", "network", "server",
    "paused",
))  # fmt: skip
"""Failures before a model has read anything."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Paid:
    """A request that may be sent. `number`: in the ledger; 0: nobody keeps one."""

    number: int
    model: str
    estimated: int
    begun: float


class Paying:
    """`limits` says what may be spent, asked in a thread before each request; `warn` gets a sentence for the person.
    Without a ledger nothing is written down, and no limit holds."""

    def __init__(
        self,
        providers: Providers,
        ledger: Ledger | None = None,
        *,
        conversation: str = "",
        workspace: str = "",
        limits: Callable[[], Spend] = Spend,
        warn: Callable[[str], None] = log.warning,
    ) -> None:
        self._ledger, self._providers, self._limits, self._warn = ledger, providers, limits, warn
        self._conversation, self._workspace = conversation, workspace
        self._turn = secrets.token_hex(8)
        self._warned: set[str] = set()
        self._warnings: list[str] = []
        self._counted: dict[str, float] = {}

    def begin_turn(self) -> None:
        self._turn = secrets.token_hex(8)

    async def reserve(self, request: ModelRequest, model: str, purpose: str) -> Paid:
        """Raises SpendLimit when a limit would not hold, DiskFailed when nobody can tell whether it does."""
        if self._ledger is None:
            return Paid(0, model, 0, time.monotonic())
        try:
            return await asyncio.to_thread(self._reserve, self._ledger, request, model, purpose)
        finally:
            warnings, self._warnings = self._warnings, []
            for text in warnings:
                self._warn(text)

    async def settle(
        self, paid: Paid, answer: AnswerFinished | AnswerFailed, first: float, said: int
    ) -> None:
        """`first`: seconds until the answer began; `said`: characters of it."""
        if self._ledger is None or not paid.number:
            return
        usage, reported = self._usage(paid, answer, said)
        outcome = Outcome(usage, reported, first, time.monotonic() - paid.begun)
        try:
            await asyncio.to_thread(self._ledger.settle, paid.number, outcome)
        except DiskFailed as error:
            log.error("%s", error)

    def _reserve(self, ledger: Ledger, request: ModelRequest, model: str, purpose: str) -> Paid:
        spend = self._limits()
        caps = Caps(spend.request, spend.turn, spend.conversation, spend.day, spend.workspace)
        estimated = estimate.prompt(request, self._count)
        if caps and not self._providers.priced(model):
            self._once(
                f"No price is known for {model}: limits.spend does not see what it costs. "
                "Write one into models.json; docs/models.md shows how."
            )
        try:
            tokens = estimated * max(1.0, ledger.ratio(model)) * estimate.MARGIN
            worst = self._providers.worst(model, tokens, request.max_tokens)
            asking = Asking(self._turn, self._conversation, self._workspace, model, estimated, worst, purpose)
            return Paid(ledger.reserve(asking, caps), model, estimated, time.monotonic())
        except DiskFailed as error:
            if caps:
                raise
            log.error("%s", error)
            self._once(str(error))
            return Paid(0, model, estimated, time.monotonic())

    def _count(self, text: str) -> float:
        """Long texts come again with each request."""
        if len(text) < 1000:
            return estimate.tokens(text)
        if text not in self._counted:
            if len(self._counted) > 200:
                self._counted.clear()
            self._counted[text] = estimate.tokens(text)
        return self._counted[text]

    def _once(self, text: str) -> None:
        if text not in self._warned:
            self._warned.add(text)
            self._warnings.append(text)

    def _usage(self, paid: Paid, answer: AnswerFinished | AnswerFailed, said: int) -> tuple[Usage, bool]:
        """What counts, and whether the provider reported it: of an answer that was cut, at least what came of it."""
        failed = isinstance(answer, AnswerFailed)
        message: Assistant = answer.partial if isinstance(answer, AnswerFailed) else answer.answer
        usage = message.usage
        told = bool(usage.input or usage.cache_read or usage.cache_write)
        if told and not failed:
            return usage, True
        if failed and not told and not said and answer.failure in FREE:  # type: ignore[union-attr]
            return Usage(), False
        counted = structs.replace(
            usage,
            input=usage.input if told else paid.estimated,
            output=max(usage.output, round(said / 4)),
        )
        counted.cost = self._providers.price(paid.model, counted)
        return counted, False
