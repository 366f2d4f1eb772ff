"""Allow the extensions that a project brings: they are programs, and run as you. What is changed later asks again."""

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-y", "--yes", action="store_true", help="without asking")
    parser.add_argument("--forget", action="store_true", help="allow them no longer")


def run(args: argparse.Namespace) -> int:
    from picode import paths
    from picode.config.layers import load
    from picode.errors import UsageError
    from picode.resources import trust
    from picode.resources.collection import where
    from picode.resources.extensions import find

    place, cwd = paths.resolve(), paths.working_directory()
    project = paths.project_of(cwd)
    at = where(str(cwd), place.config, load(place, project=project).settings)
    if args.forget:
        gone = trust.forget(at.config, project)
        print(f"{project}: its extensions are {'no longer allowed' if gone else 'not allowed anyway'}.")
        return 0
    found = find(at)
    mine = [file for file, origin in found.origins.items() if origin.scope == "project"]
    for file in mine:
        print(f"{file}{'' if file in found.held else '  (allowed)'}")
    if not found.held:
        print("This project brings no extensions." if not mine else "They are allowed as they are.")
        return 0
    if not args.yes:
        if not sys.stdin.isatty():
            raise UsageError("Nobody can be asked here.", "`picode trust --yes` allows them.")
        if input(
            "These are programs, and run as you. Look at them. Run them? [y/N] "
        ).strip().lower() not in ("y", "yes"):
            print("They do not run.")
            return 1
    trust.allow(at.config, project, mine)
    print("They are allowed as they are now; /reload begins them where PiCode is open.")
    return 0
