"""Take a package away: its files, and the line in the settings that names it."""

import argparse

from picode.cli.install import local


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", help="as `picode list` shows it; the version does not matter")
    local(parser)


def run(args: argparse.Namespace) -> int:
    from picode import paths
    from picode.resources.packages import change

    where, cwd = paths.resolve(), paths.working_directory()
    at = change.desk(where, cwd, args.local)
    change.remove(at, args.source, cwd)
    print(f"{args.source} was removed from {at.settings}.")
    return 0
