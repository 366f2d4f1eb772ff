"""The packages that count here, with what each of them brings."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as one JSON list")


def run(args: argparse.Namespace) -> int:
    from picode import paths
    from picode.config import layers
    from picode.resources import collection
    from picode.resources.packages import installed

    where, cwd = paths.resolve(), paths.working_directory()
    settings = layers.load(where, project=paths.project_of(cwd)).settings
    at = collection.where(str(cwd), where.config, settings)
    notices: list[str] = []
    found = installed.packages(settings.resources.packages, at.config, at.cwd, at.pi, notices)
    told = [
        {"source": one.text, "scope": one.scope, "path": str(one.root)}
        | {kind: [str(place.path) for place in installed.places(one, kind)] for kind in collection.KINDS}
        for one in found
    ]
    if args.json:
        import json

        print(json.dumps(told))
        return 0
    for one in told:
        counts = ", ".join(f"{kind}: {len(one[kind])}" for kind in collection.KINDS if one[kind])
        print(f"{one['source']}  ({one['scope']})  {counts or 'nothing'}\n  {one['path']}")
    for notice in notices:
        print(notice)
    if not told and not notices:
        print("No packages. `picode install SOURCE` adds one.")
    return 0
