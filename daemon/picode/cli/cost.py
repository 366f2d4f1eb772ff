"""What requests to models cost: by day, model, conversation or project, as a table with a bar for each row."""

import argparse
import shutil
import sys

from picode.cli.count import count


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", choices=("day", "model", "conversation", "workspace"), default="day")
    parser.add_argument("--here", action="store_true", help="of this project alone")
    parser.add_argument("--limit", type=count, default=14, help="how many rows at most (14)")
    parser.add_argument("--json", action="store_true", help="one JSON object: rows, sums and limits")


def run(args: argparse.Namespace) -> int:
    from picode import paths
    from picode.client.blocking import connect
    from picode.protocol.replies import Spending
    from picode.protocol.requests import GetSpending

    asked = GetSpending(
        id=0, by=args.by, cwd=str(paths.working_directory()), only=args.here, limit=args.limit
    )
    with connect(paths.resolve()) as daemon:
        found = daemon.ask_for(Spending, asked, 30)
    if args.json:
        sys.stdout.write(as_json(found) + "\n")
        return 0
    from picode.pane.spending import lines

    width = shutil.get_terminal_size((100, 24)).columns
    print("\n".join(lines(found, width)))
    return 0


def as_json(found: object) -> str:
    """Every count, the empty ones too."""
    import msgspec

    def whole(value: object) -> object:
        if isinstance(value, msgspec.Struct):
            names = [name for name in value.__struct_fields__ if name != "id"]
            return {name: whole(getattr(value, name)) for name in names}
        return [whole(one) for one in value] if isinstance(value, list) else value

    return msgspec.json.encode(whole(found)).decode()
