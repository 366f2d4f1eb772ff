"""How a conversation's turns go: by the settings, by what a client changes of them, by what a client wishes."""

from dataclasses import replace
from typing import cast

from msgspec import structs

from picode.agents.loop import Limits
from picode.config.schema import Settings
from picode.errors import UsageError
from picode.protocol.replies import Tuned
from picode.protocol.requests import Tune
from picode.protocol.values import Delivery, Mode, Wishes


def limits(settings: Settings) -> Limits:
    agent = settings.agent
    modes: tuple[tuple[Delivery, str], ...] = (("steer", agent.steering), ("follow_up", agent.follow_up))
    together = frozenset(kind for kind, mode in modes if mode == "all")
    return Limits(agent.rounds, settings.models.retries, together, settings.compaction.enabled)


def tuned(now: Limits, asked: Tune, settings: Settings) -> Limits:
    """What is not asked for stays."""
    together = set(now.together)
    for kind, mode in (("steer", asked.steering), ("follow_up", asked.follow_up)):
        if mode:
            (together.add if mode == "all" else together.discard)(cast(Delivery, kind))
    tries = now.retries
    if asked.retries is not None:
        tries = settings.models.retries if asked.retries else 0
    compacts = now.compacts if asked.compacts is None else asked.compacts
    return replace(now, together=frozenset(together), retries=tries, compacts=compacts)


def told(now: Limits, messages: int = 0) -> Tuned:
    modes: list[Mode] = [
        "all" if kind in now.together else "one-at-a-time" for kind in ("steer", "follow_up")
    ]
    return Tuned(0, modes[0], modes[1], now.compacts, now.retries > 0, messages)


def wished(settings: Settings, wishes: Wishes, names: list[str]) -> Settings:
    """The settings without the tools that are not wished for; `names`: all there are. Raises UsageError."""
    unknown = [name for name in (*(wishes.tools or ()), *wishes.without) if name not in names]
    if unknown:
        raise UsageError(f"There is no tool {unknown[0]!r}.", f"There are {', '.join(names)}.")
    kept = [name for name in names if wishes.tools is None or name in wishes.tools]
    denied = [
        *settings.tools.deny, *(name for name in names if name not in kept or name in wishes.without)
    ]  # fmt: skip
    if "cache" in wishes.unread:
        settings = structs.replace(settings, cache=structs.replace(settings.cache, enabled=False))
    if denied == settings.tools.deny:
        return settings
    return structs.replace(settings, tools=structs.replace(settings.tools, deny=denied))
