"""Which files of the project a question is about, and what of them a model would get: nothing is sent."""

import argparse

from picode.cli.count import count

MODES = ("ask", "analyse", "edit", "test", "explain", "review")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", nargs="+")
    parser.add_argument(
        "--budget", type=count, default=0, metavar="TOKENS", help="(context.budget, else 4000)"
    )
    parser.add_argument("--for", dest="mode", choices=MODES, default="ask", help="what it is for (ask)")
    parser.add_argument(
        "--pin", action="append", default=[], metavar="PATH", help="comes first, whatever is asked"
    )
    parser.add_argument("--drop", action="append", default=[], metavar="PATH", help="does not come at all")
    parser.add_argument("-n", type=count, default=12, metavar="N", help="the best N files (12)")
    parser.add_argument("--text", action="store_true", help="the text that a model would get")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    import sys

    from picode import paths
    from picode.client.blocking import connect
    from picode.protocol.replies import Context
    from picode.protocol.requests import GetContext

    asked = GetContext(
        0, str(paths.working_directory()), " ".join(args.question), args.budget, args.mode, args.pin, args.drop,
        text=args.text,
    )  # fmt: skip
    with connect(paths.resolve()) as daemon:
        found = daemon.ask_for(Context, asked, timeout=180)
    if args.json:
        import msgspec

        print(msgspec.json.encode(found).decode())
    elif args.text:
        sys.stdout.write(
            "".join(char if char.isprintable() or char in "\n\t" else "\ufffd" for char in found.text)
        )
        print()
    else:
        from picode.pane.context import lines

        print("\n".join(lines(found, args.n)))
    if found.notice and not args.json:
        print(f"picode: {found.notice}", file=sys.stderr)
    return 0
