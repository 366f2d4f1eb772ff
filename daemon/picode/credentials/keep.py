"""Keeping keys and sign-ins: in the keyring, or in the encrypted file; every change whole or not at all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from picode.credentials import file as files
from picode.credentials import oauth, seal
from picode.credentials.file import Kept, locked
from picode.credentials.keyring import Ring
from picode.credentials.master import Locked, Master
from picode.credentials.oauth import Tokens
from picode.credentials.secret import Secret, check
from picode.errors import BadData, Missing, PicodeError, UsageError


class Keeping:
    """The file, the keyring, and what opens the file."""

    def __init__(
        self, file: Path, key_files: Path, keyring_wait: float, ask: Callable[[], Secret | None]
    ) -> None:
        self.file = file
        self.ring = Ring(keyring_wait)
        self.master = Master(key_files, self.ring, ask)
        self._seen: tuple[files.State | None, Kept | None] = (None, None)
        self._opened: dict[str, tuple[str, Secret | Tokens]] = {}

    def kept(self) -> Kept:
        """What the file says, not to be changed; read again when it has changed, and what the keyring said is
        forgotten then."""
        # before it is read: a change while it is read is seen the next time
        state = files.state(self.file)
        state_before, kept = self._seen
        if kept is None or state != state_before:
            for provider, entry in kept.keys.items() if kept else ():
                if entry.get("keyring"):
                    self.ring.forget(provider)
            kept = files.read(self.file)
            self._seen = state, kept
        return kept

    def opened(self, provider: str, kept: Kept, wait: float | None = None) -> Secret | Tokens | None:
        """What the file holds of this provider; `wait`: for the keyring. Raises Locked, BadData."""
        entry = kept.keys.get(provider, {})
        if entry.get("key"):
            return Secret(str(entry["key"]))
        sealed = entry.get("sealed")
        if not sealed:
            return None
        before, value = self._opened.get(provider, ("", None))
        if before != sealed or value is None:
            value = _value(provider, self._unsealed(provider, str(sealed), self.master.of(kept.master, wait)))
            self._opened[provider] = str(sealed), value
        return value

    def is_open(self, provider: str, kept: Kept) -> bool:
        """Whether `opened` answers at once."""
        sealed = kept.keys.get(provider, {}).get("sealed")
        before, _ = self._opened.get(provider, ("", None))
        return not sealed or before == sealed or self.master.is_open(kept.master)

    def add(self, provider: str, key: str) -> str:
        """Keep the key; says where it is kept now."""
        key = check(key)
        with locked(self.file):
            kept = files.read(self.file)
            entry: dict[str, Any] = {}
            if self.ring.put(provider, key):
                entry["keyring"] = True
            if not entry or kept.master.get("from") == "passphrase":
                # with a passphrase the file is a copy that outlives the keyring
                try:
                    entry |= self._sealed(provider, kept, {"type": "api_key", "key": key})
                except Locked:
                    if not entry:
                        raise
            self._put(kept, provider, entry)
        return "the keyring" if entry.get("keyring") else f"{self.file}, encrypted"

    def add_command(self, provider: str, command: str) -> None:
        """From now on the key is what this command prints."""
        if not command.strip():
            raise UsageError("Behind the ! there is no command.")
        with locked(self.file):
            self._put(files.read(self.file), provider, {"command": command.strip()})

    def add_tokens(self, provider: str, tokens: Tokens) -> str:
        """Keep a sign-in; says where."""
        with locked(self.file):
            kept = files.read(self.file)
            self._put(kept, provider, self._sealed(provider, kept, tokens.written()))
        return f"{self.file}, encrypted"

    def remove(self, provider: str) -> str:
        """Forget the key; says where it was kept."""
        with locked(self.file):
            kept = files.read(self.file)
            entry = kept.keys.get(provider)
            if entry is None:
                raise Missing(f"No key for {provider} is kept.", "`picode auth list` shows which there are.")
            self._put(kept, provider, None)
        return "the keyring" if entry.get("keyring") else str(self.file)

    def tokens(self, provider: str) -> Tokens | None:
        """The sign-in at this provider, where there is one that can be opened."""
        try:
            found = self.opened(provider, self.kept())
        except PicodeError:
            return None
        return found if isinstance(found, Tokens) else None

    def unlock(self, passphrase: Secret) -> None:
        """The file opens with this until the process ends. Raises UsageError, Locked."""
        said = self.kept().master
        if said.get("from") != "passphrase":
            raise UsageError("The kept keys are not locked with a passphrase.")
        self.master.give(passphrase)
        self.master.of(said)

    def rotate(self, passphrase: Secret | None) -> str:
        """Another key for the file, of this passphrase or random, and everything under it anew; says where the key
        is. Whenever it is broken off, the file opens with the key that it names."""
        with locked(self.file):
            kept = files.read(self.file)
            values = {
                name: self._unsealed(name, str(entry["sealed"]), self.master.of(kept.master))
                for name, entry in kept.keys.items()
                if entry.get("sealed")
            }
            before = kept.master
            kept.master, key = self.master.made(passphrase)
            for name, value in values.items():
                kept.keys[name]["sealed"] = seal.seal(key, name, value)
            self._seal_plain(kept, key)
            files.write(self.file, kept)
            self.master.drop(before)
        return {
            "keyring": "in the keyring", "passphrase": "made from the passphrase, and kept nowhere",
        }.get(str(kept.master["from"]), f"in a file in {self.master.directory}")  # fmt: skip

    def _put(self, kept: Kept, provider: str, entry: dict[str, Any] | None) -> None:
        """`entry` in place of what there was; nothing that is no longer named stays in the keyring."""
        before = kept.keys.pop(provider, {})
        if before.get("keyring") and not (entry or {}).get("keyring"):
            self.ring.drop(provider)
        if entry is not None:
            kept.keys[provider] = entry
        if any("key" in one for one in kept.keys.values()):
            self._seal_plain(kept, self._key(kept))
        files.write(self.file, kept)

    def _seal_plain(self, kept: Kept, key: bytes) -> None:
        """What an older version left in the clear."""
        for name, entry in kept.keys.items():
            if plain := entry.pop("key", None):
                value = {"type": "api_key", "key": str(plain)}
                entry |= {"sealed": seal.seal(key, name, value), "type": "api_key"}

    def _sealed(self, provider: str, kept: Kept, value: dict[str, Any]) -> dict[str, Any]:
        return {"sealed": seal.seal(self._key(kept), provider, value), "type": value["type"]}

    def _key(self, kept: Kept) -> bytes:
        """The file's key; a new one where it has none, or where nothing needs the old one. Raises Locked."""
        needed = any(entry.get("sealed") for entry in kept.keys.values())
        try:
            if kept.master:
                return self.master.of(kept.master)
        except Locked:
            if needed or kept.master.get("from") == "passphrase":
                raise
        kept.master, key = self.master.made(self.master.given())
        return key

    def _unsealed(self, provider: str, sealed: str, key: bytes) -> dict[str, Any]:
        try:
            return seal.unseal(key, provider, sealed)
        except seal.Unsealable:
            raise BadData(
                f"What {self.file} holds of {provider} was changed by something else than PiCode.",
                f"Run `picode auth remove {provider}`, and add it again.",
            ) from None


def _value(provider: str, said: dict[str, Any]) -> Secret | Tokens:
    try:
        return oauth.read(provider, said) if said.get("type") == "oauth" else Secret(str(said["key"]))
    except (KeyError, TypeError, ValueError) as error:
        raise BadData(
            f"What is kept of {provider} is of a kind that is not known here.", "Update PiCode."
        ) from error
