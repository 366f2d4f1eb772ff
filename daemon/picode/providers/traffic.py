"""What all conversations share on the way to models: the record of costs, the pace, and who is left alone just now."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from picode.config.schema import Providers
from picode.providers.answers import Answers
from picode.providers.breaker import Breaker
from picode.providers.pace import Pace
from picode.providers.spending.ledger import Ledger


@dataclass
class Traffic:
    """`ledger` None: nothing is written down and no limit holds, as in a program's own use of an agent."""

    ledger: Ledger | None = None
    answers: Answers | None = None
    """None: none is kept."""
    pace: Pace = field(default_factory=Pace)
    breakers: dict[str, Breaker] = field(default_factory=dict)
    now: Callable[[], float] = time.monotonic

    def paused(self, provider: str) -> float:
        """Seconds until this provider may be asked; 0: now."""
        return self.breakers[provider].wait(self.now()) if provider in self.breakers else 0.0

    def why(self, provider: str) -> str:
        """Half a sentence about a provider that is left alone; empty: it is not."""
        wait = self.paused(provider)
        return f"it failed {self.breakers[provider].failed} times in a row" if wait else ""

    def begin(self, provider: str) -> None:
        """A request goes."""
        if provider in self.breakers:
            self.breakers[provider] = self.breakers[provider].begin()

    def ended(self, provider: str, kind: str, settings: Providers) -> None:
        """A request ended in a failure of this kind; empty: with an answer."""
        before = self.breakers.get(provider, Breaker())
        after = before.ended(kind, self.now(), settings.breaker_failures, settings.breaker_pause)
        self.breakers[provider] = after
        if after == Breaker():
            del self.breakers[provider]

    def left(self, provider: str) -> None:
        """A request was given up before anything was known."""
        if provider in self.breakers:
            self.breakers[provider] = self.breakers[provider].left()

    def close(self) -> None:
        if self.ledger is not None:
            self.ledger.close()
        if self.answers is not None:
            self.answers.close()
