"""The assistant in this terminal."""

import argparse
import os
import sys
from typing import TYPE_CHECKING

from picode.cli import options
from picode.cli.wishes import paths as paths_of

if TYPE_CHECKING:
    from picode.pane.state import Submitted
    from picode.pane.theme import Given


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "text", nargs="*", metavar="TEXT", help="what to say at once; @FILE sends a file along"
    )
    options.add_conversation(parser, new=True)
    options.add_model(parser)


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
    from picode.pane.effects import Start
    from picode.protocol.values import Wishes

    where, place = paths.resolve(), here()
    loaded = load(where, project=paths.project_of(place.cwd)).settings
    settings = loaded.pane
    what = options.chosen(args, place, "current" if place.zellij_session and not args.new else "new")
    if what.wishes == Wishes():
        what.wishes = None  # the conversation goes on as it is
    begin = Start(
        place, what.choice, what.name, what.model, settings.history, tuple(what.models or loaded.models.scoped),  # type: ignore[arg-type]
        what.open(""), what.key, _typed(args, what.called), given_themes(args),
        settings.thoughts, settings.double_escape if settings.keys == "emacs" else "none",
    )  # fmt: skip
    if plain():
        from picode.pane.plain import run_plain

        return run_plain(where, begin)
    from picode.pane.app import run_pane

    return run_pane(where, begin, vi=settings.keys == "vi", notify=loaded.away.notify == "osc")


def given_themes(args: argparse.Namespace) -> "Given":
    from picode.pane.theme import Given

    return Given(args.use_theme, tuple(paths_of(args.theme)), args.no_themes)


def _typed(args: argparse.Namespace, name: str) -> "tuple[Submitted, ...]":
    from picode.cli.attached import attached
    from picode.pane.state import Submitted

    told, pictures = attached([word[1:] for word in args.text if word.startswith("@")])
    words = [word for word in args.text if not word.startswith("@")]
    said = [f"{told}{words[0] if words else ''}", *words[1:]]
    first = [Submitted(said[0], images=tuple(pictures))] if said[0] else []
    named = [Submitted(f"/name {name}")] if name else []
    return (*named, *first, *map(Submitted, said[1:]), *([Submitted("/resume")] if args.resume else []))


def plain() -> bool:
    """Whether this terminal can only print lines."""
    return os.environ.get("TERM", "dumb") in ("dumb", "") or not sys.stdout.isatty() or not sys.stdin.isatty()
