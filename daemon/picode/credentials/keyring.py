"""The system's keyring: asked in threads, waited for within a bound, and passed over where there is none."""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

SERVICE = "picode"
WAIT = 2.0
"""Seconds; a keyring that waits for a person to unlock it must not hold up whoever asks."""
FORGET_FAILURE = 30.0
"""Seconds until a keyring that did not answer is asked again."""

T = TypeVar("T")


def backend() -> Any:
    """The keyring, where a real one is there; raises otherwise."""
    import keyring
    from keyring.backends import fail, null

    found = keyring.get_keyring()
    if isinstance(found, fail.Keyring | null.Keyring):
        raise LookupError("no keyring")
    return found


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


class Ring:
    """`get`, `put` and `drop`; an answer that comes late counts when it is asked for again."""

    def __init__(self, wait: float = WAIT) -> None:
        self.wait = wait
        self._asked: dict[str, _Asked] = {}
        self._lock = threading.Lock()

    def get(self, name: str, wait: float | None = None) -> str | None:
        """What is kept under `name`; None: nothing, or no answer `wait` seconds after it was first asked."""
        with self._lock:
            asked = self._asked.get(name)
            if asked is None or asked.stale():
                asked = self._asked[name] = _Asked(name)
        asked.thread.join(max(0.0, asked.until(self.wait if wait is None else wait)))
        return asked.answer

    def known(self, name: str) -> bool:
        """Whether `get` answers at once."""
        asked = self._asked.get(name)
        return asked is not None and not asked.thread.is_alive() and not asked.stale()

    def forget(self, name: str) -> None:
        with self._lock:
            self._asked.pop(name, None)

    def put(self, name: str, value: str) -> bool:
        self.forget(name)
        return bool(bounded(lambda: backend().set_password(SERVICE, name, value) or True, self.wait))

    def drop(self, name: str) -> None:
        self.forget(name)
        bounded(lambda: backend().delete_password(SERVICE, name), self.wait)


class _Asked:
    """One question to the keyring."""

    def __init__(self, name: str) -> None:
        self.answer: str | None = None
        self._name, self._begun = name, time.monotonic()
        self.thread = threading.Thread(target=self._run, name="keyring", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.answer = backend().get_password(SERVICE, self._name)
        except Exception:
            # a locked one, a broken one, none: all the same to who looks for a key
            return

    def until(self, wait: float) -> float:
        """Seconds that are left of `wait`."""
        return self._begun + wait - time.monotonic()

    def stale(self) -> bool:
        return self.answer is None and time.monotonic() - self._begun > FORGET_FAILURE
