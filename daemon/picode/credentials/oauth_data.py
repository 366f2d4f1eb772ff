"""Where one signs in, as data: what is packaged in oauth.json, and the user's own oauth.json over it.

    {"providers": {"mine": {"issuer": "https://id.example.org", "client_id": "picode", "scopes": ["models"]}}}

With an `issuer` the addresses are asked from it (RFC 8414, OpenID Connect); each can be written down instead.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from picode.credentials.oauth_http import get
from picode.credentials.secret import Secret
from picode.errors import ConfigError, Unavailable

ENDPOINTS = (
    "authorization_endpoint",
    "token_endpoint",
    "device_authorization_endpoint",
    "revocation_endpoint",
)
KNOWN = {
    "issuer", "client_id", "client_secret", "scopes", "parameters", "redirect_host", "redirect_port", "redirect_path",
    "client_authentication", *ENDPOINTS,
}  # fmt: skip
PACKAGED = Path(__file__).with_name("oauth.json")
VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


@dataclass(frozen=True)
class Client:
    """What one signs in with: PiCode's registration at an authorization server, and that server's addresses."""

    provider: str
    client_id: str
    client_secret: Secret | None = None
    basic: bool = False
    """The client shows its secret in an `Authorization` header, not in the form."""
    issuer: str = ""
    authorization: str = ""
    token: str = ""
    device: str = ""
    revocation: str = ""
    scopes: tuple[str, ...] = ()
    parameters: dict[str, str] = field(default_factory=dict)
    """What this server wants besides, at the beginning."""
    redirect_host: str = "127.0.0.1"
    redirect_port: int = 0
    """0: any that is free."""
    redirect_path: str = "/callback"


def said(file: Path) -> dict[str, dict[str, Any]]:
    """What is written of each provider. Raises ConfigError."""
    found = _read(PACKAGED)
    for name, own in _read(file).items():
        found[name] = {**found.get(name, {}), **own}
    return found


def names(file: Path) -> list[str]:
    """The providers that one can sign in at."""
    return [name for name, entry in said(file).items() if entry.get("client_id")]


def client(
    file: Path, provider: str, environ: Mapping[str, str] = os.environ, known: Mapping[str, Any] | None = None
) -> Client:
    """Asks the issuer where an address is not written down. `known`: what is said elsewhere, in the same fields.

    Raises ConfigError, Unavailable."""
    entry = {**(known or {}), **said(file).get(provider, {})}
    if not entry.get("client_id"):
        raise ConfigError(
            f"How one signs in at {provider} is not known.",
            f"Write its client_id and its issuer into {file}; docs/credentials.md shows the form.",
        )
    if entry.get("issuer") and not entry.get("token_endpoint"):
        entry = {**discovered(str(entry["issuer"])), **entry}
    addresses = {name: safe(str(entry.get(name) or "")) for name in ENDPOINTS}
    secret = VARIABLE.sub(lambda m: environ.get(m[1] or m[2], ""), str(entry.get("client_secret") or ""))
    return Client(
        provider, str(entry["client_id"]), Secret(secret) if secret else None,
        entry.get("client_authentication") == "basic", str(entry.get("issuer") or ""),
        addresses["authorization_endpoint"], addresses["token_endpoint"],
        addresses["device_authorization_endpoint"], addresses["revocation_endpoint"],
        tuple(entry.get("scopes") or ()), dict(entry.get("parameters") or {}),
        str(entry.get("redirect_host") or "127.0.0.1"), int(entry.get("redirect_port") or 0),
        str(entry.get("redirect_path") or "/callback"),
    )  # fmt: skip


def discovered(issuer: str) -> dict[str, Any]:
    """What the issuer says of itself."""
    issuer = safe(issuer).rstrip("/")
    parts = urlsplit(issuer)
    root = f"{parts.scheme}://{parts.netloc}"
    places = [
        f"{root}/.well-known/oauth-authorization-server{parts.path}",
        f"{issuer}/.well-known/openid-configuration",
    ]
    for place in places:
        status, found = get(place)
        if status == 200 and str(found.get("issuer", "")).rstrip("/") == issuer:
            methods = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
            basic = "client_secret_post" not in methods and "client_secret_basic" in methods
            told = {name: found[name] for name in ENDPOINTS if isinstance(found.get(name), str)}
            return {**told, "client_authentication": "basic" if basic else "post"}
    raise Unavailable(f"{issuer} does not say how one signs in.", "Write its endpoints into oauth.json.")


def safe(address: str) -> str:
    """Keys go over TLS, or do not leave this machine. Raises ConfigError."""
    parts = urlsplit(address)
    if not address or parts.scheme == "https" or parts.hostname in ("127.0.0.1", "::1", "localhost"):
        return address
    raise ConfigError(f"The address {address} is not safe for keys.", "It has to begin with https://.")


def _read(file: Path) -> dict[str, dict[str, Any]]:
    try:
        whole = json.loads(file.read_text(encoding="utf-8"))
        providers = whole["providers"]
        for name, entry in providers.items():
            if not isinstance(entry, dict) or not all(map(_fits, entry.items())):
                raise ConfigError(f"{file}: what is written of {name} has a wrong form.")
            if unknown := set(entry) - KNOWN:
                raise ConfigError(f"{file}: {name} has {sorted(unknown)[0]}, which means nothing here.")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"The file {file} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f'{file} is not of the form {{"providers": {{…}}}}: {error}.') from error
    return dict(providers)


def _fits(item: tuple[str, object]) -> bool:
    name, value = item
    match name:
        case "scopes":
            return isinstance(value, list) and all(isinstance(one, str) for one in value)
        case "parameters":
            return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
        case "redirect_port":
            return isinstance(value, int) and 0 <= value < 65536
    return isinstance(value, str)
