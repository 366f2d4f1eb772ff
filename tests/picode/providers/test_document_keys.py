"""The keys of documents: written in the configuration, by variable or command, or kept."""

from pathlib import Path

import pytest

from picode.config.schema import CustomProvider
from picode.credentials import Credentials
from picode.errors import Unavailable
from picode.openapi.security import Scheme
from picode.openapi.tokens import Tokens
from picode.providers.document_keys import Keys
from support.model_server import ModelServer, Script

ANY = Scheme("any", "bearer", token_url="/token")


def test_what_is_written_goes_before_what_is_kept(home: Path) -> None:
    environ = {"SHOP_API_KEY": "kept", "APP": "from-variable"}
    entry = CustomProvider(
        document="a", keys={"app": "$APP", "pass": "!echo said", "plain": "sk-1", "gone": "!false"}
    )
    key_of = Keys("shop", entry, Credentials(home / "credentials", environ), environ)
    assert [key_of(Scheme(name, "bearer")) for name in ("app", "pass", "plain", "other")] == [
        "from-variable",
        "said",
        "sk-1",
        "kept",
    ]
    with pytest.raises(Unavailable, match="The command that says the key gone of shop failed"):
        key_of(Scheme("gone", "bearer"))


def test_there_may_be_none(home: Path) -> None:
    assert Keys("shop", CustomProvider(document="a"), Credentials(home / "credentials", {}), {})(ANY) == ""


def test_an_id_and_a_secret_are_changed_for_a_token_where_there_is_a_place_for_it(
    home: Path, model_server: ModelServer
) -> None:
    model_server.enqueue(Script(body=b'{"access_token": "t", "expires_in": 3600}'))
    entry = CustomProvider(document="a", base_url=f"{model_server.url}/api", keys={"any": "me:secret"})
    kept = Credentials(home / "credentials", {})
    assert Keys("shop", entry, kept, {})(ANY) == "me:secret"
    asking = Keys("shop", entry, kept, {}, Tokens())
    assert [asking(ANY), asking(ANY), asking(Scheme("any", "basic"))] == ["t", "t", "me:secret"]
    [asked] = model_server.wait_for(1)
    assert (asked.path, asked.headers["authorization"]) == ("/token", "Basic bWU6c2VjcmV0")
    assert asked.text() == "grant_type=client_credentials"
