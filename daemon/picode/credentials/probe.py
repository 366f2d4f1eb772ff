"""Whether a provider takes a key: one small question to it, which costs nothing."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from picode.credentials.oauth_data import safe
from picode.credentials.oauth_http import get
from picode.credentials.secret import Found, quoted
from picode.errors import PicodeError

WAIT = 10.0
FORMS = {
    "anthropic-messages": ("x-api-key", "/v1/models?limit=1"),
    "openai-completions": ("authorization", "/models"),
    "openai-responses": ("authorization", "/models"),
    "google-generative-ai": ("x-goog-api-key", "/v1beta/models?pageSize=1"),
}
"""The header that a key is in, and a list that only who has one may read; by the API's form."""
COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/|,(?=\s*[}\]])', re.DOTALL)


@dataclass(frozen=True)
class Server:
    """Where a provider is asked, and in which form."""

    base: str
    form: str
    variable: str = ""
    """The variable that sends it elsewhere."""


SERVERS = {
    "anthropic": Server("https://api.anthropic.com", "anthropic-messages", "ANTHROPIC_BASE_URL"),
    "openai": Server("https://api.openai.com/v1", "openai-completions", "OPENAI_BASE_URL"),
    "gemini": Server(
        "https://generativelanguage.googleapis.com", "google-generative-ai", "GOOGLE_GEMINI_BASE_URL"
    ),
}


@dataclass(frozen=True)
class Tried:
    """`why`: what the server said, or why nobody could be asked."""

    outcome: Literal["good", "refused", "unknown"]
    why: str = ""


def tried(
    provider: str, found: Found, models: Path | None = None, environ: Mapping[str, str] = os.environ
) -> Tried:
    """Blocks for ten seconds at most. `models`: the user's models.json, for providers of one's own."""
    server = SERVERS.get(provider) or described(provider, models)
    if server is None:
        return Tried("unknown", "it is not known where to ask")
    header, path = FORMS[server.form]
    base = (environ.get(server.variable, "").strip() or server.base).rstrip("/")
    base = base.removesuffix("/chat/completions").removesuffix(path.partition("?")[0].removesuffix("/models"))
    if ".azure." in base:
        return Tried("unknown", "Azure has no list that a key alone opens")
    headers = {**found.headers(header), "anthropic-version": "2023-06-01"} | (
        {"anthropic-beta": "oauth-2025-04-20"} if found.bearer and provider == "anthropic" else {}
    )
    try:
        status, said = get(safe(base) + path, headers, WAIT)
    except PicodeError as error:
        return Tried("unknown", error.message.rstrip("."))
    told = _words(said)
    if status in (401, 403) or (status == 400 and "api key" in told.lower()):
        return Tried("refused", told or f"status {status}")
    return Tried("good") if status == 200 else Tried("unknown", told or f"status {status}")


def described(provider: str, models: Path | None) -> Server | None:
    """What models.json says of a provider of one's own; None: nothing that can be asked."""
    entry = providers(models).get(provider, {})
    base, form = str(entry.get("baseUrl") or ""), str(entry.get("api") or "")
    return Server(base, form) if base and form in FORMS else None


def providers(models: Path | None) -> dict[str, dict[str, object]]:
    """The providers of a models.json; what is wrong with it is the daemon's to tell."""
    try:
        text = models.read_text(encoding="utf-8") if models else ""
        found = json.loads(COMMENT.sub(lambda match: match[1] or "", text))["providers"]
        return {str(name): entry for name, entry in found.items() if isinstance(entry, dict)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _words(said: Mapping[str, object]) -> str:
    inner = said.get("error", said)
    if isinstance(inner, dict):
        inner = inner.get("message") or inner.get("error_description") or ""
    return quoted(inner) if isinstance(inner, str) else ""
