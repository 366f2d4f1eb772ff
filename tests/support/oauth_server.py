"""A real OAuth server on loopback, of Authlib and Flask: authorization code with PKCE, device code, refresh,
revocation, and its description at the well-known place. Who comes with a browser has consented already, unless
`consent` says no.

    def test_it(oauth_server):
        client = oauth_server.client()
        ...
        assert oauth_server.refreshed == 1
"""

import logging
import secrets
import threading
import time
from collections.abc import Iterator
from typing import Any

import flask
import pytest
import werkzeug.serving
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint, DeviceCodeGrant, DeviceCredentialDict

from picode.credentials import Secret
from picode.credentials.oauth import Tokens
from picode.credentials.oauth_data import Client

BOUND = 60.0
USER = "a person"


class Registered(ClientMixin):  # type: ignore[misc]
    """`secret` empty: a public client."""

    def __init__(self, client_id: str, secret: str = "", method: str = "none") -> None:
        self.client_id, self.secret, self.method = client_id, secret, method

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return ""

    def get_allowed_scope(self, scope: str) -> str:
        return scope or ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri.startswith("http://127.0.0.1:")

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == self.secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == self.method

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return True


class Token(dict[str, Any], TokenMixin):  # type: ignore[misc]
    def check_client(self, client: Registered) -> bool:
        return bool(self["client_id"] == client.client_id)

    def get_scope(self) -> str:
        return str(self.get("scope") or "")

    def get_expires_in(self) -> int:
        return int(self["expires_in"])

    def is_revoked(self) -> bool:
        return bool(self.get("revoked"))

    def is_expired(self) -> bool:
        return bool(time.time() > self["made"] + self["expires_in"])

    def get_user(self) -> str:
        return USER

    def get_client(self) -> Registered:
        return Registered(self["client_id"])


class Code(dict[str, Any]):
    code_challenge = property(lambda self: self["challenge"])
    code_challenge_method = property(lambda self: self["method"])

    def get_redirect_uri(self) -> str:
        return str(self["redirect_uri"])

    def get_scope(self) -> str:
        return str(self.get("scope") or "")


