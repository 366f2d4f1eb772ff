"""Tokens for Google Cloud: from a service account's key (a signed JWT), or from what `gcloud` keeps of a sign-in.

A token is fetched once for all who wait for it, and again before it ends.
"""

import asyncio
import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from picode.providers import failures
from picode.providers.base import ModelFailed
from picode.providers.failures import Asked
from picode.providers.http import Http
from picode.tasks import spawn

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
TOKENS = "https://oauth2.googleapis.com/token"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
EARLY = 300.0
"""Seconds before its end from which on a token is fetched anew."""
BOUND = 30.0
"""Seconds until the server of tokens has answered."""


@dataclass(frozen=True)
class Account:
    """A file of credentials, read."""

    file: Path
    kind: str
    facts: dict[str, Any] = field(repr=False)

    @property
    def project(self) -> str:
        return str(self.facts.get("project_id") or self.facts.get("quota_project_id") or "")


def file_of(environ: Mapping[str, str]) -> Path:
    """Where the credentials are: named by GOOGLE_APPLICATION_CREDENTIALS, or where `gcloud` puts them."""
    if named := environ.get("GOOGLE_APPLICATION_CREDENTIALS", "").strip():
        return Path(named).expanduser()
    home = environ.get("CLOUDSDK_CONFIG", "").strip() or f"{environ.get('HOME', '~')}/.config/gcloud"
    return Path(home).expanduser() / "application_default_credentials.json"


def account(environ: Mapping[str, str]) -> Account:
    """Raises ModelFailed with what is wrong with the file."""
    file = file_of(environ)
    hint = "Set GOOGLE_APPLICATION_CREDENTIALS, or run `gcloud auth application-default login`."
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
        kind = str(facts["type"])
    except FileNotFoundError:
        raise ModelFailed("no_key", f"There are no credentials of Google Cloud at {file}.", hint) from None
    except OSError as error:
        raise ModelFailed("no_key", f"The file {file} cannot be read: {error.strerror}.", hint) from None
    except (ValueError, TypeError, KeyError):
        raise ModelFailed("no_key", f"The file {file} is no file of credentials.", hint) from None
    needed = {
        "service_account": ("client_email", "private_key"),
        "authorized_user": ("client_id", "client_secret", "refresh_token"),
    }.get(kind)
    if needed is None:
        raise ModelFailed(
            "no_key", f"The file {file} has credentials of the kind {kind}, which is not known.", hint
        )
    if missing := [name for name in needed if not isinstance(facts.get(name), str)]:
        raise ModelFailed("no_key", f"The file {file} has no {' and no '.join(missing)}.", hint)
    return Account(file, kind, facts)


class Tokens:
    """One for the daemon."""

    def __init__(self, http: Http, environ: Mapping[str, str]) -> None:
        self._http, self._environ = http, environ
        self._known: dict[str, tuple[str, float]] = {}
        self._flights: dict[str, asyncio.Task[str | ModelFailed]] = {}

    async def token(self, asked: Asked) -> str:
        """A token that is good for a while. Raises ModelFailed."""
        found = await asyncio.to_thread(account, self._environ)
        key = f"{found.file}\0{found.facts.get('client_email') or found.facts.get('client_id')}"
        token, end = self._known.get(key, ("", 0.0))
        if token and time.monotonic() < end - EARLY:
            return token
        if key not in self._flights:
            flight = spawn(self._flight(key, found, asked), "token of Google Cloud")
            self._flights[key] = flight
            flight.add_done_callback(lambda _: self._flights.pop(key, None))
        # who is cancelled leaves the others waiting
        got = await asyncio.shield(self._flights[key])
        if isinstance(got, ModelFailed):
            raise got
        return got

    def forget(self) -> None:
        """The server refused the token that there was."""
        self._known.clear()

    async def _flight(self, key: str, found: Account, asked: Asked) -> str | ModelFailed:
        try:
            token, seconds = await self._fetched(found, asked)
        except ModelFailed as failure:
            return failure
        self._known[key] = (token, time.monotonic() + seconds)
        return token

    async def _fetched(self, found: Account, asked: Asked) -> tuple[str, float]:
        address = str(found.facts.get("token_uri") or TOKENS)
        asked = Asked(
            asked.provider, "Google Cloud", address, asked.model, "GOOGLE_APPLICATION_CREDENTIALS",
            asked.base_variable, tuple(str(found.facts.get(name, "")) for name in ("refresh_token", "client_secret")),
        )  # fmt: skip
        form = await asyncio.to_thread(_form, found, address)
        try:
            async with asyncio.timeout(BOUND):
                client = await self._http.client()
                answer = await client.post(address, data=form)
        except TimeoutError as error:
            raise failures.silence(asked, BOUND, False) from error
        except Exception as error:
            raise failures.of_exception(asked, error, False) from error
        if answer.status_code != 200:
            failure = failures.of_status(asked, answer.status_code, dict(answer.headers), answer.content)
            # `invalid_grant` is a 400: whoever is refused there needs other credentials
            if answer.status_code == 400:
                failure.kind, failure.hint = "bad_key", f"Check {found.file}."
            raise failure
        try:
            told = answer.json()
            return str(told["access_token"]), float(told.get("expires_in", 3600))
        except (ValueError, TypeError, KeyError) as error:
            raise failures.nonsense(asked, "it has no access_token") from error


def _form(found: Account, address: str) -> dict[str, str]:
    if found.kind == "service_account":
        return {"grant_type": GRANT, "assertion": assertion(found, address, int(time.time()))}
    names = ("client_id", "client_secret", "refresh_token")
    return {"grant_type": "refresh_token", **{name: str(found.facts[name]) for name in names}}


def assertion(found: Account, address: str, now: int) -> str:
    """The JWT that a service account signs: who it is, what for, and until when; RS256."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    head = {"alg": "RS256", "typ": "JWT", "kid": str(found.facts.get("private_key_id", ""))}
    claims = {
        "iss": found.facts["client_email"], "scope": SCOPE, "aud": address, "iat": now, "exp": now + 3600,
    }  # fmt: skip
    told = b".".join(_coded(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))
    try:
        key = serialization.load_pem_private_key(found.facts["private_key"].encode(), None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("it is no RSA key")
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ModelFailed(
            "no_key", f"The private_key in {found.file} is none.", "Make a new key for the service account."
        ) from None
    return b".".join([told, _coded(key.sign(told, padding.PKCS1v15(), hashes.SHA256()))]).decode()


def _coded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
