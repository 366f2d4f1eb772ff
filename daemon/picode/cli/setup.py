"""Write layouts, plugin, Zellij's permission entry and one line in the shells' rc files; everything is shown first."""

import argparse
import contextlib
import fcntl
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from picode import paths
from picode.errors import NotAllowed, TryLater, UsageError

if TYPE_CHECKING:
    from picode.installation.changes import Plan

TURN_WITHIN = 20.0
"""Seconds in which another set-up ends."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask")
    parser.add_argument(
        "--no-grant",
        action="store_true",
        help="leave Zellij's permission file alone; Zellij asks in the explorer",
    )
    parser.add_argument("--uninstall", action="store_true", help="take everything back")


def run(args: argparse.Namespace) -> int:
    from picode.installation.facts import look
    from picode.installation.plan import plan
    from picode.installation.undo import undo

    facts = look(paths.resolve())
    if args.uninstall:
        done, nothing = (
            "What set-up wrote is gone again; your conversations stay.",
            "Nothing of PiCode's set-up is left here.",
        )
        wanted = undo(facts)
    else:
        done = "PiCode is set up. `picode up` opens this directory's workspace; a new shell has the keys."
        nothing = "Everything is set up already; nothing was changed."
        wanted = plan(facts, grant=not args.no_grant)
    carry_out(wanted, assume_yes=args.yes, done=done, nothing=nothing)
    return 0


def carry_out(wanted: "Plan", assume_yes: bool, done: str, nothing: str) -> None:
    """Show the plan, ask once, and write it; `NotAllowed` when the answer is no."""
    from picode.installation.apply import apply
    from picode.installation.show import show

    shown = show(wanted, Path.home())
    if not wanted.changes:
        print("\n".join(filter(None, [shown, nothing])))
        return
    print(shown)
    if not assume_yes:
        _ask()
    with _turn():
        apply(wanted)
    print(done)


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    """One set-up at a time; it ends at the latest with the process."""
    # the home directory itself is locked: a file would be left over
    descriptor = os.open(Path.home(), os.O_RDONLY | os.O_CLOEXEC)
    try:
        until = time.monotonic() + TURN_WITHIN
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > until:
                    raise TryLater(
                        "Another set-up is under way.", "Run the command again when it is done."
                    ) from error
                time.sleep(0.05)
            except OSError:
                break  # a file system without locks: what was changed meanwhile is seen in any case
        yield
    finally:
        os.close(descriptor)


def _ask() -> None:
    if not sys.stdin.isatty():
        raise UsageError(
            "Nothing was written, because there is no terminal to ask on.", "`--yes` goes on without asking."
        )
    try:
        answer = input("Write this? [y/N] ")
    except EOFError:
        answer = ""
        print()
    if answer.strip().lower() not in ("y", "yes"):
        raise NotAllowed("Nothing was written.")
