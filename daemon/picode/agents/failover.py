"""Another model answers while the one that was chosen cannot: which one, for how long, and the note that tells it."""

from collections.abc import Callable

from picode.errors import PicodeError
from picode.messages import Custom
from picode.protocol.routing import FAILOVER
from picode.protocol.values import Entry
from picode.providers.registry import Providers
from picode.providers.traffic import Traffic
from picode.sessions.file import SessionFile

ELSEWHERE = frozenset((
    "rate", "overload", "quota", "server", "network", "timeout", "protocol", "cut", "no_key", "bad_key",
    "unknown_model", "paused",
))  # fmt: skip
"""Failures that are the server's or the account's; what is wrong with the request would be so everywhere, and what one
model declines is not taken to another one unasked."""


class Failover:
    """`chosen`: the model that answers again in the next turn; empty: nobody stands in for it. `warn` gets a sentence
    about a name that means no model, once."""

    def __init__(self, providers: Providers, traffic: Traffic, warn: Callable[[str], object]) -> None:
        self._providers, self._traffic, self._warn = providers, traffic, warn
        self._tried: set[str] = set()
        self._warned: set[str] = set()
        self.chosen = ""

    def begin_turn(self) -> None:
        self._tried.clear()

    def after(self, failed: str, kind: str, fallback: list[str]) -> str:
        """The model that can answer in place of `failed`; empty: there is none, or none would help."""
        if kind not in ELSEWHERE:
            return ""
        self._tried.add(failed)
        for name in fallback:
            try:
                _, info = self._providers.resolve(name)
            except PicodeError as error:
                if name not in self._warned:
                    self._warned.add(name)
                    self._warn(f"providers.fallback has {name!r}: {error}")
                continue
            alone = self._traffic.paused(info.name.partition("/")[0])
            if info.usable and info.name not in self._tried and not alone:
                return info.name
        return ""


def note(session: SessionFile, failed: str, to: str, why: str) -> Entry:
    """Written into the file as an entry that no model gets to see; other programs pass over it. Raises DiskFailed."""
    text = told(failed, to, why)
    id_ = session.append(
        "custom", {"customType": FAILOVER, "data": {"from": failed, "to": to, "why": why, "text": text}}
    )
    return Entry(id_, Custom(FAILOVER, text))


def told(failed: str, to: str, why: str) -> str:
    return f"{why} {to} answers in place of {failed}, until this turn ends."
