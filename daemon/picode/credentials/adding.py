"""Keeping what a person gave: a key or `!command`, after its provider was asked; and letting go of it again."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from picode.credentials.find import Credentials
from picode.credentials.names import variable_of
from picode.credentials.secret import Found, Secret, check
from picode.errors import NotAllowed


@dataclass(frozen=True)
class Added:
    """What is to be said: that it is kept and where, and what a person should know besides."""

    told: str
    warnings: tuple[str, ...] = ()


def add(
    kept: Credentials, provider: str, given: Secret, models: Path, *, test: bool = True,
    environ: Mapping[str, str] = os.environ,
) -> Added:  # fmt: skip
    """Blocks while the provider is asked, and a command runs. `models`: the user's models.json.

    Raises UsageError (it is no key), NotAllowed (the provider refuses it, the command fails); then nothing is kept."""
    from picode.credentials import command, probe

    said = given.reveal().strip()
    is_command = said.startswith("!")
    key = Secret("" if is_command else check(said))
    warnings = []
    if test:
        key = command.run(said[1:]) if is_command else key
        tried = probe.tried(provider, Found(key, "it"), models, environ)
        if tried.outcome == "refused":
            raise NotAllowed(f"{provider} refused the key ({tried.why.rstrip('.')}); nothing was kept.")
        if tried.outcome == "unknown":
            warnings.append(f"The key was not tested: {tried.why.rstrip('.')}.")
    if is_command:
        kept.add_command(provider, said[1:])
        told = f"The key for {provider} is what this command prints."
    else:
        told = f"The key for {provider} is in {kept.add(provider, key.reveal())}."
    return Added(told, (*warnings, *before(kept, provider)))


def before(kept: Credentials, provider: str) -> list[str]:
    """What counts before a thing that was just kept."""
    found, variable = kept.find(provider), variable_of(provider)
    return (
        [f"{variable} is set here, and goes before it."]
        if found and found.origin.startswith(variable)
        else []
    )


def forget(kept: Credentials, provider: str) -> str:
    """Blocks while a sign-in is ended at its server. Raises Missing."""
    if (tokens := kept.tokens(provider)) is None:
        return f"The key for {provider} was removed from {kept.remove(provider)}."
    from picode.credentials import oauth

    ended = oauth.revoke(tokens)
    told = "ended at the server, and removed from" if ended else "removed from"
    return f"The sign-in at {provider} was {told} {kept.remove(provider)}."


def names(kept: Credentials, config: Path, more: Iterable[str] = ()) -> list[str]:
    """Everybody who takes a key or a sign-in, as far as is known here; `more`: of the settings. Raises ConfigError."""
    from picode.credentials import oauth_data, probe
    from picode.credentials.names import KEY_NAMES, VARIABLES

    own = [
        *more,
        *probe.providers(config / "models.json"),
        *oauth_data.said(config / "oauth.json"),
        *kept.kept().keys,
    ]
    if kept.pi_file is not None:
        own += probe.providers(kept.pi_file.with_name("models.json"))
    return list(dict.fromkeys([*VARIABLES, *(KEY_NAMES.get(one, one) for one in own)]))
