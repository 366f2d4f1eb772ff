"""Taking over pi's auth.json: keys, commands that say keys, and sign-ins at servers that are known here."""

import os
from collections.abc import Iterator
from pathlib import Path

from picode import paths
from picode.credentials import Credentials, Secret, oauth_data, pi
from picode.credentials.oauth import Tokens
from picode.errors import PicodeError


def run(kept: Credentials, file: Path) -> Iterator[str]:
    """What became of each provider, in a sentence. Raises what is wrong with the file."""
    entries = pi.read(file, os.environ)
    for entry in entries:
        if entry.provider in kept.kept().keys:
            yield f"{entry.provider}: kept already, and left as it is."
        elif entry.command:
            kept.add_command(entry.provider, entry.command)
            yield f"{entry.provider}: the command is taken over."
        elif entry.key:
            yield f"{entry.provider}: the key is in {kept.add(entry.provider, entry.key.reveal())}."
        else:
            yield f"{entry.provider}: {_tokens(kept, entry)}"
    if not entries:
        yield f"There are no keys in {file}."


def _tokens(kept: Credentials, entry: pi.Entry) -> str:
    access, refresh, expires = (entry.tokens.get(name) for name in ("access", "refresh", "expires"))
    if not isinstance(access, str) or not isinstance(refresh, str) or not isinstance(expires, int | float):
        return "its sign-in has a form that is not known here."
    try:
        client = oauth_data.client(paths.resolve().config / "oauth.json", entry.provider)
    except PicodeError as error:
        return f"its sign-in is left to pi. {error.message}"
    tokens = Tokens(Secret(access), client, Secret(refresh), expires / 1000, 0.0)
    return f"the sign-in is in {kept.add_tokens(entry.provider, tokens)}."
