"""One call of an operation: from its arguments to method, address, headers and body. Pure."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from picode.openapi.operations import JSON, Body, Whole
from picode.openapi.parameters import in_header, in_path, in_query
from picode.openapi.security import Shown


@dataclass(frozen=True)
class Call:
    """`url` is without what has to be shown as a key; `query` has that."""

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes | None = None
    query: str = field(default="", repr=False)

    @property
    def address(self) -> str:
        """Where it is sent to, keys and all: not to be shown."""
        if not self.query:
            return self.url
        return f"{self.url}{'&' if '?' in self.url else '?'}{self.query}"


def call(operation: Whole, base: str, arguments: dict[str, Any], shown: Shown) -> Call:
    """`base` is without a slash at its end; `arguments` are by the names that `Whole.arguments` gives them.

    Raises ValueError for what cannot be sent."""
    path, pairs, cookies = operation.head.path, [], list(shown.cookies)
    headers = {"accept": operation.answer_media or "application/json, text/*;q=0.9, */*;q=0.5"}
    for one in operation.parameters:
        if one.argument not in arguments:
            continue
        value = arguments[one.argument]
        match one.place:
            case "path":
                path = path.replace(f"{{{one.name}}}", _closed(one.name, in_path(one, value)))
            case "query":
                pairs += in_query(one, value)
            case "header":
                headers[one.name.lower()] = _one_line(in_header(one, value))
            case "cookie":
                cookies += in_query(one, value)
    body = None
    if operation.body is not None and "body" in arguments:
        headers["content-type"], body = encoded(operation.body, arguments["body"])
    if cookies:
        headers["cookie"] = "; ".join(f"{name}={_one_line(value)}" for name, value in cookies)
    url = base + path + (f"?{'&'.join(f'{name}={value}' for name, value in pairs)}" if pairs else "")
    secret = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in shown.query)
    headers |= {name.lower(): _one_line(value) for name, value in shown.headers.items()}
    return Call(operation.head.method.upper(), url, headers, body, secret)


def encoded(described: Body, value: Any) -> tuple[str, bytes]:
    """The content type and the bytes of a body."""
    media, kind = described.media, described.media.partition(";")[0].strip()
    if kind == "application/x-www-form-urlencoded" and isinstance(value, dict):
        fields = [
            pair for name, given in value.items() for pair in _field(name, given, name in described.deep)
        ]
        return kind, urlencode(fields).encode()
    if kind == "multipart/form-data" and isinstance(value, dict):
        return _multipart([(name, _text(part)) for name, given in value.items() for part in _each(given)])
    if JSON.match(media):
        return media, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return media, _text(value).encode()


def _field(name: str, value: Any, deep: bool) -> list[tuple[str, str]]:
    if deep and isinstance(value, dict):
        return [pair for key, part in value.items() for pair in _field(f"{name}[{key}]", part, True)]
    return [(name, _text(part)) for part in _each(value)]


def _multipart(fields: list[tuple[str, str]]) -> tuple[str, bytes]:
    # the same for the same fields: a request that was granted is known again
    boundary = hashlib.sha256(json.dumps(fields).encode()).hexdigest()[:32]
    out = bytearray()
    for name, value in fields:
        safe = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        out += f'--{boundary}\r\ncontent-disposition: form-data; name="{safe}"\r\n\r\n{value}\r\n'.encode()
    return f"multipart/form-data; boundary={boundary}", bytes(out) + f"--{boundary}--\r\n".encode()


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _closed(name: str, written: str) -> str:
    """A value may not lead out of its place: `..` would be a step up, and nothing at all another path."""
    if written in ("", ".", ".."):
        raise ValueError(f"{name} cannot be {written!r}: it stands in the address.")
    return written


def _one_line(value: str) -> str:
    return "".join(char for char in value if char not in "\r\n\0")
