"""Signing in without a browser on this machine: a code to type in elsewhere (RFC 8628)."""

import threading
import time

from picode.credentials import oauth
from picode.credentials.oauth import Tokens
from picode.credentials.oauth_data import Client, safe
from picode.credentials.secret import Secret, quoted
from picode.errors import ConfigError, NotAllowed, Unavailable

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
OFTEN = 0.1
"""Seconds between two questions at least, whatever the server says."""
SLOWER = 5.0
LONGEST = 900.0
"""Seconds that a person has at most."""


class Device:
    """One sign-in: `address` and `code` are for the person, `wait` gives the tokens."""

    def __init__(self, client: Client) -> None:
        """Asks the server for a code. Raises ConfigError, NotAllowed, Unavailable."""
        if not client.device or not client.token:
            raise ConfigError(
                f"One cannot sign in at {client.provider} with a code.", "Try without --device."
            )
        self._client = client
        scope = {"scope": " ".join(client.scopes)} if client.scopes else {}
        status, said = oauth.answer(client, client.device, scope)
        if status != 200 or not all(isinstance(said.get(name), str) for name in ("device_code", "user_code")):
            why = quoted(str(said.get("error_description") or said.get("error") or f"status {status}"))
            raise Unavailable(f"{client.provider} gives no code for a sign-in: {why.rstrip('.')}.")
        self._secret = Secret(said["device_code"])
        self.code = quoted(said["user_code"], 40)
        self.address = quoted(
            safe(str(said.get("verification_uri") or said.get("verification_url") or "")), 300
        )
        self._interval = max(OFTEN, _seconds(said.get("interval"), SLOWER))
        self._until = time.monotonic() + min(LONGEST, _seconds(said.get("expires_in"), LONGEST))
        self._stop = threading.Event()

    def wait(self) -> Tokens:
        """Blocks until the person has typed the code. Raises NotAllowed, Unavailable."""
        while time.monotonic() < self._until:
            if self._stop.wait(self._interval):
                raise NotAllowed("The sign-in was given up; nothing was changed.")
            try:
                form = {"grant_type": GRANT, "device_code": self._secret.reveal()}
                status, said = oauth.answer(self._client, self._client.token, form)
            except Unavailable:
                # the network may come back while the person types
                self._interval += SLOWER
                continue
            match said.get("error"):
                case "authorization_pending":
                    continue
                case "slow_down":
                    self._interval += SLOWER
                case "access_denied":
                    raise NotAllowed(f"The sign-in at {self._client.provider} was refused there.")
                case "expired_token":
                    break
                case _:
                    return oauth.granted(self._client, status, said, "the sign-in")
        raise Unavailable(f"Nobody typed the code at {self._client.provider} in time.", "Try again.")

    def cancel(self) -> None:
        self._stop.set()

    def close(self) -> None:
        """There is nothing to let go of."""


def _seconds(said: object, otherwise: float) -> float:
    try:
        return max(0.0, float(said))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return otherwise
