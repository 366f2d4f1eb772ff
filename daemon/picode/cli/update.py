"""Fetch packages again that are not pinned to a version, and those that the settings name and that are not there."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from picode.resources.packages.change import Outcome


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", nargs="?", default="", help="only this one; all without it")


def run(args: argparse.Namespace) -> int:
    from picode import paths
    from picode.errors import Missing, Unavailable
    from picode.resources.packages import change

    where, cwd = paths.resolve(), paths.working_directory()
    done: list[Outcome] = []
    for local in (False, True):
        done += change.update(change.desk(where, cwd, local), args.source, cwd)
    if args.source and not done:
        raise Missing(f"No package {args.source} is named in the settings.", "`picode list` shows them.")
    for one in done:
        print(f"{one.source}: {one.told}")
    if not done:
        print("No packages are named in the settings.")
    return Unavailable.exit_code if any(one.failed for one in done) else 0
