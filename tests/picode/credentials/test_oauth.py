"""Signing in, and staying signed in, at a real OAuth server."""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from picode.credentials import Credentials, Secret, browser, oauth, oauth_data
from picode.credentials.browser import Browser
from picode.credentials.device import Device
from picode.credentials.oauth import SignInEnded, Tokens
from picode.errors import ConfigError, NotAllowed, PicodeError, Unavailable
from support.oauth_server import OAuthServer, Registered, oauth_server, one_oauth_server

__all__ = ["oauth_server", "one_oauth_server"]

BOUND = 60
WEB = httpx.Client(timeout=BOUND, verify=False)


@pytest.fixture
def kept(home: Path) -> Credentials:
    return Credentials(home / "credentials.json", {})


@pytest.fixture
def signing_in(oauth_server: OAuthServer) -> Iterator[Browser]:
    made = Browser(oauth_server.client(scopes=("models", "offline")))
    yield made
    made.close()


def visit(address: str) -> httpx.Response:
    """What a browser does."""
    return WEB.get(address, follow_redirects=True)


def came_back(signing_in: Browser, visits: "list[str] | None" = None) -> Tokens:
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(signing_in.wait, BOUND)
        for address in visits or [signing_in.address]:
            visit(address)
        return waiting.result(BOUND)


def signed_in(server: OAuthServer, kept: Credentials) -> Tokens:
    made = Browser(server.client())
    try:
        tokens = came_back(made)
    finally:
        made.close()
    kept.add_tokens("mine", tokens)
    return tokens


def due(tokens: Tokens, *, ended: bool) -> Tokens:
    """The same, close to their end or behind it."""
    return Tokens(tokens.access, tokens.client, tokens.refresh, time.time() + (-1 if ended else 60), 3600)


def test_a_browser_brings_a_code_and_the_code_brings_tokens(
    signing_in: Browser, oauth_server: OAuthServer, kept: Credentials
) -> None:
    asked = parse_qs(urlsplit(signing_in.address).query)
    assert asked["code_challenge_method"] == ["S256"]
    tokens = came_back(signing_in)
    assert oauth_server.scopes == ["models offline"]
    assert oauth_server.takes(tokens.access.reveal())
    assert tokens.refresh is not None
    assert 3500 < tokens.expires - time.time() <= 3600
    kept.add_tokens("mine", tokens)
    found = Credentials(kept.file, {}).find("mine")
    assert found is not None
    assert (found.secret, found.origin, found.bearer) == (tokens.access, "a sign-in", True)
    assert found.headers("x-api-key") == {"authorization": f"Bearer {tokens.access.reveal()}"}


def test_only_the_browser_that_was_sent_is_listened_to(signing_in: Browser) -> None:
    redirect = parse_qs(urlsplit(signing_in.address).query)["redirect_uri"][0]
    root = redirect.removesuffix("/callback")
    answers: list[int] = []

    def others() -> None:
        for address in (
            f"{redirect}?code=forged&state=other",
            f"{redirect}?code=forged",
            f"{root}/favicon.ico",
        ):
            answers.append(WEB.get(address).status_code)
        answers.append(WEB.post(redirect).status_code)
        answers.append(visit(signing_in.address).status_code)

    thread = threading.Thread(target=others)
    thread.start()
    tokens = signing_in.wait(BOUND)
    thread.join(BOUND)
    assert answers == [400, 400, 404, 404, 200]
    assert tokens.access.reveal().startswith("at-")


def test_the_address_can_be_pasted_where_the_browser_is_elsewhere(signing_in: Browser) -> None:
    at_its_end = WEB.get(signing_in.address).headers["location"]
    read, write = os.pipe()
    os.write(write, f"what?\n{at_its_end}\n".encode())
    assert signing_in.wait(BOUND, pasted=read).access.reveal().startswith("at-")
    os.close(read)
    os.close(write)


def test_a_sign_in_that_is_refused_or_given_up_is_one_sentence(
    signing_in: Browser, oauth_server: OAuthServer
) -> None:
    signing_in.cancel()
    with pytest.raises(NotAllowed, match="was given up"):
        signing_in.wait(BOUND)
    oauth_server.consent = False
    again = Browser(oauth_server.client())
    with pytest.raises(NotAllowed, match="mine refused the sign-in: .*denied"):
        came_back(again)
    with pytest.raises(Unavailable, match="Nobody signed in at mine within 0 s"):
        again.wait(0)
    again.close()


