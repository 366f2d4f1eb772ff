"""Keys: `add PROVIDER` asks for one (or reads it from a pipe), `list` says where each is from, `remove` forgets it."""

import argparse
import os
import sys

from picode import paths
from picode.credentials import VARIABLES, Credentials
from picode.errors import NotAllowed, UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["add", "list", "remove"])
    parser.add_argument("provider", nargs="?", default="", help=", ".join(VARIABLES))


def run(args: argparse.Namespace) -> int:
    kept = Credentials(paths.resolve().credentials, os.environ)
    if args.action == "list":
        return _list(kept)
    provider = _provider(args.provider)
    if args.action == "add":
        print(f"The key for {provider} is in {kept.add(provider, _read(provider))}.")
        _warn(provider)
    else:
        print(f"The key for {provider} was removed from {kept.remove(provider)}.")
    return 0


def _provider(name: str) -> str:
    # models are named google/…, their key after Gemini
    name = "gemini" if name == "google" else name
    known = ", ".join(VARIABLES)
    if not name:
        raise UsageError("Which provider?", f"One of {known}.")
    if name not in VARIABLES:
        raise UsageError(f"There is no provider {name!r} that takes a key.", f"One of {known}.")
    return name


def _read(provider: str) -> str:
    """The key, typed without being shown, or the first line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    import getpass

    try:
        return getpass.getpass(f"Key for {provider} (it is not shown): ")
    except EOFError:
        raise NotAllowed("No key was given; nothing was changed.") from None


def _warn(provider: str) -> None:
    variable = VARIABLES[provider]
    if os.environ.get(variable, "").strip():
        print(f"{variable} is set here, and goes before it.", file=sys.stderr)


def _list(kept: Credentials) -> int:
    found = kept.listed()
    for provider, origin in found:
        print(f"{provider:<12}{origin}")
    if not found:
        print("There are no keys. Add one with `picode auth add PROVIDER`; the model demo/demo needs none.")
    return 0
