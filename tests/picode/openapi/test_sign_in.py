"""What a document says of signing in, and that it is enough but for the client_id."""

import json
from pathlib import Path
from typing import Any

import pytest

from picode.credentials import oauth_data
from picode.openapi import api, sign_in
from picode.paths import Paths

CODE = {
    "authorizationUrl": "https://id.example/auth",
    "tokenUrl": "https://id.example/token",
    "scopes": {"read": ""},
}


def document(home: Path, **schemes: Any) -> Path:
    file = home / "shop.json"
    get = {"get": {"operationId": "items", "responses": {"200": {"description": "them"}}}}
    whole = {
        "openapi": "3.1.0", "info": {"title": "shop", "version": "1"}, "paths": {"/items": get},
        "servers": [{"url": "https://shop.example/api"}], "components": {"securitySchemes": schemes},
    }  # fmt: skip
    file.write_text(json.dumps(whole))
    return file


@pytest.mark.parametrize(
    ("scheme", "found"),
    [
        (
            {"type": "oauth2", "flows": {"authorizationCode": CODE}},
            {"authorization_endpoint": "https://id.example/auth", "token_endpoint": "https://id.example/token",
             "scopes": ["read"]},
        ),
        (
            {"type": "oauth2", "flows": {"authorizationCode": {"authorizationUrl": "auth", "tokenUrl": "/token"}}},
            {"authorization_endpoint": "https://shop.example/api/auth", "token_endpoint": "https://shop.example/token"},
        ),
        (
            {"type": "oauth2", "flows": {"deviceAuthorization": {
                "deviceAuthorizationUrl": "https://id.example/device", "tokenUrl": "https://id.example/token"}}},
            {"device_authorization_endpoint": "https://id.example/device", "token_endpoint": "https://id.example/token"},
        ),
        (
            {"type": "openIdConnect", "openIdConnectUrl": "https://id.example/x/.well-known/openid-configuration"},
            {"issuer": "https://id.example/x"},
        ),
        ({"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://id.example/token"}}}, {}),
        ({"type": "http", "scheme": "bearer"}, {}),
    ],
)  # fmt: skip
def test_the_fields_of_oauth_json_are_found(
    home: Path, scheme: dict[str, Any], found: dict[str, Any]
) -> None:
    read = api.read(str(document(home, Key={"type": "http", "scheme": "basic"}, It=scheme)))
    assert sign_in.described(read.document, "https://shop.example/api") == found


def test_a_provider_of_a_document_needs_a_client_id_alone(where: Paths, home: Path) -> None:
    where.config.mkdir(parents=True)
    file = document(home, It={"type": "oauth2", "flows": {"authorizationCode": CODE}})
    where.settings.write_text(f'custom_providers = {{shop = "{file}"}}\n')
    oauth = where.config / "oauth.json"
    oauth.write_text('{"providers": {"shop": {"client_id": "picode"}}}')
    client = oauth_data.client(oauth, "shop", known=sign_in.known(where, "shop"))
    assert (client.authorization, client.token) == ("https://id.example/auth", "https://id.example/token")
    assert client.scopes == ("read",)
    assert sign_in.known(where, "anthropic") == {}
