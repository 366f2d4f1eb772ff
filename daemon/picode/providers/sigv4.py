"""AWS's Signature Version 4 of one request. Pure; tried with AWS's own test vectors."""

import hashlib
import hmac
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlsplit


@dataclass(frozen=True)
class Keys:
    """`token`: of a session; empty for lasting keys."""

    access: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Scope:
    """`time`: UTC as `20150830T123600Z`."""

    region: str
    service: str
    time: str

    @property
    def text(self) -> str:
        return f"{self.time[:8]}/{self.region}/{self.service}/aws4_request"


def signed(
    method: str, url: str, headers: dict[str, str], body: bytes, *, keys: Keys, scope: Scope
) -> dict[str, str]:
    """`headers` with the date, the session's token and `authorization`; names in small letters.

    `url`: as it goes over the wire. All of `headers` are signed."""
    parts = urlsplit(url)
    named = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    named |= {"host": parts.netloc, "x-amz-date": scope.time}
    if keys.token:
        named["x-amz-security-token"] = keys.token
    names = ";".join(sorted(named))
    canonical = "\n".join(
        [
            method, quote(parts.path or "/", safe="/-._~"), _query(parts.query),
            *(f"{name}:{named[name]}" for name in sorted(named)), "", names, hashlib.sha256(body).hexdigest(),
        ]
    )  # fmt: skip
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"AWS4-HMAC-SHA256\n{scope.time}\n{scope.text}\n{hashed}"
    key = f"AWS4{keys.secret}".encode()
    for word in scope.text.split("/"):
        key = _hmac(key, word)
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    told = f"Credential={keys.access}/{scope.text}, SignedHeaders={names}, Signature={signature}"
    return named | {"authorization": f"AWS4-HMAC-SHA256 {told}"}


def _query(query: str) -> str:
    pairs = sorted(
        (quote(name, safe="-._~"), quote(value, safe="-._~"))
        for name, value in parse_qsl(query, keep_blank_values=True)
    )
    return "&".join(f"{name}={value}" for name, value in pairs)


def _hmac(key: bytes, word: str) -> bytes:
    return hmac.new(key, word.encode(), hashlib.sha256).digest()
