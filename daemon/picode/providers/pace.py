"""How much a provider may be asked: requests and tokens by the minute, and how many at the same time.

Who comes too early waits in a line, first come, first served; nobody is refused.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from picode.config.schema import Rate

MINUTE = 60.0
WORTH_TELLING = 0.5
"""Seconds; a shorter wait is nobody's news."""


@dataclass
class Window:
    """What was asked in the last minute: `sent` has a time and tokens for each request."""

    sent: deque[list[float]] = field(default_factory=deque)

    def wait(self, now: float, rate: Rate, tokens: float) -> float:
        """Seconds until a request with so many tokens fits; one that is larger than a whole minute's may go alone."""
        while self.sent and self.sent[0][0] <= now - MINUTE:
            self.sent.popleft()
        until = now
        if rate.requests and len(self.sent) >= rate.requests:
            until = self.sent[len(self.sent) - rate.requests][0] + MINUTE
        if rate.tokens and self.sent:
            until = max(until, self._room(rate.tokens - tokens, now))
        return until - now

    def _room(self, most: float, now: float) -> float:
        """When so few tokens are left in the minute."""
        left = sum(tokens for _, tokens in self.sent)
        until = now
        for at, tokens in self.sent:
            if left <= max(0.0, most):
                break
            left -= tokens
            until = at + MINUTE
        return until

    def take(self, now: float, tokens: float) -> list[float]:
        """The request goes; its entry, of which the second number may be corrected."""
        self.sent.append(entry := [now, tokens])
        return entry


@dataclass
class Line:
    """Those who want to ask one provider."""

    window: Window = field(default_factory=Window)
    running: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    left: asyncio.Event = field(default_factory=asyncio.Event)


class Pace:
    """`enter` waits for its turn; the entry that it gives goes to `leave` when the answer has come."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lines: dict[str, Line] = {}

    async def enter(
        self, provider: str, rate: Rate, tokens: float, tell: Callable[[str], None]
    ) -> list[float]:
        """`tell` gets a sentence when there is something to wait for. May be cancelled."""
        line = self._lines.setdefault(provider, Line())
        async with line.turn:
            told = False
            while rate.together and line.running >= rate.together:
                if not told:
                    tell(
                        f"Waiting for another answer of {provider}: {_together(rate.together)} at the same time."
                    )
                told = True
                line.left.clear()
                await line.left.wait()
            while (wait := line.window.wait(self._now(), rate, tokens)) > 0:
                if wait > WORTH_TELLING and not told:
                    tell(f"Waiting {wait:.0f} s: {_limits(provider, rate)}.")
                told = True
                await asyncio.sleep(wait)
            line.running += 1
            return line.window.take(self._now(), tokens)

    def leave(self, provider: str, entry: list[float], tokens: float) -> None:
        """The answer has come, or will not; `tokens`: all that it came to, 0 when nobody said."""
        line = self._lines[provider]
        line.running -= 1
        entry[1] = tokens or entry[1]
        line.left.set()


def _together(most: int) -> str:
    return f"providers.rates lets {most} come"


def _limits(provider: str, rate: Rate) -> str:
    parts = [
        f"{rate.requests:,} times" if rate.requests else "",
        f"for {rate.tokens:,} tokens" if rate.tokens else "",
    ]
    return f"providers.rates lets {provider} be asked {' and '.join(filter(None, parts))} a minute"
