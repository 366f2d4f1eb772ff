"""pi's options, which `picode`, `picode -p` and the modes for programs share: which conversation, which model, how."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from picode.cli.wishes import add_wishes, listed, wishes
from picode.errors import UsageError

if TYPE_CHECKING:
    from picode.client.stream import Stream
    from picode.protocol.replies import Snapshot
    from picode.protocol.requests import Open
    from picode.protocol.values import Place, Wishes

OPENS_WITHIN = 60.0
"""Seconds that a conversation of hundreds of megabytes may take on a machine that is busy."""
LEVELS = ("off", "minimal", "low", "medium", "high", "xhigh")


def add_conversation(parser: argparse.ArgumentParser, *, new: bool = False) -> None:
    """`new`: a new conversation is not what is meant anyway."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--session", metavar="ID", help="this conversation: an id, its beginning, or a file")
    which.add_argument(
        "-c", "--continue", action="store_true", dest="latest", help="the project's latest conversation"
    )
    which.add_argument(
        "--session-id", metavar="ID", help="the one with exactly this id, made when there is none"
    )
    which.add_argument("--fork", metavar="ID", help="a new conversation with everything of this one")
    which.add_argument(
        "--no-session", action="store_true", help="a new one that is never written to the disk"
    )
    if new:
        which.add_argument("-r", "--resume", action="store_true", help="choose a conversation from a list")
        which.add_argument("--new", action="store_true", help="a new conversation")
    parser.add_argument("--session-dir", metavar="DIR", default="", help="where conversations are kept")
    parser.add_argument("-n", "--name", metavar="NAME", help="call the conversation this")


def add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--provider", default="", metavar="NAME", help="whose model")
    parser.add_argument(
        "--model",
        default="",
        metavar="PATTERN",
        help="provider/model or a part of its name, with :LEVEL to think",
    )
    parser.add_argument(
        "--api-key", metavar="KEY", help="for this conversation only, kept in memory; other users may see it in the "
        "list of processes for a moment: an environment variable or `picode auth` is safer",
    )  # fmt: skip
    parser.add_argument("--thinking", choices=LEVELS, default="", help="how hard the model is to think")
    parser.add_argument(
        "--models", default="", metavar="PATTERN,…", help="models to change between; the first is taken"
    )
    add_wishes(parser)
    parser.add_argument(
        "--offline", action="store_true", help="no network but for the model: PiCode never uses another"
    )


def hide_key(arguments: Sequence[str]) -> None:
    """What was given with `--api-key` no longer shows in the list of processes."""
    if any(argument.startswith("--api") for argument in arguments):
        from setproctitle import setproctitle

        setproctitle("picode --api-key …")


@dataclass
class Chosen:
    """What the options say, for the daemon."""

    place: "Place"
    choice: str
    name: str = ""
    model: str = ""
    models: list[str] = field(default_factory=list)
    directory: str = ""
    ephemeral: bool = False
    wishes: "Wishes | None" = None
    key: str = ""
    called: str = ""
    """What the conversation is to be called."""

    def open(self, model: str) -> "Open":
        from picode.protocol.requests import Open

        return Open(
            0, self.place, self.choice, self.name, tail=1, model=model, directory=self.directory,  # type: ignore[arg-type]
            ephemeral=self.ephemeral, wishes=self.wishes,
        )  # fmt: skip


def chosen(args: argparse.Namespace, place: "Place", choice: str = "new") -> Chosen:
    """`choice`: what is opened when nothing else is said. Raises UsageError."""
    for option in ("session", "session_id", "fork"):
        if getattr(args, option) == "":
            # a script's empty variable is no wish for a new conversation
            raise UsageError(
                f"The id after --{option.replace('_', '-')} is empty.",
                "`picode sessions` lists the conversations.",
            )
    model = _model(args)
    if args.api_key is not None and not model:
        raise UsageError("--api-key needs a model to be for.", "Add --model or --provider.")
    if args.name is not None and not args.name.strip():
        raise UsageError("The name after --name is empty.")
    named = (("named", args.session), ("exact", args.session_id), ("fork", args.fork))
    choice, name = next(
        ((kind, given) for kind, given in named if given), ("latest" if args.latest else choice, "")
    )
    return Chosen(
        place, "new" if args.no_session else choice, name, model, listed(args.models),
        os.path.abspath(os.path.expanduser(args.session_dir)) if args.session_dir else "", args.no_session,
        wishes(args), args.api_key or "", args.name or "",
    )  # fmt: skip


async def opened(daemon: "Stream", what: Chosen) -> "Snapshot":
    """The conversation, as the options want it. Raises PicodeError."""
    from picode.protocol.replies import Snapshot
    from picode.protocol.requests import LendKey, SetModel, SetName

    model = what.model
    if what.models and not model:
        first = next(iter(await scope(daemon, what.models)), ("", ""))
        model = ":".join(filter(None, first))
    found = await daemon.ask_for(Snapshot, what.open(model), OPENS_WITHIN)
    if model and what.choice != "new":
        await daemon.ask(SetModel(0, found.conversation, model))
    if what.key:
        await daemon.ask(LendKey(0, found.conversation, what.key))
    if what.called:
        await daemon.ask(SetName(0, found.conversation, what.called))
    return found


async def scope(daemon: "Stream", patterns: list[str]) -> list[tuple[str, str]]:
    """The models that can be used and that the patterns mean, each with its level (or none)."""
    from picode.modelnames import scoped
    from picode.protocol.replies import Models
    from picode.protocol.requests import GetModels

    known = (await daemon.ask_for(Models, GetModels(0))).models
    found, nothing = scoped(patterns, [one.name for one in known if one.usable])
    for pattern in nothing:
        print(f"picode: no model that can be used matches {pattern!r}.", file=sys.stderr)
    return found


def _model(args: argparse.Namespace) -> str:
    model: str = args.model
    if not args.provider:
        return model
    return model if model.startswith(f"{args.provider}/") else f"{args.provider}/{model}".rstrip("/")


def granted(args: argparse.Namespace) -> list[str]:
    """`--allow`."""
    return listed(args.allow)
