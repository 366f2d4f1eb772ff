"""Keys and sign-ins: `add` asks for a key (or reads it from a pipe), `login` signs in with a browser, `list` says where
each is from. A key is never given as an argument: other users of this machine could read it there.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from picode import config, paths
from picode.credentials import KEY_NAMES, VARIABLES, Credentials, Secret
from picode.errors import NotAllowed, PicodeError, Unavailable, UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser(
        "add", help="keep a key, after the provider has taken it; !COMMAND: what says it"
    )
    add.add_argument("--no-test", action="store_true", help="keep it without asking the provider")
    add.add_argument("--command", metavar="COMMAND", help="a command that prints the key: 'pass show openai'")
    listed = actions.add_parser("list", help="whose keys there are, and where each is from")
    listed.add_argument("--json", action="store_true", help="as one JSON object")
    test = actions.add_parser("test", help="ask the provider whether it takes the key; of all without a name")
    remove = actions.add_parser("remove", help="forget a key")
    login = actions.add_parser("login", help="sign in with a browser, or with a code on another device")
    login.add_argument("--device", action="store_true", help="a code to type in elsewhere")
    login.add_argument("--no-browser", action="store_true", help="print the address, and open nothing")
    logout = actions.add_parser("logout", help="end a sign-in, here and at the server")
    for named in (add, remove, login, logout):
        named.add_argument("provider", nargs="?", default="", help=", ".join(VARIABLES))
    test.add_argument("provider", nargs="?", default="")
    taken = actions.add_parser("import", help="take over the keys of pi's auth.json")
    taken.add_argument("file", nargs="?", default="", help="another file of this form")
    rotate = actions.add_parser("rotate", help="encrypt the kept keys anew, with another key")
    how = rotate.add_mutually_exclusive_group()
    how.add_argument("--passphrase", action="store_true", help="with one that is asked for")
    how.add_argument("--no-passphrase", action="store_true", help="with one in the keyring, else in a file")
    actions.add_parser("unlock", help="give the daemon the passphrase of the kept keys")
    for action in set(actions.choices.values()):
        # taken, so that it is not repeated in an error
        action.add_argument("more", nargs="*", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    if args.more:
        raise UsageError(
            "That is too much; and a key is no argument, for the list of processes and the shell's history show it.",
            "Without it, `picode auth add PROVIDER` asks for the key, or reads it from a pipe.",
        )
    where = paths.resolve()
    # a list asks nobody for anything
    ask = _passphrase if args.action != "list" else lambda: None
    kept = Credentials.at(where, os.environ, pi_too=config.load(where).settings.pi.read, ask=ask)
    done: int = DO[args.action](args, kept)
    return done


def _add(args: argparse.Namespace, kept: Credentials) -> int:
    from picode.credentials import adding

    provider = _provider(args.provider, kept)
    said = Secret(f"!{args.command}" if args.command else _read(provider))
    models = paths.resolve().config / "models.json"
    added = adding.add(kept, provider, said, models, test=not args.no_test)
    print(added.told)
    for warning in added.warnings:
        print(warning, file=sys.stderr)
    return 0


def _provider(name: str, kept: Credentials) -> str:
    """How the key of what a person names is called. Raises UsageError."""
    from picode.credentials import adding

    where = paths.resolve()
    # models are named google/…, their key after Gemini
    name = KEY_NAMES.get(name, name)
    names = adding.names(kept, where.config, config.load(where).settings.custom_providers)
    if not name:
        raise UsageError("Which provider?", f"One of {', '.join(names)}.")
    if name not in names:
        raise UsageError(f"There is no provider {name!r} that takes a key.", f"One of {', '.join(names)}.")
    return name


def _read(provider: str) -> str:
    """The key, typed without being shown, or the first line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    return _typed(f"Key for {provider} (it is not shown): ")


def _typed(asking: str) -> str:
    import getpass

    try:
        return getpass.getpass(asking)
    except EOFError:
        raise NotAllowed("Nothing was typed; nothing was changed.") from None