def test_an_answer_of_another_server_is_not_taken(signing_in: Browser) -> None:
    place = WEB.get(signing_in.address).headers["location"]
    with pytest.raises(NotAllowed, match="another server"):
        came_back(signing_in, [f"{place}&iss=https://evil.example"])


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_client_with_a_secret_shows_it_as_the_server_likes(
    oauth_server: OAuthServer, home: Path, method: str
) -> None:
    oauth_server.clients["app"] = Registered("app", "a-secret-of-4f81", method)
    del oauth_server.clients["picode"]
    file = home / "oauth.json"
    entry = {"issuer": oauth_server.url, "client_id": "app", "client_secret": "$APP_SECRET"}
    file.write_text(json.dumps({"providers": {"mine": entry}}))
    client = oauth_data.client(file, "mine", {"APP_SECRET": "a-secret-of-4f81"})
    assert client.basic == (method == "client_secret_basic")
    assert "a-secret-of" not in repr(client)
    made = Browser(client)
    tokens = came_back(made)
    made.close()
    assert oauth.refreshed(tokens).access != tokens.access


def test_a_code_is_typed_on_another_device(oauth_server: OAuthServer) -> None:
    device = Device(oauth_server.client(scopes=("models",)))
    assert device.address == f"{oauth_server.url}/activate"
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(device.wait)
        until = time.monotonic() + BOUND
        while oauth_server.polled < 2 and time.monotonic() < until:
            time.sleep(0.01)
        oauth_server.typed[device.code] = True
        tokens = waiting.result(BOUND)
    assert oauth_server.takes(tokens.access.reveal())
    refused = Device(oauth_server.client())
    oauth_server.typed[refused.code] = False
    with pytest.raises(NotAllowed, match="refused there"):
        refused.wait()
    left = Device(oauth_server.client())
    left.cancel()
    with pytest.raises(NotAllowed, match="given up"):
        left.wait()
    with pytest.raises(Unavailable, match="gives no code"):
        Device(oauth_server.client(client_id="nobody"))


def test_twenty_who_ask_at_once_cost_one_refresh(oauth_server: OAuthServer, kept: Credentials) -> None:
    before = due(signed_in(oauth_server, kept), ended=True)
    kept.add_tokens("mine", before)
    # half of them in what would be another process
    other = Credentials(kept.file, {})
    gate = oauth_server.gate = threading.Event()
    started = threading.Barrier(21)

    def ask(number: int) -> Secret:
        started.wait(BOUND)
        one = kept if number % 2 else other
        one.settle("mine")
        found = one.find("mine")
        assert found is not None
        return found.secret

    with ThreadPoolExecutor(20) as pool:
        asked = [pool.submit(ask, number) for number in range(20)]
        started.wait(BOUND)
        gate.set()
        got = {one.result(BOUND).reveal() for one in asked}
    assert oauth_server.refreshed == 1
    assert len(got) == 1
    assert got != {before.access.reveal()}
    assert oauth_server.takes(got.pop())


def test_a_token_that_is_good_is_left_alone_and_one_that_ends_soon_is_replaced_with_its_refresh_token(
    oauth_server: OAuthServer, kept: Credentials
) -> None:
    tokens = signed_in(oauth_server, kept)
    assert not kept.due("mine")
    kept.settle("mine")
    assert oauth_server.refreshed == 0
    kept.add_tokens("mine", due(tokens, ended=False))
    assert kept.due("mine")
    kept.settle("mine")
    new = kept.tokens("mine")
    assert new is not None
    assert new.refresh != tokens.refresh
    oauth_server.rotates = False
    kept.add_tokens("mine", due(new, ended=True))
    kept.settle("mine")
    newest = kept.tokens("mine")
    assert newest is not None
    assert newest.refresh == new.refresh
    assert oauth_server.refreshed == 2


