"""pi's options, which `picode`, `picode -p` and the modes for programs share: which conversation, which model, how."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from picode.errors import UsageError

if TYPE_CHECKING:
    from picode.client.stream import Stream
    from picode.protocol.replies import Snapshot
    from picode.protocol.requests import Open
    from picode.protocol.values import Place, Wishes

LEVELS = ("off", "minimal", "low", "medium", "high", "xhigh")
LONGEST_PROMPT = 256 * 1024
"""Characters of instructions."""


def add_conversation(parser: argparse.ArgumentParser, *, new: bool = False) -> None:
    """`new`: a new conversation is not what is meant anyway."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--session", metavar="ID", help="this conversation: an id, its beginning, or a file")
    which.add_argument(
        "-c", "--continue", action="store_true", dest="latest", help="the project's latest conversation"
    )
    which.add_argument("--fork", metavar="ID", help="a new conversation with everything of this one")
    which.add_argument(
        "--no-session", action="store_true", help="a new one that is never written to the disk"
    )
    if new:
        which.add_argument("-r", "--resume", action="store_true", help="choose a conversation from a list")
        which.add_argument("--new", action="store_true", help="a new conversation")
    parser.add_argument("--session-dir", metavar="DIR", default="", help="where conversations are kept")


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
    parser.add_argument(
        "--system-prompt",
        default="",
        metavar="TEXT",
        help="in place of our own; a file's name: what is in it",
    )
    parser.add_argument(
        "--append-system-prompt", action="append", default=[], metavar="TEXT", help="the same, put behind it"
    )
    parser.add_argument("-t", "--tools", metavar="TOOL,…", help="the only tools that the model may use")
    parser.add_argument("-nt", "--no-tools", action="store_true", help="no tools at all")
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

    def open(self, model: str) -> "Open":
        from picode.protocol.requests import Open

        return Open(
            0, self.place, self.choice, self.name, tail=1, model=model, directory=self.directory,  # type: ignore[arg-type]
            ephemeral=self.ephemeral, wishes=self.wishes,
        )  # fmt: skip


def chosen(args: argparse.Namespace, place: "Place", choice: str = "new") -> Chosen:
    """`choice`: what is opened when nothing else is said. Raises UsageError."""
    from picode.protocol.values import Wishes

    for option in ("session", "fork"):
        if getattr(args, option) == "":
            # a script's empty variable is no wish for a new conversation
            raise UsageError(
                f"The id after --{option} is empty.", "`picode sessions` lists the conversations."
            )
    model = _model(args)
    if args.api_key is not None and not model:
        raise UsageError("--api-key needs a model to be for.", "Add --model or --provider.")
    wishes = Wishes(
        args.thinking,
        _prompt(args.system_prompt),
        "\n\n".join(map(_prompt, args.append_system_prompt)),
        _tools(args),
    )
    choice = "named" if args.session else "fork" if args.fork else "latest" if args.latest else choice
    return Chosen(
        place, "new" if args.no_session else choice, args.session or args.fork or "", model, _listed(args.models),
        os.path.abspath(os.path.expanduser(args.session_dir)) if args.session_dir else "", args.no_session, wishes,
        args.api_key or "",
    )  # fmt: skip


async def opened(daemon: "Stream", what: Chosen) -> "Snapshot":
    """The conversation, as the options want it. Raises PicodeError."""
    from picode.protocol.replies import Snapshot
    from picode.protocol.requests import LendKey, SetModel

    model = what.model
    if what.models and not model:
        first = next(iter(await scope(daemon, what.models)), ("", ""))
        model = ":".join(filter(None, first))
    found = await daemon.ask_for(Snapshot, what.open(model))
    if model and what.choice != "new":
        await daemon.ask(SetModel(0, found.conversation, model))
    if what.key:
        await daemon.ask(LendKey(0, found.conversation, what.key))
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


def _listed(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def granted(args: argparse.Namespace) -> list[str]:
    """`--allow`."""
    return _listed(args.allow)


def _tools(args: argparse.Namespace) -> list[str] | None:
    if args.tools is not None:
        return _listed(args.tools)
    return [] if args.no_tools else None


def _prompt(given: str) -> str:
    """The text, or what is in the file of that name. Raises UsageError."""
    try:
        with open(given, encoding="utf-8", errors="replace") as file:
            given = file.read(LONGEST_PROMPT + 1)
    except (OSError, ValueError):  # it is no file's name
        pass
    if len(given) > LONGEST_PROMPT:
        raise UsageError(f"The instructions have more than {LONGEST_PROMPT // 1024} KB.")
    return given
