"""The few requests that signing in and testing a key take: bounded, without redirects, and never quoted with a key."""

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from picode.errors import Unavailable

if TYPE_CHECKING:
    import httpx

WAIT = 15.0
"""Seconds for one request."""
MOST = 256 * 1024
"""Bytes of an answer."""


def get(url: str, headers: Mapping[str, str] | None = None, wait: float = WAIT) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of the answer; empty when it is none. Raises Unavailable."""
    return _ask("GET", url, {**(headers or {})}, None, wait)


def post(
    url: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None, wait: float = WAIT
) -> tuple[int, dict[str, Any]]:
    return _ask("POST", url, {**(headers or {})}, dict(form), wait)


@cache
def _client() -> "httpx.Client":
    """One for all threads: the certificates take 50 ms to read. No connection is kept open."""
    import httpx

    return httpx.Client(follow_redirects=False, limits=httpx.Limits(max_keepalive_connections=0))


def _ask(
    method: str, url: str, headers: dict[str, str], form: dict[str, str] | None, wait: float
) -> tuple[int, dict[str, Any]]:
    import httpx

    client = _client()
    host = urlsplit(url).hostname or "the address"
    body = bytearray()
    try:
        with (
            httpx.Client(timeout=wait, follow_redirects=False) as client,
            client.stream(
                method, url, headers={"accept": "application/json", **headers}, data=form
            ) as answer,
        ):
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > MOST:
                    break
            status = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        # the error's own text may have the address in it, and with it a key
        raise Unavailable(
            f"{host} cannot be reached ({type(error).__name__}).", "Check the network."
        ) from None
    try:
        found = json.loads(bytes(body))
    except (ValueError, RecursionError):
        found = {}
    return status, found if isinstance(found, dict) else {"list": found}