def _passphrase() -> Secret | None:
    """Of the person at the terminal, whatever standard input is."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR))
    except OSError:
        return None
    return Secret(_typed("Passphrase of the kept keys: "))


def _list(args: argparse.Namespace, kept: Credentials) -> int:
    kept.kept()
    rows = kept.rows()
    if args.json:
        print(json.dumps([{"provider": name, "origins": origins} for name, origins in rows], indent=2))
        return 0
    for provider, origins in rows:
        print(_line(f"{provider:<12}{origins[0]}", origins[1:]))
    if not rows:
        print("There are no keys. Add one with `picode auth add PROVIDER`; the model demo/demo needs none.")
    return 0


def _line(text: str, others: list[str]) -> str:
    line = f"{text} (before: {', '.join(others)})" if others else text
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)


def _test(args: argparse.Namespace, kept: Credentials) -> int:
    names = [_provider(args.provider, kept)] if args.provider else [name for name, _ in kept.rows()]
    refused = False
    for name in names:
        taken, told = _tested(name, kept)
        print(_line(f"{name:<12}{told}", []))
        refused = refused or not taken
    if not names:
        print("There are no keys.")
    return NotAllowed.exit_code if refused else 0


def _tested(name: str, kept: Credentials) -> tuple[bool, str]:
    """Whether nobody refused it, and what became of it."""
    from picode.credentials import probe

    try:
        found = kept.have(name)
        if found is None:
            raise NotAllowed(f"There is no key for {name}.", f"Add one with `picode auth add {name}`.")
        tried = probe.tried(name, found, paths.resolve().config / "models.json")
    except PicodeError as error:
        return False, str(error)
    words = {"good": "is taken", "refused": f"is refused: {tried.why}", "unknown": f"not tested: {tried.why}"}
    return tried.outcome != "refused", f"{found.origin}: {words[tried.outcome]}"


def _remove(args: argparse.Namespace, kept: Credentials) -> int:
    from picode.credentials import adding

    if not args.provider:
        raise UsageError("Which provider?", "`picode auth list` shows whose keys there are.")
    print(adding.forget(kept, KEY_NAMES.get(args.provider, args.provider)))
    return 0


def _login(args: argparse.Namespace, kept: Credentials) -> int:
    from picode.cli import sign_in
    from picode.credentials import adding

    provider = _provider(args.provider, kept)
    where = sign_in.run(kept, provider, device=args.device, open_browser=not args.no_browser)
    print(f"You are signed in at {provider}; the sign-in is in {where}.")
    for warning in adding.before(kept, provider):
        print(warning, file=sys.stderr)
    return 0


def _import(args: argparse.Namespace, kept: Credentials) -> int:
    from picode.cli import take_over

    file = Path(args.file) if args.file else paths.pi_directory() / "auth.json"
    for line in take_over.run(kept, file):
        print(_line(line, []))
    return 0


def _rotate(args: argparse.Namespace, kept: Credentials) -> int:
    passphrase = None
    if args.passphrase:
        passphrase = Secret(os.environ.get("PICODE_PASSPHRASE", "") or _twice())
    elif not args.no_passphrase and kept.kept().master.get("from") == "passphrase":
        passphrase = kept.master.offered()
    print(f"The kept keys are encrypted anew. The key for them is {kept.rotate(passphrase)}.")
    if passphrase is not None:
        _tell_daemon(passphrase)
    return 0


def _twice() -> str:
    first = _typed("New passphrase (it is not shown): ")
    if first != _typed("The same again: "):
        raise UsageError("These are two; nothing was changed.")
    return first


def _unlock(args: argparse.Namespace, kept: Credentials) -> int:
    passphrase = _passphrase() if sys.stdin.isatty() else Secret(sys.stdin.readline().rstrip("\n"))
    if passphrase is None or not passphrase.reveal():
        raise NotAllowed("No passphrase was given.")
    kept.unlock(passphrase)
    if not _tell_daemon(passphrase, start=True):
        raise Unavailable("The daemon could not be told.", "`picode daemon status` shows it.")
    print("The kept keys are unlocked until the daemon ends.")
    return 0


def _tell_daemon(passphrase: Secret, *, start: bool = False) -> bool:
    """Whether there is one to tell."""
    from picode.client.blocking import connect
    from picode.protocol.requests import Unlock

    try:
        with connect(paths.resolve(), start=start) as daemon:
            daemon.ask(Unlock(0, passphrase.reveal()))
    except Unavailable:
        return False
    return True


DO = {
    "add": _add, "list": _list, "test": _test, "remove": _remove, "login": _login, "logout": _remove,
    "import": _import, "rotate": _rotate, "unlock": _unlock,
}  # fmt: skip