def test_a_refresh_that_fails_is_one_sentence_and_a_good_token_lives_on(
    oauth_server: OAuthServer, kept: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = signed_in(oauth_server, kept)
    oauth_server.down = 503
    kept.add_tokens("mine", due(tokens, ended=False))
    kept.settle("mine")
    assert kept.find("mine") is not None
    kept.add_tokens("mine", due(tokens, ended=True))
    with pytest.raises(Unavailable, match=r"^mine refused to go on with the sign-in: status 503\. Try again"):
        kept.settle("mine")
    oauth_server.down = 0
    with pytest.raises(Unavailable):
        kept.settle("mine")  # not asked again at once
    monkeypatch.setattr("picode.credentials.find.AGAIN_AFTER", 0.0)
    kept._failed.clear()
    kept.settle("mine")
    assert kept.find("mine") is not None


def test_a_sign_in_that_was_ended_elsewhere_is_told_once_and_asked_no_more(
    oauth_server: OAuthServer, kept: Credentials
) -> None:
    tokens = signed_in(oauth_server, kept)
    assert oauth.revoke(tokens)
    kept.add_tokens("mine", due(tokens, ended=True))
    sentences = set()
    for _ in range(3):
        with pytest.raises(SignInEnded) as ended:
            kept.settle("mine")
        sentences.add(str(ended.value))
    assert oauth_server.refreshed == 1
    assert len(sentences) == 1
    assert "picode auth login mine" in sentences.pop()


def test_a_token_that_the_provider_refuses_is_replaced_before_its_time(
    oauth_server: OAuthServer, kept: Credentials
) -> None:
    tokens = signed_in(oauth_server, kept)
    assert kept.again("mine", tokens.access)
    found = kept.find("mine")
    assert found is not None
    assert oauth_server.takes(found.secret.reveal())
    assert kept.again("mine", tokens.access)  # another has done it meanwhile
    assert oauth_server.refreshed == 1


def test_what_is_said_of_a_sign_in_holds_no_token(oauth_server: OAuthServer, kept: Credentials) -> None:
    tokens = signed_in(oauth_server, kept)
    assert tokens.refresh is not None
    values = [tokens.access.reveal(), tokens.refresh.reveal()]
    texts = [repr(tokens), repr(kept.find("mine")), repr(kept.rows()), kept.file.read_text()]
    assert not [value for value in values if value in "".join(texts)]
    # an error of the server's that repeats what it was sent
    with pytest.raises(PicodeError) as failure:
        oauth.granted(
            tokens.client, 400, {"error": "x", "error_description": f"no: {values[1]}\x1b[31m"}, "it"
        )
    assert values[1] not in str(failure.value)
    assert "\x1b" not in str(failure.value)


def written(home: Path, entry: dict[str, object]) -> Path:
    file = home / "oauth.json"
    file.write_text(json.dumps({"providers": {"mine": entry}}))
    return file


def test_an_issuer_says_where_one_signs_in(oauth_server: OAuthServer, home: Path) -> None:
    file = written(home, {"issuer": oauth_server.url, "client_id": "picode", "scopes": ["a", "b"]})
    client = oauth_data.client(file, "mine")
    assert client == oauth_server.client(scopes=("a", "b"))
    assert oauth_data.names(file) == ["mine"]
    oauth_server.issuer = "https://other.example"
    with pytest.raises(Unavailable, match="does not say how one signs in"):
        oauth_data.client(file, "mine")


@pytest.mark.parametrize(
    ("entry", "part"),
    [
        ({}, "is not known"),
        ({"client_id": 5}, "wrong form"),
        ({"client_id": "a", "scopes": "models"}, "wrong form"),
        ({"client_id": "a", "redirect_port": 99999}, "wrong form"),
        ({"client_id": "a", "colour": "red"}, "colour"),
        ({"client_id": "a", "token_endpoint": "http://id.example/token"}, "not safe"),
        ({"client_id": "a", "issuer": "http://id.example"}, "not safe"),
    ],
)
def test_what_is_wrong_with_oauth_json_is_one_sentence(
    home: Path, entry: dict[str, object], part: str
) -> None:
    with pytest.raises(ConfigError, match=part):
        oauth_data.client(written(home, entry), "mine")


def test_the_packaged_data_is_whole_and_needs_a_client_of_ones_own(home: Path) -> None:
    with pytest.raises(ConfigError, match="client_id"):
        oauth_data.client(home / "none.json", "gemini")
    file = home / "oauth.json"
    file.write_text('{"providers": {"gemini": {"client_id": "mine"}}}')
    client = oauth_data.client(file, "gemini")
    assert client.authorization.startswith("https://accounts.google.com/")
    assert client.parameters["access_type"] == "offline"


@pytest.mark.parametrize(
    ("environ", "opened"),
    [
        ({}, False),
        ({"DISPLAY": ":0"}, True),
        ({"DISPLAY": ":0", "SSH_CONNECTION": "x"}, False),
        ({"BROWSER": "b"}, True),
    ],
)
def test_a_browser_is_opened_where_there_is_a_screen(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], opened: bool
) -> None:
    monkeypatch.setattr(browser, "_open", lambda address: True)
    assert browser.open_address("http://127.0.0.1/", environ) is opened


def test_a_browser_that_is_opened_prints_nothing_here(
    home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    program = home / ("open" if sys.platform == "darwin" else "xdg-open")
    program.write_text(f'#!/bin/sh\necho "$1"; echo "$1" >&2; echo "$1" > {home}/opened\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{home}:{os.environ['PATH']}")
    assert browser.open_address("http://127.0.0.1/x", {"DISPLAY": ":0"})
    until = time.monotonic() + BOUND
    while not (home / "opened").exists() and time.monotonic() < until:
        time.sleep(0.01)
    assert "".join(capfd.readouterr()) == ""
    monkeypatch.setenv("PATH", str(home / "none"))
    assert not browser.open_address("http://127.0.0.1/x", {"DISPLAY": ":0"})
