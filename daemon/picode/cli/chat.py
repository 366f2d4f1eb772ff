"""The assistant in this terminal."""

import argparse
import os
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--session", metavar="ID", help="this conversation: an id, its beginning, or a file")
    which.add_argument(
        "--continue", action="store_true", dest="latest", help="the project's latest conversation"
    )
    which.add_argument("--new", action="store_true", help="a new conversation")
    parser.add_argument("--model", default="", help="provider/model, for a new conversation")


def run(args: argparse.Namespace) -> int:
    """Inside Zellij the workspace's conversation, elsewhere a new one, unless the options say another."""
    if plain():
        return _chat(args)
    from picode.pane.early import CLEAR, first_picture

    with first_picture():
        try:
            return _chat(args)
        except BaseException:
            # an error is told on a line of its own
            sys.stdout.write(CLEAR)
            sys.stdout.flush()
            raise


def _chat(args: argparse.Namespace) -> int:
    from picode import paths
    from picode.cli.place import here
    from picode.config.layers import load
    from picode.errors import UsageError
    from picode.pane.effects import Start

    if args.session == "":
        raise UsageError("The id after --session is empty.", "`picode sessions` lists the conversations.")
    where, place = paths.resolve(), here()
    loaded = load(where, project=paths.project_of(place.cwd)).settings
    settings = loaded.pane
    choice = "current" if place.zellij_session else "new"
    choice = "named" if args.session else "latest" if args.latest else "new" if args.new else choice
    scoped = tuple(loaded.models.scoped)
    begin = Start(place, choice, args.session or "", args.model, settings.history, scoped)  # type: ignore[arg-type]
    if plain():
        from picode.pane.plain import run_plain

        return run_plain(where, begin)
    from picode.pane.app import run_pane

    return run_pane(where, begin, vi=settings.keys == "vi", notify=loaded.away.notify == "osc")


def plain() -> bool:
    """Whether this terminal can only print lines."""
    return os.environ.get("TERM", "dumb") in ("dumb", "") or not sys.stdout.isatty() or not sys.stdin.isatty()
