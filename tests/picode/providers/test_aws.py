"""Whose account at AWS: variables, then files."""

from pathlib import Path

from picode.providers.aws import Account, account
from picode.providers.sigv4 import Keys

BY_NAME = {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S"}


def test_variables_go_before_files(home: Path) -> None:
    told = {"HOME": str(home), "AWS_DEFAULT_REGION": "us-west-2", **BY_NAME}
    assert account(told) == Account(Keys("A", "S"), "us-west-2", "AWS_ACCESS_KEY_ID in the environment")
    found = account({**told, "AWS_SESSION_TOKEN": "T", "AWS_REGION": "eu-west-1"})
    assert (found.keys, found.region) == (Keys("A", "S", "T"), "eu-west-1")


def test_files_have_profiles(home: Path) -> None:
    (home / ".aws").mkdir()
    (home / ".aws" / "credentials").write_text(
        "[default]\naws_access_key_id = D\naws_secret_access_key = d%s\n"
        "[work]\naws_access_key_id = W\naws_secret_access_key = w\naws_session_token = t\n"
    )
    (home / ".aws" / "config").write_text(
        "[default]\nregion = eu-north-1\n[profile work]\nregion = us-east-1\n"
    )
    found = account({"HOME": str(home)})
    assert (found.keys, found.region) == (Keys("D", "d%s"), "eu-north-1")
    found = account({"HOME": str(home), "AWS_PROFILE": "work"})
    assert (found.keys, found.region) == (Keys("W", "w", "t"), "us-east-1")
    assert found.origin == f"{home}/.aws/credentials, profile work"
    assert account({"HOME": str(home), "AWS_PROFILE": "none"}) == Account(None, "", "")


def test_files_may_be_elsewhere_and_broken(home: Path) -> None:
    (home / "keys").write_text("[default]\naws_access_key_id = K\naws_secret_access_key = k\n")
    (home / "config").write_text("no section\n")
    environ = {"AWS_SHARED_CREDENTIALS_FILE": str(home / "keys"), "AWS_CONFIG_FILE": str(home / "config")}
    assert account(environ).keys == Keys("K", "k")
    (home / "keys").write_bytes(b"\xff\xfe")
    assert account(environ) == Account(None, "", "")
