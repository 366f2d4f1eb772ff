"""How a document wants to be shown a key: `securitySchemes`, and what each puts into a request."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urljoin

from picode.errors import NotAllowed
from picode.openapi.document import is_address
from picode.openapi.node import Node

KeyOf = Callable[["Scheme"], str]
"""The key for a scheme; empty where there is none."""
Need = tuple["Scheme", ...]
"""Schemes that all have to be there; none: nothing has to."""


@dataclass(frozen=True)
class Scheme:
    """`form`: how the key is shown; `field`: of which header, parameter or cookie. `unknown`: a kind that is not
    spoken here, in its own word. `token_url`: where a client's id and secret are changed for a token."""

    name: str
    form: Literal["header", "query", "cookie", "bearer", "basic", "unknown"]
    field: str = "Authorization"
    unknown: str = ""
    token_url: str = ""
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """What goes into a request; `secrets` are never to be told."""

    headers: dict[str, str]
    query: tuple[tuple[str, str], ...] = ()
    cookies: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = ()


def scheme(name: str, node: Node) -> Scheme:
    """One entry of `components.securitySchemes`."""
    node.mapping("a security scheme, which is a mapping")
    kind = node.text("type")
    if kind == "apiKey":
        place = node.text("in")
        if place not in ("header", "query", "cookie"):
            raise node.at("in").wrong("header, query or cookie")
        if not node.text("name"):
            raise node.at("name").wrong("the name of the header, the parameter or the cookie")
        return Scheme(name, place, node.text("name"))  # type: ignore[arg-type]
    if kind == "http":
        word = node.text("scheme").lower()
        if not word:
            raise node.at("scheme").wrong("bearer, basic, or another scheme of HTTP's")
        if word in ("bearer", "basic"):
            return Scheme(name, word)  # type: ignore[arg-type]
        return Scheme(name, "unknown", unknown=f"HTTP's {word}")
    if kind in ("oauth2", "openIdConnect"):
        # whoever has a token shows it as a bearer's
        return Scheme(name, "bearer", token_url=_token_url(node))
    if kind == "mutualTLS":
        return Scheme(name, "unknown", unknown="mutual TLS")
    raise node.at("type").wrong("apiKey, http, oauth2, openIdConnect or mutualTLS")


def _token_url(node: Node) -> str:
    """Where OAuth 2 gives a token to a client; empty where it does not."""
    told = node.at("flows", "clientCredentials", "tokenUrl")
    if told.value is not None and not isinstance(told.value, str):
        raise told.wrong("the address that gives tokens")
    source = node.file.source
    return urljoin(source, told.value or "") if told.value and is_address(source) else told.value or ""


def needs(operation: Node, document: Node) -> tuple[Need, ...]:
    """What has to be shown: one of these; empty: nothing."""
    wanted = operation.at("security") if operation.at("security").there else document.at("security")
    made = []
    for one in wanted.list("a list of requirements"):
        names = one.mapping("a requirement, which maps the names of schemes to lists")
        schemes = []
        for name in names:
            found = document.at("components", "securitySchemes", name)
            if not found.there:
                raise one.child(name).wrong(
                    "the name of a scheme of components.securitySchemes", "nowhere described"
                )
            scopes = names[name] if isinstance(names[name], list) else []
            schemes.append(replace(scheme(name, found), scopes=tuple(map(str, scopes))))
        made.append(tuple(schemes))
    return tuple(made)


def shown(alternatives: tuple[Need, ...], key_of: KeyOf, label: str) -> Shown:
    """What goes into the request: the first alternative for which there are keys. Raises NotAllowed."""
    if not alternatives or any(not need for need in alternatives):
        found = next((need for need in alternatives if need and _has(need, key_of)), ())
        return _put(found, key_of)
    for need in alternatives:
        if _has(need, key_of):
            return _put(need, key_of)
    spoken = [need for need in alternatives if all(one.form != "unknown" for one in need)]
    if not spoken:
        words = " or ".join(
            dict.fromkeys(one.unknown for need in alternatives for one in need if one.unknown)
        )
        raise NotAllowed(f"{label} wants {words}, which PiCode does not speak.")
    missing = [one.name for one in spoken[0] if not key_of(one)]
    raise NotAllowed(
        f"There is no key for {label} ({' and '.join(missing)}).",
        f"Run `picode auth add {label}`, or name it under custom_providers.{label}.keys.",
    )


def _has(need: Need, key_of: KeyOf) -> bool:
    return all(one.form != "unknown" and key_of(one) for one in need)


def _put(need: Need, key_of: KeyOf) -> Shown:
    headers: dict[str, str] = {}
    query, cookies, secrets = [], [], []
    for one in need:
        key = key_of(one)
        secrets.append(key)
        match one.form:
            case "bearer":
                headers[one.field] = f"Bearer {key}"
            case "basic":
                coded = base64.b64encode(key.encode()).decode()
                secrets.append(coded)
                headers[one.field] = f"Basic {coded}"
            case "header":
                headers[one.field] = key
            case "query":
                query.append((one.field, key))
            case "cookie":
                cookies.append((one.field, key))
    return Shown(headers, tuple(query), tuple(cookies), tuple(secrets))
