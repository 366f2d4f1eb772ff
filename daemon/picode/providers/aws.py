"""Whose account at AWS, and where: variables first, then the files that AWS's own tools write."""

import configparser
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from picode.providers.sigv4 import Keys

NO_KEYS = (
    "no key: set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws configure` "
    "or `picode auth add bedrock`"
)
NO_REGION = "no region: set AWS_REGION"


@dataclass(frozen=True)
class Account:
    """`keys` is None, and `region` empty, where nothing says them; `origin`: where the keys are from, in words."""

    keys: Keys | None
    region: str
    origin: str


def account(environ: Mapping[str, str]) -> Account:
    """What counts now. Files that cannot be read say nothing."""
    profile = environ.get("AWS_PROFILE", "").strip() or "default"
    home = Path(environ.get("HOME", "~")).expanduser() / ".aws"
    named = profile if profile == "default" else f"profile {profile}"
    config = _section(Path(environ.get("AWS_CONFIG_FILE") or home / "config"), named)
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or config.get("region", "")
    access, secret = environ.get("AWS_ACCESS_KEY_ID", ""), environ.get("AWS_SECRET_ACCESS_KEY", "")
    if access and secret:
        keys = Keys(access.strip(), secret.strip(), environ.get("AWS_SESSION_TOKEN", "").strip())
        return Account(keys, region.strip(), "AWS_ACCESS_KEY_ID in the environment")
    file = Path(environ.get("AWS_SHARED_CREDENTIALS_FILE") or home / "credentials")
    for place, found in ((file, _section(file, profile)), (home / "config", config)):
        access, secret = found.get("aws_access_key_id", ""), found.get("aws_secret_access_key", "")
        if access and secret:
            keys = Keys(access, secret, found.get("aws_session_token", ""))
            return Account(keys, region.strip(), f"{place}, profile {profile}")
    return Account(None, region.strip(), "")


def _section(file: Path, name: str) -> dict[str, str]:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, configparser.Error):
        return {}
    return dict(parser[name]) if parser.has_section(name) else {}