class OAuthServer:
    """What was given out and what was asked; each test begins with a server as new."""

    def __init__(self) -> None:
        self.app = flask.Flask("oauth")
        self.server = AuthorizationServer(self.app, self._client, self._save)
        self._register()
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.http = werkzeug.serving.make_server("127.0.0.1", 0, self.app, threaded=True)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        self.anew()

    def anew(self) -> None:
        self.clients = {"picode": Registered("picode")}
        self.tokens: list[Token] = []
        self.codes: dict[str, Code] = {}
        self.devices: dict[str, DeviceCredentialDict] = {}
        self.typed: dict[str, bool] = {}
        """User codes that a person has typed, and what they said."""
        self.types = False
        """A person types every code at once."""
        self.consent = True
        self.life = 3600
        """Seconds of an access token."""
        self.rotates = True
        """A refresh token is good for one refresh."""
        self.refreshed = 0
        self.polled = 0
        self.down = 0
        """The status of every answer of the token endpoint, when it is set."""
        self.gate: threading.Event | None = None
        """A refresh waits for it."""
        self.scopes: list[str] = []
        self.issuer = self.url

    def close(self) -> None:
        self.http.shutdown()
        self.thread.join(BOUND)
        self.http.server_close()

    def client(self, provider: str = "mine", **other: Any) -> Client:
        return Client(
            provider, other.pop("client_id", "picode"), issuer=self.url, authorization=f"{self.url}/authorize",
            token=f"{self.url}/token", device=f"{self.url}/device", revocation=f"{self.url}/revoke", **other,
        )  # fmt: skip

    def takes(self, access: str) -> bool:
        """Whether a provider that trusts this server would take the token."""
        return any(
            one["access_token"] == access and not one.is_expired() and not one.is_revoked()
            for one in self.tokens
        )

    def issued(self, provider: str = "mine", *, ended: bool) -> Tokens:
        """The tokens of somebody who has signed in; `ended`: the access token is over."""
        number, life = secrets.token_hex(6), 60
        access, refresh = f"at-issued-{number}-{'a' * 30}", f"rt-issued-{number}-{'r' * 30}"
        made = time.time() - (life + 1 if ended else 0)
        known = {"access_token": access, "refresh_token": refresh, "client_id": "picode", "expires_in": life}
        self.tokens.append(Token({**known, "made": made}))
        return Tokens(Secret(access), self.client(provider), Secret(refresh), made + life, life)

    # --- what Authlib asks

    def _client(self, client_id: str) -> Registered | None:
        return self.clients.get(client_id)

    def _save(self, token: dict[str, Any], request: Any) -> None:
        self.tokens.append(Token({**token, "client_id": request.client.client_id, "made": time.time()}))

    def _register(self) -> None:
        outer, app, server = self, self.app, self.server
        count = iter(range(1, 100_000))
        server.register_token_generator(
            "default",
            BearerTokenGenerator(
                lambda **_: f"at-{next(count)}-{'a' * 30}", lambda **_: f"rt-{next(count)}-{'r' * 30}",
                lambda client, grant: outer.life,
            ),
        )  # fmt: skip

        class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
            TOKEN_ENDPOINT_AUTH_METHODS = ("none", "client_secret_basic", "client_secret_post")

            def save_authorization_code(self, code: str, request: Any) -> None:
                data = request.payload.data
                outer.codes[code] = Code(
                    client_id=request.client.client_id, redirect_uri=request.payload.redirect_uri,
                    scope=request.payload.scope, challenge=data.get("code_challenge"),
                    method=data.get("code_challenge_method"),
                )  # fmt: skip

            def query_authorization_code(self, code: str, client: Registered) -> Code | None:
                found = outer.codes.get(code)
                return found if found and found["client_id"] == client.client_id else None

            def delete_authorization_code(self, authorization_code: Code) -> None:
                outer.codes = {
                    name: one for name, one in outer.codes.items() if one is not authorization_code
                }

            def authenticate_user(self, authorization_code: Code) -> str:
                return USER

        class Refresh(grants.RefreshTokenGrant):  # type: ignore[misc]
            TOKEN_ENDPOINT_AUTH_METHODS = ("none", "client_secret_basic", "client_secret_post")

            @property
            def INCLUDE_NEW_REFRESH_TOKEN(self) -> bool:
                return outer.rotates

            def authenticate_refresh_token(self, refresh_token: str) -> Token | None:
                outer.refreshed += 1
                if outer.gate is not None:
                    assert outer.gate.wait(BOUND)
                found = (one for one in outer.tokens if one.get("refresh_token") == refresh_token)
                return next((one for one in found if not one.is_revoked()), None)

            def authenticate_user(self, refresh_token: Token) -> str:
                return USER

            def revoke_old_credential(self, refresh_token: Token) -> None:
                refresh_token["revoked"] = outer.rotates

        class Polling(DeviceCodeGrant):  # type: ignore[misc]
            def query_device_credential(self, device_code: str) -> DeviceCredentialDict | None:
                outer.polled += 1
                return outer.devices.get(device_code)

            def query_user_grant(self, user_code: str) -> tuple[str, bool] | None:
                return (USER, outer.typed[user_code]) if user_code in outer.typed else None

            def should_slow_down(self, credential: Any) -> bool:
                return False

        class Codes(DeviceAuthorizationEndpoint):  # type: ignore[misc]
            CLIENT_AUTH_METHODS = ("none", "client_secret_basic", "client_secret_post")
            INTERVAL = 0

            def get_verification_uri(self) -> str:
                return f"{outer.url}/activate"

            def save_device_credential(self, client_id: str, scope: str, data: dict[str, Any]) -> None:
                outer.devices[data["device_code"]] = DeviceCredentialDict(
                    client_id=client_id, scope=scope, expires_at=time.time() + 600, **data
                )
                if outer.types:
                    outer.typed[data["user_code"]] = True

        class Revocation(RevocationEndpoint):  # type: ignore[misc]
            CLIENT_AUTH_METHODS = ("none", "client_secret_basic", "client_secret_post")

            def query_token(self, token_string: str, token_type_hint: str | None) -> Token | None:
                both = ("access_token", "refresh_token")
                return next((t for t in outer.tokens if token_string in (t.get(name) for name in both)), None)

            def revoke_token(self, token: Token, request: Any) -> None:
                token["revoked"] = True

        server.register_grant(CodeGrant, [CodeChallenge(required=True)])
        server.register_grant(Refresh)
        server.register_grant(Polling)
        server.register_endpoint(Codes)
        server.register_endpoint(Revocation)
        self._routes(app, server)

    def _routes(self, app: flask.Flask, server: AuthorizationServer) -> None:
        @app.get("/authorize")
        def authorize() -> Any:
            self.scopes.append(flask.request.args.get("scope", ""))
            grant = server.get_consent_grant(end_user=USER)
            return server.create_authorization_response(
                grant=grant, grant_user=USER if self.consent else None
            )

        @app.post("/token")
        def token() -> Any:
            if self.down:
                return flask.Response("the server is down", self.down)
            return server.create_token_response()

        @app.post("/device")
        def device() -> Any:
            return server.create_endpoint_response("device_authorization")

        @app.post("/revoke")
        def revoke() -> Any:
            return server.create_endpoint_response("revocation")

        @app.get("/.well-known/oauth-authorization-server")
        def described() -> Any:
            methods = sorted({one.method for one in self.clients.values()})
            return {
                "issuer": self.issuer, "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token", "device_authorization_endpoint": f"{self.url}/device",
                "revocation_endpoint": f"{self.url}/revoke", "response_types_supported": ["code"],
                "token_endpoint_auth_methods_supported": methods,
            }  # fmt: skip


@pytest.fixture(scope="module")
def one_oauth_server() -> Iterator[OAuthServer]:
    server = OAuthServer()
    yield server
    server.close()


@pytest.fixture
def oauth_server(one_oauth_server: OAuthServer, monkeypatch: pytest.MonkeyPatch) -> OAuthServer:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    one_oauth_server.anew()
    return one_oauth_server
