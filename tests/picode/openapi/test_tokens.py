"""Tokens for a client's id and secret: one request for all, again in time, and what may go wrong."""

import json
import threading
from dataclasses import replace

import pytest

from picode.errors import NotAllowed, PicodeError, Unavailable
from picode.openapi.security import Scheme
from picode.openapi.tokens import Tokens
from support.model_server import ModelServer, Script


@pytest.fixture
def scheme(model_server: ModelServer) -> Scheme:
    return Scheme("oauth", "bearer", token_url=f"{model_server.url}/token", scopes=("read", "write"))


def granted(server: ModelServer, token: str, seconds: float = 3600, **options: str) -> None:
    server.enqueue(
        Script(body=json.dumps({"access_token": token, "expires_in": seconds}).encode(), **options)
    )


def test_one_request_for_all_who_ask_at_once(model_server: ModelServer, scheme: Scheme) -> None:
    granted(model_server, "t-1", before="wait")
    tokens, found = Tokens(), []
    asking = [
        threading.Thread(target=lambda: found.append(tokens.token(scheme, "me", "s"))) for _ in range(4)
    ]
    for one in asking:
        one.start()
    model_server.reached("wait")
    model_server.open("wait")
    for one in asking:
        one.join(20)
    assert found == ["t-1"] * 4
    [asked] = model_server.wait_for(1)
    assert asked.text() == "grant_type=client_credentials&scope=read+write"


def test_it_is_fetched_again_before_its_end_for_other_scopes_and_when_it_was_refused(
    model_server: ModelServer, scheme: Scheme
) -> None:
    for token, seconds in (("short", 59), ("long", 3600), ("other", 3600), ("new", 3600)):
        granted(model_server, token, seconds)
    tokens = Tokens()
    assert [tokens.token(scheme, "me", "s") for _ in range(3)] == ["short", "long", "long"]
    assert tokens.token(replace(scheme, scopes=()), "me", "s") == "other"
    tokens.forget()
    assert tokens.token(scheme, "me", "s") == "new"


@pytest.mark.parametrize(
    ("script", "kind", "told"),
    [
        (Script(status=401, body=b"{}"), NotAllowed, r"/token refused the client oauth \(status 401\)"),
        (Script(status=503, body=b"{}"), Unavailable, r"/token gave no token \(status 503\)"),
        (Script(body=b'{"token": 1}'), Unavailable, "gave no token"),
        (Script(body=b"[]"), Unavailable, "gave no token"),
        (Script(body=b"<html>"), Unavailable, "gave no token"),
        (Script(hang_up="before"), Unavailable, "gave no token"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_one_sentence(
    model_server: ModelServer, scheme: Scheme, script: Script, kind: type[PicodeError], told: str
) -> None:
    model_server.enqueue(script)
    with pytest.raises(kind, match=told) as failed:
        Tokens().token(scheme, "me", "very-secret")
    assert "very-secret" not in str(failed.value)
