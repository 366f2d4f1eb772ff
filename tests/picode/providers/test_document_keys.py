"""The keys of documents: written in the configuration, by variable or command, or kept."""

from pathlib import Path

import pytest

from picode.config.schema import CustomProvider
from picode.credentials import Credentials
from picode.errors import Unavailable
from picode.providers.document_keys import keys


def test_what_is_written_goes_before_what_is_kept(home: Path) -> None:
    environ = {"SHOP_API_KEY": "kept", "APP": "from-variable"}
    entry = CustomProvider(
        document="a", keys={"app": "$APP", "pass": "!echo said", "plain": "sk-1", "gone": "!false"}
    )
    key_of = keys("shop", entry, Credentials(home / "credentials", environ), environ)
    assert [key_of(name) for name in ("app", "pass", "plain", "other")] == [
        "from-variable",
        "said",
        "sk-1",
        "kept",
    ]
    with pytest.raises(Unavailable, match="The command that says the key gone of shop failed"):
        key_of("gone")


def test_there_may_be_none(home: Path) -> None:
    assert keys("shop", CustomProvider(document="a"), Credentials(home / "credentials", {}), {})("any") == ""
