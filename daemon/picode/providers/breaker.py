"""A provider that fails again and again is left alone for a while, then asked once: a circuit breaker, as a pure state.

closed --(`failures` in a row)--> open --(`pause` is over)--> half open: one request goes as a probe
half open --(it is answered)--> closed; --(it fails)--> open, for twice as long
"""

from dataclasses import dataclass, replace

BROKEN = frozenset(("server", "overload", "network", "timeout", "protocol", "cut"))
"""Failures of a server or of the way to it; any other one is an answer of a server that works."""
LONGEST = 300.0
"""Seconds of a pause at most."""
PROBED = 5.0
"""Seconds after which whoever wants to ask while a probe is under way may look again."""


@dataclass(frozen=True)
class Breaker:
    """`failed`: failures in a row; `until`: when the pause is over (0: closed); `pause`: how long it is;
    `probing`: a request is under way that decides."""

    failed: int = 0
    until: float = 0.0
    pause: float = 0.0
    probing: bool = False

    def wait(self, now: float) -> float:
        """Seconds until a request may go; 0: now."""
        if not self.until:
            return 0.0
        if self.probing:
            return PROBED
        return max(0.0, self.until - now)

    def begin(self) -> "Breaker":
        """A request goes that was not told to wait."""
        return replace(self, probing=True) if self.until else self

    def ended(self, kind: str, now: float, failures: int, pause: float) -> "Breaker":
        """A request ended in a failure of this kind; empty: with an answer. `failures` and `pause`: the settings."""
        if kind not in BROKEN:
            return Breaker()
        failed = self.failed + 1
        if self.until and not self.probing:
            # it was asked before the pause began
            return replace(self, failed=failed)
        if self.until:
            longer = min(LONGEST, self.pause * 2)
            return Breaker(failed, now + longer, longer)
        if failures and failed >= failures:
            return Breaker(failed, now + pause, pause)
        return Breaker(failed)

    def left(self) -> "Breaker":
        """A request was given up before anything was known."""
        return replace(self, probing=False)
