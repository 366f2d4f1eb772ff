"""Tokens of OAuth: got for a code, refreshed before they end, and given back.

What is kept has all that a refresh needs, so that a change of oauth.json ends nobody's sign-in.
"""

import base64
import time
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote_plus

from picode.credentials.oauth_data import Client, safe
from picode.credentials.oauth_http import post
from picode.credentials.secret import Secret, quoted
from picode.errors import NotAllowed, PicodeError, Unavailable

EARLY = 300.0
"""Seconds before its end at which a token is refreshed; a tenth of its life where that is less."""


class SignInEnded(NotAllowed):
    """The authorization server takes the refresh token no more: only a person can sign in again."""


@dataclass(frozen=True)
class Tokens:
    """`expires`: seconds since 1970, 0: nobody said; `life`: seconds that the access token was given."""

    access: Secret
    client: Client
    refresh: Secret | None = None
    expires: float = 0.0
    life: float = 0.0

    def due(self, now: float) -> bool:
        """Whether it is time to refresh."""
        return bool(self.expires) and now >= self.expires - min(EARLY, self.life / 10)

    def ended(self, now: float) -> bool:
        return bool(self.expires) and now >= self.expires

    def written(self) -> dict[str, Any]:
        """As it is sealed."""
        secret = self.client.client_secret
        return {
            "type": "oauth", "access": self.access.reveal(), "refresh": self.refresh.reveal() if self.refresh else "",
            "expires": self.expires, "life": self.life, "client_id": self.client.client_id,
            "client_secret": secret.reveal() if secret else "", "basic": self.client.basic, "token": self.client.token,
            "revocation": self.client.revocation,
        }  # fmt: skip


def read(provider: str, said: dict[str, Any]) -> Tokens:
    """What `written` wrote. Raises KeyError, TypeError, ValueError."""
    secret = said.get("client_secret")
    client = Client(
        provider, str(said["client_id"]), Secret(secret) if secret else None, bool(said.get("basic")),
        token=str(said["token"]), revocation=str(said.get("revocation") or ""),
    )  # fmt: skip
    refresh = said.get("refresh")
    return Tokens(
        Secret(str(said["access"])), client, Secret(str(refresh)) if refresh else None,
        float(said.get("expires") or 0), float(said.get("life") or 0),
    )  # fmt: skip


def asked(client: Client, form: dict[str, str], doing: str) -> Tokens:
    """The answer of the token endpoint. Raises SignInEnded, Unavailable; `doing`: for its sentence."""
    status, found = answer(client, client.token, form)
    return granted(client, status, found, doing)


def answer(client: Client, url: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Ask as this client. Raises Unavailable."""
    headers, sent = {}, {"client_id": client.client_id, **form}
    if client.client_secret and client.basic:
        pair = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret.reveal())}"
        headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        del sent["client_id"]
    elif client.client_secret:
        sent["client_secret"] = client.client_secret.reveal()
    return post(safe(url), sent, headers)


def granted(client: Client, status: int, found: dict[str, Any], doing: str) -> Tokens:
    access = found.get("access_token")
    if status == 200 and isinstance(access, str) and access:
        refresh = found.get("refresh_token")
        life = _number(found.get("expires_in"))
        return Tokens(
            Secret(access), client, Secret(str(refresh)) if refresh else None,
            time.time() + life if life else 0.0, life,
        )  # fmt: skip
    said = quoted(str(found.get("error_description") or found.get("error") or f"status {status}"))
    text = f"{client.provider} refused {doing}: {said.rstrip('.')}."
    if status in (400, 401, 403) and found.get("error"):
        raise SignInEnded(text, f"Sign in again with `picode auth login {client.provider}`.")
    raise Unavailable(text, "Try again in a moment.")


def refreshed(tokens: Tokens) -> Tokens:
    """New tokens; a refresh token that is not replaced stays. Raises SignInEnded, Unavailable."""
    client = tokens.client
    if tokens.refresh is None:
        raise SignInEnded(
            f"The sign-in at {client.provider} has ended.",
            f"Sign in again with `picode auth login {client.provider}`.",
        )
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh.reveal()}
    new = asked(client, form, "to go on with the sign-in")
    return new if new.refresh else replace(new, refresh=tokens.refresh)


def revoke(tokens: Tokens) -> bool:
    """Tell the server that the tokens are done with, where it can be told; whether it took it."""
    if not tokens.client.revocation:
        return False
    token = tokens.refresh or tokens.access
    try:
        status, _ = answer(tokens.client, tokens.client.revocation, {"token": token.reveal()})
    except PicodeError:
        return False
    return status == 200


def _number(said: object) -> float:
    try:
        return max(0.0, float(said))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return 0.0
