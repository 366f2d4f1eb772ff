"""Where a key is looked for, in this order: what was lent to the task, the keyring or a command of the user's, the
environment, the encrypted file (keys and sign-ins), and pi's auth.json.

`find` never goes to the network and does not hold up an event loop; `settle`, in a thread, does what `find` leaves out.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from picode.credentials import pi
from picode.credentials.command import Commands
from picode.credentials.file import Kept, State, locked, state
from picode.credentials.keep import Keeping
from picode.credentials.keyring import WAIT
from picode.credentials.master import PASSPHRASE
from picode.credentials.names import VARIABLES, variable_of
from picode.credentials.oauth import SignInEnded, Tokens, refreshed
from picode.credentials.secret import Found, Later, Secret, lent
from picode.errors import PicodeError, Unavailable
from picode.paths import Paths, pi_directory

QUICK = 0.25
"""Seconds that an event loop waits for a keyring; what it says later counts when it is asked for again."""
AGAIN_AFTER = 2.0
"""Seconds until a refresh that failed is tried again."""


class Credentials(Keeping):
    """`find` and `settle` for whoever asks a model; `rows` for people; `add` and the rest are `Keeping`'s."""

    def __init__(
        self,
        file: Path,
        environ: Mapping[str, str],
        keyring_wait: float = WAIT,
        *,
        key_files: Path | None = None,
        pi_file: Path | None = None,
        ask: Callable[[], Secret | None] = lambda: None,
    ) -> None:
        """`key_files`, `ask`: see `Master`; `pi_file`: pi's auth.json, where it is to be read."""
        super().__init__(file, key_files or file.parent / "keys", keyring_wait, ask)
        self.environ, self.pi_file = environ, pi_file
        self.commands = Commands()
        self._pi: tuple[State | None, list[pi.Entry]] = (None, [])
        self._flights: dict[str, threading.Lock] = {}
        self._failed: dict[str, tuple[Secret, float, PicodeError]] = {}

    @classmethod
    def at(
        cls, paths: Paths, environ: Mapping[str, str], *, pi_too: bool = True,
        ask: Callable[[], Secret | None] = lambda: None,
    ) -> "Credentials":  # fmt: skip
        """The user's own, with the passphrase that the environment has."""
        of_pi = pi_directory(environ) / "auth.json" if pi_too else None
        made = cls(paths.credentials, environ, key_files=paths.state / "keys", pi_file=of_pi, ask=ask)
        if passphrase := environ.get(PASSPHRASE):
            made.master.give(Secret(passphrase))
        return made

    def find(self, provider: str) -> Found | None:
        """The key, looked for afresh: a new one counts without a restart. Raises what is wrong with the file."""
        return lent(provider) or next(self._sources(provider), None)

    def have(self, provider: str) -> Found | None:
        """As `find`; in a thread, after `settle`. Raises PicodeError."""
        if not _on_loop() and self.due(provider):
            self.settle(provider)
        return self.find(provider)

    def rows(self) -> list[tuple[str, list[str]]]:
        """(provider, where its keys are from, the one that counts first); a sentence where one cannot be had."""
        try:
            kept = list(self.kept().keys)
        except PicodeError:
            kept = []
        names = dict.fromkeys([*VARIABLES, *kept, *(entry.provider for entry in self._of_pi())])
        rows = [(name, list(self._origins(name))) for name in names]
        return [(name, origins) for name, origins in rows if origins]

    def listed(self) -> list[tuple[str, str]]:
        """(provider, where its key comes from), for each that has one; never the key."""
        self.kept()
        return [(name, origins[0]) for name, origins in self.rows()]

    def _origins(self, provider: str) -> Iterator[str]:
        try:
            for found in self._sources(provider):
                yield found.origin
        except PicodeError as error:
            yield str(error)

    def _sources(self, provider: str) -> Iterator[Found]:
        kept, broken = Kept(), None
        try:
            kept = self.kept()
        except PicodeError as error:
            broken = error
        entry = kept.keys.get(provider, {})
        if entry.get("keyring") and (key := self.ring.get(provider, QUICK if _on_loop() else None)):
            yield Found(Secret(key), "the keyring")
        if command := entry.get("command"):
            yield self._said(str(command), f"the command {str(command).split()[0]} …")
        variable = variable_of(provider)
        if value := self.environ.get(variable, "").strip():
            yield Found(Secret(value), f"{variable} in the environment")
        if broken is not None:
            raise broken
        if found := self._in_file(provider, kept):
            yield found
        for other in self._of_pi():
            if other.provider == provider and other.key:
                yield Found(other.key, "pi's auth.json")
            elif other.provider == provider and other.command:
                yield self._said(other.command, "a command in pi's auth.json")

    def _said(self, command: str, origin: str) -> Found:
        if self.commands.known(command):
            return Found(self.commands.said(command), origin)
        return Found(Later(lambda: self.commands.said(command)), origin)

    def _in_file(self, provider: str, kept: Kept) -> Found | None:
        opened = self.opened(provider, kept, QUICK if _on_loop() else None)
        if isinstance(opened, Tokens):
            return Found(opened.access, "a sign-in", bearer=True)
        return Found(opened, str(self.file)) if opened else None

    def _of_pi(self) -> list[pi.Entry]:
        if self.pi_file is None or (now := state(self.pi_file)) is None:
            return []
        if now != self._pi[0]:
            try:
                self._pi = now, [one for one in pi.read(self.pi_file, self.environ) if not one.tokens]
            except PicodeError:
                # it is another program's; `picode auth import` says what is wrong with it
                self._pi = now, []
        return self._pi[1]

    # --- what takes its time

    def takes_time(self, provider: str) -> bool:
        """Whether `settle` can ever have something to do for this provider."""
        try:
            kept = self.kept()
        except PicodeError:
            return False
        entry = kept.keys.get(provider, {})
        if entry.get("keyring") or entry.get("command") or entry.get("type") == "oauth":
            return True
        return not self.is_open(provider, kept) or any(
            one.provider == provider and one.command for one in self._of_pi()
        )

    def due(self, provider: str) -> bool:
        """Whether `settle` has something to do: then the key is not to be taken before."""
        if lent(provider):
            return False
        try:
            kept = self.kept()
            entry = kept.keys.get(provider, {})
            if entry.get("keyring") and not self.ring.known(provider):
                return True
            if entry.get("sealed") and not self.is_open(provider, kept):
                return True
            found = next(self._sources(provider), None)
        except PicodeError:
            return False
        if found is None:
            return False
        return isinstance(found.secret, Later) or (found.bearer and self._is_due(provider, kept))

    def settle(self, provider: str) -> None:
        """Ask the keyring, run the command, refresh the sign-in: whatever is due. Blocks for a bounded time.

        Raises PicodeError; a refresh that fails while the token is still good is tried again later."""
        found = self.find(provider)
        if found is None:
            return
        if isinstance(found.secret, Later):
            found.secret.reveal()
        elif found.bearer and self._is_due(provider, self.kept()):
            self._refresh(provider, found.secret)

    def again(self, provider: str, refused: Secret) -> bool:
        """The provider refused this key: whether there is another now. Blocks; raises PicodeError."""
        kept = self.kept()
        entry = kept.keys.get(provider, {})
        if command := entry.get("command"):
            self.commands.forget(str(command))
        if entry.get("keyring"):
            self.ring.forget(provider)
        found = self.find(provider)
        if found is not None and found.bearer and found.secret == refused:
            self._refresh(provider, refused)
            found = self.find(provider)
        return found is not None and found.secret.reveal() != refused.reveal()

    def _is_due(self, provider: str, kept: Kept) -> bool:
        tokens = self.opened(provider, kept)
        return isinstance(tokens, Tokens) and tokens.due(time.time())

    def _refresh(self, provider: str, stale: Secret) -> None:
        """One at a time, in this process and in all others; whoever waited takes what the first one got."""
        with self._flights.setdefault(provider, threading.Lock()), locked(self.file, "refresh"):
            tokens = self.opened(provider, self.kept())
            if not isinstance(tokens, Tokens) or tokens.access != stale:
                return
            of, until, error = self._failed.get(provider, (None, 0.0, None))
            if error is not None and of == stale and time.monotonic() < until:
                raise error
            try:
                self.add_tokens(provider, refreshed(tokens))
            except SignInEnded as failure:
                self._failed[provider] = stale, float("inf"), failure
                raise
            except Unavailable as failure:
                self._failed[provider] = stale, time.monotonic() + AGAIN_AFTER, failure
                if tokens.ended(time.time()) or not tokens.due(time.time()):
                    raise


def _on_loop() -> bool:
    """Whether an event loop runs in this thread, which is not to be held up."""
    asyncio = sys.modules.get("asyncio.events")
    return asyncio is not None and asyncio._get_running_loop() is not None
