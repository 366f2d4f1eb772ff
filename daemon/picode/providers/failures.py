"""What went wrong with a model call: one classification, from status, body or exception to `ModelFailed`.

Each has a kind, one whole sentence, and what to do. What a server says is quoted without control characters and
without anything that looks like a key.
"""

import email.utils
import json
import re
import socket
import ssl
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from picode.providers import phrases
from picode.providers.base import ModelFailed

RETRY_IN = re.compile(rb'"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"')


@dataclass(frozen=True)
class Asked:
    """Who was asked for what: all that a failure's sentence needs."""

    provider: str
    """As in a model's name: `anthropic`"""
    label: str
    """As in a sentence: `Anthropic`"""
    url: str
    model: str
    variable: str
    """The environment variable of its key."""
    base_variable: str
    secrets: tuple[str, ...] = field(default=(), repr=False)
    known: tuple[str, ...] = ()
    """Names that a model could have been meant by."""

    @property
    def host(self) -> str:
        try:
            parts = urlsplit(self.url)
            return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or self.url
        except ValueError:
            return self.url


def clean(text: str, secrets: tuple[str, ...] = (), longest: int = 300) -> str:
    """One line of what a server said: no control characters, no keys, and an end."""
    text = phrases.SECRET.sub("[key]", text)
    for secret in secrets:
        if secret:
            text = text.replace(secret, "[key]")
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def of_status(asked: Asked, status: int, headers: dict[str, str], body: bytes) -> ModelFailed:
    """An answer with another status than 200."""
    kind_said, said = _read(body)
    kind = _classify(status, kind_said, said)
    wait = retry_after(headers)
    if wait is None and (found := RETRY_IN.search(body[:20_000])):
        # Google says it in the body, and words a limit by the minute as it words an empty account
        wait = float(found[1])
        kind = "rate" if kind == "quota" and b"PerDay" not in body else kind
    return _tell(asked, kind, said, status, wait)


def of_event(asked: Asked, kind_said: str, said: str, status: int = 0) -> ModelFailed:
    """An error in the middle of a stream; `status`: the number that it gives itself."""
    return _tell(asked, _classify(status, kind_said, said), said, 0, None)


def of_exception(asked: Asked, error: BaseException, begun: bool) -> ModelFailed:
    """What httpx raised. `begun`: a part of the answer had come."""
    name = type(error).__name__
    if begun and name != "ConnectTimeout":
        return cut(asked)
    inner = list(_chain(error))
    kind, form, said = (
        _inside(inner) or phrases.EXCEPTIONS.get(name) or ("network", "network", _reason(inner))
    )
    if form in ("dns", "refused_connection") and (proxy := _proxy(asked.url)):
        kind, form, said = "network", "proxy_gone", proxy
    return _made(asked, kind, form, said or (str(error) if form in ("proxy", "bad_address") else ""))


def _proxy(url: str) -> str:
    """The proxy that stands before this address, without its password; empty: none does."""
    from urllib.request import getproxies, proxy_bypass

    try:
        parts, found = urlsplit(url), getproxies()
    except ValueError:
        return ""
    proxy = found.get(parts.scheme) or found.get("all", "")
    if not proxy or proxy_bypass(parts.hostname or ""):
        return ""
    return urlsplit(proxy if "//" in proxy else f"//{proxy}").netloc.rpartition("@")[2]


def _inside(errors: "list[BaseException]") -> tuple[str, str, str] | None:
    """Kind, form and words of the first error that says what the matter is."""
    for error in errors:
        if isinstance(error, socket.gaierror):
            return "network", "dns", ""
        if isinstance(error, ssl.SSLError):
            said = str(getattr(error, "verify_message", "") or error.reason or "")
            return "network", "tls", "it does not speak TLS" if said in phrases.NO_TLS else said
        if isinstance(error, ConnectionRefusedError) or re.search(r"Errno (111|61)\]", str(error)):
            return "network", "refused_connection", ""
    return None


def silence(asked: Asked, seconds: float, begun: bool) -> ModelFailed:
    return _made(asked, "timeout", "idle" if begun else "no_first_byte", f"{seconds:g}")


def cut(asked: Asked) -> ModelFailed:
    """The stream ended before its end."""
    return _made(asked, "cut", "cut", "")


def nonsense(asked: Asked, what: str) -> ModelFailed:
    """The stream's bytes are not what the API's description says."""
    return _made(asked, "protocol", "nonsense", what)


