"""Keys and sign-ins from the pane: kept, tested, forgotten, and in nothing that is shown."""

import json
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from picode import paths
from picode.credentials import Credentials, Secret, browser
from picode.pane import here, keeping
from picode.pane.state import Found, Here
from support.model_server import ModelServer
from support.oauth_server import OAuthServer, oauth_server, one_oauth_server

__all__ = ["oauth_server", "one_oauth_server"]

BOUND = 60


@pytest.fixture(autouse=True)
def provider(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """The server that keys are tested at."""
    monkeypatch.setenv("ANTHROPIC_BASE_URL", model_server.url)
    yield model_server
    keeping.give_up()


def do(
    where: paths.Paths, what: str, name: str = "", value: str = "", secret: "Secret | None" = None
) -> Found:
    return here.do(where, "", Here(what, name, value, secret))  # type: ignore[arg-type]


def test_a_key_is_tested_kept_where_picode_auth_keeps_it_and_never_told(
    where: paths.Paths, provider: ModelServer
) -> None:
    found = do(where, "keep_key", "anthropic", secret=Secret("sk-secret-1234"))
    assert "sk-secret" not in repr(found)
    assert provider.listed[0].headers["x-api-key"] == "sk-secret-1234"
    kept = Credentials.at(where, {}).find("anthropic")
    assert kept is not None
    assert kept.secret.reveal() == "sk-secret-1234"
    assert stat.S_IMODE(where.credentials.stat().st_mode) == 0o600
    rows = {row.name: row.kind for row in do(where, "keys", "logout").rows}
    assert rows["anthropic"] == "kept"
    assert "removed" in do(where, "forget_key", "anthropic").told
    assert "No key is kept" in do(where, "keys", "logout").told


def test_a_key_that_is_refused_is_not_kept(where: paths.Paths, provider: ModelServer) -> None:
    provider.list_error = "invalid x-api-key sk-secret-1234"
    found = do(where, "keep_key", "anthropic", secret=Secret("sk-secret-1234"))
    assert found.level == "error"
    assert "anthropic refused the key (invalid x-api-key [key])" in found.told
    assert not where.credentials.exists()


def test_what_is_no_key_is_refused_in_a_sentence_without_it(where: paths.Paths) -> None:
    found = do(where, "keep_key", "openai", secret=Secret("two words"))
    assert found.level == "error"
    assert "two words" not in found.told


def described(where: paths.Paths, server: OAuthServer) -> None:
    where.config.mkdir(parents=True)
    entry = {"issuer": server.url, "client_id": "picode"}
    (where.config / "oauth.json").write_text(json.dumps({"providers": {"mine": entry}}))


def test_one_signs_in_with_the_browser_and_out(
    where: paths.Paths, oauth_server: OAuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    described(where, oauth_server)
    assert ("mine browser", "browser") in [(row.name, row.kind) for row in do(where, "keys", "login").rows]
    begun = do(where, "sign_in", "mine", "browser")
    assert begun.level == "info", begun.told
    assert begun.copied in begun.told
    visit = threading.Thread(target=lambda: httpx.get(begun.copied, follow_redirects=True, timeout=BOUND))
    visit.start()
    ended = do(where, "signed_in", "mine")
    visit.join(BOUND)
    assert ended.told.startswith("You are signed in at mine")
    [token] = oauth_server.tokens
    assert token["access_token"] not in repr(ended) + repr(begun)
    found = Credentials.at(where, {}).find("mine")
    assert found is not None
    assert found.secret.reveal() == token["access_token"]
    assert "ended at the server" in do(where, "forget_key", "mine").told


def test_a_code_for_another_device_is_told(where: paths.Paths, oauth_server: OAuthServer) -> None:
    described(where, oauth_server)
    oauth_server.types = True
    begun = do(where, "sign_in", "mine", "device")
    assert next(iter(oauth_server.typed)) in begun.told
    assert do(where, "signed_in", "mine").told.startswith("You are signed in")


def test_who_leaves_waits_for_no_browser(where: paths.Paths, oauth_server: OAuthServer) -> None:
    described(where, oauth_server)
    do(where, "sign_in", "mine", "browser")
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(do, where, "signed_in", "mine")
        keeping.give_up()
        ended = waiting.result(BOUND)
    assert (ended.level, ended.told) == ("error", "The sign-in was given up; nothing was changed.")
    assert "is not known" in do(where, "sign_in", "openai", "browser").told
    assert browser.open_address("http://127.0.0.1/", {}) is False
