"""Where keys come from: the environment, the keyring, or a file that only its owner can read. Never printed.

The file says which providers have a key, and holds it where there is no keyring; so the keyring is asked for nothing
that is not there.
"""

import json
import os
import re
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from picode.errors import BadData, DiskFailed, Missing, NotAllowed, UsageError

VARIABLES = {
    "anthropic": "ANTHROPIC_API_KEY",
    "openai": "OPENAI_API_KEY",
    "gemini": "GEMINI_API_KEY",
    "ollama": "OLLAMA_API_KEY",
}
KEY_NAMES = {"google": "gemini", "openai-responses": "openai"}
"""How a provider's key is called where it is not called like the provider."""
SERVICE = "picode"
KEYRING_WAIT = 2.0
"""Seconds; a keyring that waits for a person to unlock it must not hold up the daemon."""
FORGET_FAILURE = 30.0
"""Seconds until a keyring that did not answer is asked again."""

KEY_NAME = re.compile(r"_(KEY|TOKEN|SECRET|PASSWORD)$")
LONG = 16
"""Characters of a value that is taken for a key because of its name; a shorter one may be an ordinary word."""

T = TypeVar("T")


def in_environment(environ: Mapping[str, str]) -> list[str]:
    """The values of `environ` that are keys, whatever they look like; the longest first."""
    found = {environ.get(variable, "").strip() for variable in VARIABLES.values()}
    found |= {
        value
        for name, value in environ.items()
        if KEY_NAME.search(name) and len(value) >= LONG and not value.startswith(("/", "~"))
    }
    return sorted((value for value in found if len(value) >= 8), key=len, reverse=True)


class Secret:
    """A key that does not show itself: not in a log, not in a traceback, not in a pickle."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, how: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


@dataclass(frozen=True)
class Found:
    """A key and where it was found, in words: `OPENAI_API_KEY in the environment`."""

    secret: Secret
    origin: str


_LENT: ContextVar[Mapping[str, Secret]] = ContextVar("lent keys")


def lend(keys: Mapping[str, Secret]) -> None:
    """In the task that runs now these keys, by provider, come before all others."""
    _LENT.set(keys)


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


class Credentials:
    """`find`, `add`, `remove` and `listed`, by the provider's name."""

    def __init__(self, file: Path, environ: Mapping[str, str], keyring_wait: float = KEYRING_WAIT) -> None:
        self.file = file
        self.environ = environ
        self.keyring_wait = keyring_wait
        self._known: dict[str, tuple[tuple[int, int, int], float, Found | None]] = {}

    def find(self, provider: str) -> Found | None:
        """The key, looked for afresh: a new one counts without a restart."""
        if (lent := _LENT.get({}).get(provider)) is not None:
            return Found(lent, "--api-key")
        variable = VARIABLES.get(provider, f"{provider.upper()}_API_KEY")
        if value := self.environ.get(variable, "").strip():
            return Found(Secret(value), f"{variable} in the environment")
        state = self._state()
        if state is None:
            return None
        known = self._known.get(provider)
        if (
            known
            and known[0] == state
            and (known[2] is not None or time.monotonic() - known[1] < FORGET_FAILURE)
        ):
            return known[2]
        found = self._stored(provider)
        self._known[provider] = (state, time.monotonic(), found)
        return found

    def add(self, provider: str, key: str) -> str:
        """Keep the key; says where it is kept now."""
        key = check(key)
        kept = self._read()
        if bounded(lambda: _keyring().set_password(SERVICE, provider, key) or True, self.keyring_wait):
            self._write({**kept, provider: {"keyring": True}})
            return "the keyring"
        self._write({**kept, provider: {"key": key}})
        return str(self.file)

    def remove(self, provider: str) -> str:
        """Forget the key; says where it was kept."""
        kept = self._read()
        entry = kept.pop(provider, None)
        if entry is None:
            raise Missing(f"No key for {provider} is kept.", "`picode auth list` shows which there are.")
        if entry.get("keyring"):
            bounded(lambda: _keyring().delete_password(SERVICE, provider), self.keyring_wait)
        self._write(kept)
        return "the keyring" if entry.get("keyring") else str(self.file)

    def listed(self) -> list[tuple[str, str]]:
        """(provider, where its key comes from), for each that has one; never the key."""
        names = list(dict.fromkeys([*VARIABLES, *self._read()]))
        return [(name, found.origin) for name in names if (found := self.find(name)) is not None]

    def _stored(self, provider: str) -> Found | None:
        entry = self._read().get(provider, {})
        if key := entry.get("key"):
            return Found(Secret(str(key)), str(self.file))
        if entry.get("keyring"):
            key = bounded(lambda: _keyring().get_password(SERVICE, provider), self.keyring_wait)
            return Found(Secret(key), "the keyring") if key else None
        return None

    def _state(self) -> tuple[int, int, int] | None:
        try:
            found = self.file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_mode

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            with self.file.open("rb") as opened:
                found = os.fstat(opened.fileno())
                text = opened.read()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise DiskFailed(f"The file {self.file} cannot be read: {error.strerror}.") from error
        if stat.S_IMODE(found.st_mode) & 0o077 or found.st_uid != os.getuid():
            raise NotAllowed(
                f"The file {self.file} holds keys and can be read by others.", f"Run: chmod 600 {self.file}"
            )
        try:
            keys = json.loads(text)["keys"]
            if not all(isinstance(entry, dict) for entry in keys.values()):
                raise TypeError
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BadData(
                f"The file {self.file} is no file of keys.",
                "Remove it, and add the keys again with `picode auth add`.",
            ) from error
        return dict(keys)

    def _write(self, keys: dict[str, dict[str, Any]]) -> None:
        """Whole or not at all, and readable by nobody else at any time."""
        temporary = ""
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.file.parent, prefix=".credentials")
            with os.fdopen(handle, "w") as opened:
                json.dump({"version": 1, "keys": keys}, opened, indent=2)
                opened.flush()
                os.fsync(opened.fileno())
            os.replace(temporary, self.file)
        except OSError as error:
            if temporary:
                Path(temporary).unlink(missing_ok=True)
            raise DiskFailed(f"The file {self.file} cannot be written: {error.strerror}.") from error


def _keyring() -> Any:
    """The keyring, where a real one is there; raises otherwise."""
    import keyring
    from keyring.backends import fail, null

    backend = keyring.get_keyring()
    if isinstance(backend, fail.Keyring | null.Keyring):
        raise LookupError("no keyring")
    return backend


def bounded(ask: Callable[[], T], wait: float) -> T | None:
    """What `ask` returns within `wait` seconds; None when it fails or takes longer."""
    answers: list[T] = []

    def run() -> None:
        try:
            answers.append(ask())
        except Exception:
            return

    thread = threading.Thread(target=run, name="keyring", daemon=True)
    thread.start()
    thread.join(wait)
    return answers[0] if answers else None