def no_stream(asked: Asked, content_type: str, body: bytes) -> ModelFailed:
    """Status 200, and no stream: an error in an ordinary body, or something that is no model server."""
    kind_said, said = _read(body)
    if content_type == "application/json" and said and b'"error"' in body:
        return _tell(asked, _classify(0, kind_said, said), said, 200, None)
    return _made(asked, "protocol", "no_stream", content_type or "nothing")


def no_key(asked: Asked) -> ModelFailed:
    return _made(asked, "no_key", "no_key", "")


def refused(asked: Asked, said: str) -> ModelFailed:
    """The model, or a filter in front of it, declined."""
    return _made(asked, "refused", "declined", said)


def retry_after(headers: dict[str, str], now: float | None = None) -> float | None:
    """Seconds that the server asks to wait; `Retry-After` as seconds or as a date, or OpenAI's milliseconds."""
    for name, scale in (("retry-after-ms", 1000), ("retry-after", 1)):
        value = headers.get(name, "").strip()
        if re.fullmatch(r"\d+(\.\d+)?", value):
            return float(value) / scale
    try:
        date = email.utils.parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    return max(0.0, date.timestamp() - (time.time() if now is None else now))


def _classify(status: int, kind_said: str, said: str) -> str:
    whole = f"{kind_said} {said}".lower()
    for kind, statuses, pattern in phrases.KINDS:
        if (not statuses or status in statuses) and re.search(pattern, whole):
            return kind
    if status in phrases.BY_STATUS:
        return phrases.BY_STATUS[status]
    return "bad_request" if 400 <= status < 500 else "server"


def _tell(asked: Asked, kind: str, said: str, status: int, wait: float | None) -> ModelFailed:
    form = "no_such_path" if kind == "unknown_model" and status == 404 and not said else kind
    failure = _made(asked, kind, form, said, status)
    failure.retry_after = wait
    if wait is not None and kind in ("rate", "overload", "server"):
        failure.hint = f"The server asks to wait {_duration(wait)}."
    return failure


def _made(asked: Asked, kind: str, form: str, said: str, status: int = 0) -> ModelFailed:
    said = clean(said, asked.secrets)
    message, hint = phrases.SENTENCES[form]
    words = {
        "label": asked.label, "host": asked.host, "model": asked.model, "provider": asked.provider,
        "variable": asked.variable, "base": asked.base_variable, "said": said, "near": _near(asked),
        "because": f": {said.rstrip('.')}" if said else "", "status": f" (status {status})" if status else "",
    }  # fmt: skip
    # what was quoted may have an end of its own
    told = re.sub(r"([?!])\.$", r"\1", message.format(**words))
    return ModelFailed(kind, told[:1].upper() + told[1:], hint.format(**words).strip())


def _near(asked: Asked) -> str:
    import difflib

    names = difflib.get_close_matches(asked.model, asked.known, n=3, cutoff=0.4) or list(asked.known[:3])
    return f"Known names are near: {', '.join(names)}." if names else "`picode models` shows what is there."


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _read(body: bytes) -> tuple[str, str]:
    """The kind and the sentence in an error's body, whichever envelope it has."""
    text = body.decode("utf-8", "replace").strip()
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return "", "" if text.startswith("<") else text
    if isinstance(found, list) and found:
        found = found[0]
    if not isinstance(found, dict):
        return "", str(found)
    inner = found.get("error", found)
    if not isinstance(inner, dict):
        return "", str(inner)
    said = inner.get("message") or inner.get("detail") or found.get("message") or found.get("detail") or ""
    kinds = (inner.get("type"), inner.get("code"), inner.get("status"))
    return " ".join(str(kind) for kind in kinds if kind), said if isinstance(said, str) else json.dumps(said)


def _chain(error: BaseException | None) -> "list[BaseException]":
    """The error, its causes, and the errors that were given to them as arguments."""
    found: list[BaseException] = []
    waiting = [error]
    while waiting and len(found) < 20:
        one = waiting.pop()
        if one is not None and one not in found:
            found.append(one)
            waiting += [
                one.__cause__,
                one.__context__,
                *(a for a in one.args if isinstance(a, BaseException)),
            ]
    return found


def _reason(errors: "list[BaseException]") -> str:
    for error in errors:
        if isinstance(error, OSError) and error.strerror:
            return error.strerror
    return next((str(error) for error in errors if str(error)), type(errors[0]).__name__ if errors else "")
