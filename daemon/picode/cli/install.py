"""Fetch a package of skills, templates, themes, extensions: npm:NAME, pip:NAME, git:HOST/USER/REPO, a URL, a path."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source", help="npm:NAME[@VERSION], pip:NAME[==VERSION], git:HOST/PATH[@REF], an address, a path"
    )
    local(parser)


def local(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-l", "--local", action="store_true", help="for this project, not for you")


def run(args: argparse.Namespace) -> int:
    from picode import paths
    from picode.resources.packages import change

    where, cwd = paths.resolve(), paths.working_directory()
    at = change.desk(where, cwd, args.local)
    root, counts = change.install(at, args.source, cwd)
    words = [f"{kind}: {count}" for kind, count in counts.items() if count]
    print(f"{args.source}: {', '.join(words)}, in {root}")
    print(
        f"It is named in {at.settings}. Nothing of it was run; skills are instructions to the model, so look at them."
    )
    if counts.get("extensions"):
        print("Its extensions are programs, and run as you from now on; `--no-extensions` leaves them out.")
    return 0
