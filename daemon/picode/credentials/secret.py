"""A key that shows itself nowhere, and all those that this process has had in hand, so that they can be taken out of
whatever is written."""

import threading
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass

from picode.credentials.names import SHORTEST, in_environment
from picode.errors import UsageError

MOST = 64
"""Values that are remembered; an access token is replaced every hour."""
_HAD: dict[str, None] = {}
_LOCK = threading.Lock()


class Secret:
    """A key that does not show itself: not in a log, not in a traceback, not in a pickle."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        _remember(value)

    def reveal(self) -> str:
        _remember(self._value)
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, how: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self.reveal()

    def __hash__(self) -> int:
        return hash(self.reveal())

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


class Later(Secret):
    """A key that is not known yet: `reveal` waits for it, so it belongs into a thread. Raises what `load` raises."""

    __slots__ = ("_load",)

    def __init__(self, load: Callable[[], Secret]) -> None:
        super().__init__("")
        self._load = load

    def reveal(self) -> str:
        return self._load().reveal()


@dataclass(frozen=True)
class Found:
    """A key and where it was found, in words: `OPENAI_API_KEY in the environment`."""

    secret: Secret
    origin: str
    bearer: bool = False
    """It is an access token of OAuth, and goes into an `Authorization` header whatever the API's own is."""

    def headers(self, name: str) -> dict[str, str]:
        """`name`: the header that the API has for a key."""
        key = self.secret.reveal()
        if self.bearer or name == "authorization":
            return {"authorization": f"Bearer {key}"}
        return {name: key}


_LENT: ContextVar[Mapping[str, Secret]] = ContextVar("lent keys")


def lend(keys: Mapping[str, Secret]) -> None:
    """In the task that runs now these keys, by provider, come before all others."""
    _LENT.set(keys)


def lent(provider: str) -> Found | None:
    secret = _LENT.get({}).get(provider)
    return Found(secret, "--api-key") if secret is not None else None


def check(key: str) -> str:
    """`key` without surrounding space, when it can be a key at all."""
    key = key.strip()
    if not key:
        raise UsageError("The key is empty.")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise UsageError(
            "This is no key: a key is one word of plain characters.",
            "Copy it again from the provider's page.",
        )
    return key


def _remember(value: str) -> None:
    """What is used stays known; the one that was used longest ago is forgotten."""
    if len(value) < SHORTEST:
        return
    with _LOCK:
        _HAD.pop(value, None)
        _HAD[value] = None
        if len(_HAD) > MOST:
            del _HAD[next(iter(_HAD))]


def known(environ: Mapping[str, str]) -> list[str]:
    """Every key of `environ` and every one that this process has had in hand; the longest first."""
    with _LOCK:
        had = list(_HAD)
    return sorted({*in_environment(environ), *had}, key=len, reverse=True)


def quoted(text: str, longest: int = 200) -> str:
    """One line of what a server or a program said: no control characters, no keys, and an end."""
    for value in known({}):
        text = text.replace(value, "[key]")
    text = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
