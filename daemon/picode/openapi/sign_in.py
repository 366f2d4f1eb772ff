"""What a document says of signing in at its server, in the fields of oauth.json: only a client_id is then missing."""

from typing import Any
from urllib.parse import urljoin

from picode import config
from picode.openapi import api as whole
from picode.openapi.node import Node
from picode.paths import Paths

FIELDS = {
    "authorizationUrl": "authorization_endpoint", "tokenUrl": "token_endpoint",
    "deviceAuthorizationUrl": "device_authorization_endpoint",
}  # fmt: skip
FLOWS = ("authorizationCode", "deviceAuthorization")
"""Those in which a person signs in."""
DISCOVERY = "/.well-known/openid-configuration"


def known(paths: Paths, provider: str) -> dict[str, Any]:
    """Of the document of custom_providers.NAME; empty where there is none. Raises PicodeError."""
    entry = config.load(paths).settings.custom_providers.get(provider)
    if entry is None:
        return {}
    api = whole.read(entry.document, paths.cache, entry.chat)
    base = entry.base_url or (api.base(api.operations[0], entry.variables) if api.operations else "")
    return described(api.document, base)


def described(document: Node, base: str) -> dict[str, Any]:
    """Of its first scheme that one signs in for; `base`: what relative addresses are below."""
    schemes = document.at("components", "securitySchemes")
    for name in schemes.mapping("a mapping of security schemes") if schemes.there else ():
        one = schemes.at(name)
        if one.text("type") == "openIdConnect" and one.text("openIdConnectUrl").endswith(DISCOVERY):
            return {"issuer": one.text("openIdConnectUrl").removesuffix(DISCOVERY)}
        if one.text("type") == "oauth2" and (found := _flows(one.at("flows"), base)):
            return found
    return {}


def _flows(flows: Node, base: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in FLOWS:
        flow = flows.at(name)
        if not flow.there:
            continue
        for said, field in FIELDS.items():
            if address := flow.text(said):
                found.setdefault(field, urljoin(f"{base.rstrip('/')}/", address))
        if flow.at("scopes").there:
            found.setdefault("scopes", list(flow.at("scopes").mapping("a mapping of scopes")))
    return found
