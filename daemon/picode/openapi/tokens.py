"""Tokens that a document's OAuth 2 server gives for a client's id and secret (`clientCredentials`); blocks, so it
belongs into a thread. One request for all who wait for the same token, and a new one before its end.
"""

import threading
import time
from typing import Any

from picode.errors import NotAllowed, Unavailable
from picode.openapi.security import Scheme

EARLY = 60.0
"""Seconds before its end from which on a token is fetched anew."""
SECONDS = 20.0


class Tokens:
    """One for the daemon."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], tuple[str, float]] = {}
        self._locks: dict[tuple[str, ...], threading.Lock] = {}

    def token(self, scheme: Scheme, client: str, secret: str) -> str:
        """Raises NotAllowed where the server refuses the client, Unavailable where it does not answer."""
        key = (scheme.token_url, client, secret, *scheme.scopes)
        with self._locks.setdefault(key, threading.Lock()):
            token, end = self._known.get(key, ("", 0.0))
            if not token or time.monotonic() > end - EARLY:
                token, seconds = _fetched(scheme, client, secret)
                self._known[key] = (token, time.monotonic() + seconds)
            return token

    def forget(self) -> None:
        """What there was, was refused."""
        self._known.clear()


def _fetched(scheme: Scheme, client: str, secret: str) -> tuple[str, float]:
    import httpx

    form = {"grant_type": "client_credentials"} | (
        {"scope": " ".join(scheme.scopes)} if scheme.scopes else {}
    )
    where = scheme.token_url
    try:
        answer = httpx.post(where, data=form, auth=(client, secret), timeout=SECONDS)
        told: Any = answer.json() if answer.status_code == 200 else {}
        token = told.get("access_token") if isinstance(told, dict) else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        said = str(error) or type(error).__name__
        raise Unavailable(f"{where} gave no token: {said.rstrip('.')}.", "Try again in a moment.") from None
    if answer.status_code in (400, 401, 403):
        raise NotAllowed(
            f"{where} refused the client {scheme.name} (status {answer.status_code}).",
            "Check its id and its secret.",
        )
    if not isinstance(token, str) or not token:
        raise Unavailable(f"{where} gave no token (status {answer.status_code}).", "Try again in a moment.")
    seconds = told.get("expires_in")
    return token, float(seconds) if isinstance(seconds, int | float) else 3600.0
