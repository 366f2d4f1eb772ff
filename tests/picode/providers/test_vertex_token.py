"""Tokens of Google Cloud: signed for, fetched once for all, fetched again in time; what may be wrong with a file."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from picode.providers import vertex_token
from picode.providers.base import ModelFailed
from picode.providers.failures import Asked
from picode.providers.http import Http, Waits
from picode.providers.vertex_token import Tokens, account, assertion
from support.model_server import ModelServer, Script

ASKED = Asked("vertex", "Vertex", "http://x.example/", "gemini", "GOOGLE_APPLICATION_CREDENTIALS", "")


@pytest.fixture(scope="module")
def private() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pem(key: Any) -> str:
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return str(key.private_bytes(serialization.Encoding.PEM, form, plain).decode())


def service(
    home: Path, private: rsa.RSAPrivateKey, uri: str = "https://oauth2.example/token", **more: Any
) -> dict[str, str]:
    """The environment that names a service account's file."""
    facts = {
        "type": "service_account", "project_id": "mine", "private_key_id": "k1", "private_key": pem(private),
        "client_email": "me@mine.example", "token_uri": uri, **more,
    }  # fmt: skip
    (home / "account.json").write_text(json.dumps(facts))
    return {"GOOGLE_APPLICATION_CREDENTIALS": str(home / "account.json")}


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    made = Http(Waits())
    yield made
    await made.close()


@pytest.fixture
def tokens(home: Path, private: rsa.RSAPrivateKey, model_server: ModelServer, http: Http) -> Tokens:
    return Tokens(http, service(home, private, f"{model_server.url}/token"))


def granted(server: ModelServer, token: str, seconds: int = 3600, **options: Any) -> None:
    body = json.dumps({"access_token": token, "expires_in": seconds, "token_type": "Bearer"}).encode()
    server.enqueue(Script(body=body, **options))


def parts(jwt: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    head, claims, signature = (base64.urlsafe_b64decode(part + "==") for part in jwt.split("."))
    return json.loads(head), json.loads(claims), signature


def test_the_assertion_says_who_for_what_and_until_when_and_is_signed(
    home: Path, private: rsa.RSAPrivateKey
) -> None:
    told = assertion(account(service(home, private)), "https://oauth2.example/token", 1_000)
    head, claims, signature = parts(told)
    assert head == {"alg": "RS256", "typ": "JWT", "kid": "k1"}
    assert claims == {
        "iss": "me@mine.example", "scope": "https://www.googleapis.com/auth/cloud-platform",
        "aud": "https://oauth2.example/token", "iat": 1_000, "exp": 4_600,
    }  # fmt: skip
    signed = told.rpartition(".")[0].encode()
    private.public_key().verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())


async def test_one_token_for_all_who_ask_at_once(tokens: Tokens, model_server: ModelServer) -> None:
    granted(model_server, "t-1", before="wait")
    asking = [asyncio.create_task(tokens.token(ASKED)) for _ in range(5)]
    await asyncio.to_thread(model_server.reached, "wait")
    asking[0].cancel()  # one of them goes, and takes nothing from the others
    model_server.open("wait")
    assert await asyncio.gather(*asking[1:]) == ["t-1"] * 4
    assert await tokens.token(ASKED) == "t-1"
    [asked] = model_server.wait_for(1)
    form = {name: value[0] for name, value in parse_qs(asked.text()).items()}
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert parts(form["assertion"])[1]["aud"] == f"{model_server.url}/token"


async def test_a_token_is_fetched_again_before_its_end_and_when_it_was_refused(
    tokens: Tokens, model_server: ModelServer
) -> None:
    granted(model_server, "short", 299)
    granted(model_server, "long")
    granted(model_server, "other")
    assert [await tokens.token(ASKED) for _ in range(3)] == ["short", "long", "long"]
    tokens.forget()
    assert await tokens.token(ASKED) == "other"


async def test_what_gcloud_keeps_of_a_sign_in_is_refreshed(
    home: Path, model_server: ModelServer, http: Http
) -> None:
    granted(model_server, "mine")
    facts = {
        "type": "authorized_user", "client_id": "i", "client_secret": "s", "refresh_token": "r",
        "quota_project_id": "billed", "token_uri": f"{model_server.url}/token",
    }  # fmt: skip
    (home / ".config" / "gcloud").mkdir(parents=True)
    (home / ".config" / "gcloud" / "application_default_credentials.json").write_text(json.dumps(facts))
    environ = {"HOME": str(home)}
    assert account(environ).project == "billed"
    assert await Tokens(http, environ).token(ASKED) == "mine"
    [asked] = model_server.wait_for(1)
    assert parse_qs(asked.text()) == {
        "grant_type": ["refresh_token"], "client_id": ["i"], "client_secret": ["s"], "refresh_token": ["r"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (Script(status=400, body=b'{"error": "invalid_grant", "error_description": "gone"}'), "bad_key"),
        (Script(status=503, body=b"{}"), "overload"),
        (Script(body=b'{"token": "x"}'), "protocol"),
        (Script(body=b"<html>"), "protocol"),
        (Script(hang_up="before"), "network"),
    ],
)  # fmt: skip
async def test_a_token_that_is_not_given_has_its_reason(
    tokens: Tokens, model_server: ModelServer, script: Script, kind: str
) -> None:
    model_server.enqueue(script)
    with pytest.raises(ModelFailed) as failed:
        await tokens.token(ASKED)
    assert failed.value.kind == kind
    granted(model_server, "later")
    assert await tokens.token(ASKED) == "later"


async def test_a_server_of_tokens_that_is_silent_is_not_waited_for_without_end(
    tokens: Tokens, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vertex_token, "BOUND", 0.3)
    granted(model_server, "never", before="never")
    with pytest.raises(ModelFailed) as failed:
        await tokens.token(ASKED)
    assert failed.value.kind == "timeout"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "There are no credentials of Google Cloud at"),
        ("{", "is no file of credentials"),
        ("[]", "is no file of credentials"),
        ('{"type": "external_account"}', "has credentials of the kind external_account, which is not known"),
        ('{"type": "service_account", "client_email": "x"}', "has no private_key"),
        ('{"type": "authorized_user"}', "has no client_id and no client_secret and no refresh_token"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(home: Path, text: str | None, told: str) -> None:
    if text is not None:
        (home / "a.json").write_text(text)
    with pytest.raises(ModelFailed, match=told) as failed:
        account({"GOOGLE_APPLICATION_CREDENTIALS": str(home / "a.json")})
    assert failed.value.kind == "no_key"


def test_a_key_that_is_none_is_told_without_being_shown(home: Path, private: rsa.RSAPrivateKey) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec

    for key in ("-----BEGIN nothing", pem(ec.generate_private_key(ec.SECP256R1()))):
        found = account(service(home, private, private_key=key))
        with pytest.raises(ModelFailed, match="The private_key in .* is none") as failed:
            assertion(found, "x", 0)
        assert "BEGIN" not in str(failed.value) + repr(found)
