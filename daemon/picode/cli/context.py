"""Which files of the project a question is about, and what of them a model would get: nothing is sent."""

import argparse
from typing import TYPE_CHECKING

from picode.cli.count import count

if TYPE_CHECKING:
    from picode.protocol.replies import Context
    from picode.protocol.values import ContextFile

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
        print("\n".join(table(found, args.n)))
    if found.notice and not args.json:
        print(f"picode: {found.notice}", file=sys.stderr)
    return 0


def table(found: "Context", most: int = 12) -> list[str]:
    """One line a file: score, tokens, path, lines, and what spoke for it."""
    chosen = {one.path: one for one in found.chosen}
    pinned = [one for one in found.chosen if one.path not in {file.path for file in found.ranked}]
    shown = [*pinned, *found.ranked[:most]]
    shown += [one for one in found.ranked[most:] if one.path in chosen]
    width = max((len(_harmless(one.path)) for one in shown), default=0)
    lines = ["score  tokens  file"] if shown else ["Nothing in this project fits the question."]
    lines += [_row(one, chosen.get(one.path), min(width, 60)) for one in shown]
    tokens = sum(one.tokens for one in found.chosen)
    some = "" if found.ready else ", and the index is not whole yet"
    plural = "" if len(chosen) == 1 else "s"
    lines.append(
        f"{len(chosen)} file{plural} chosen, about {tokens:,} tokens; {found.files:,} in the index{some}. "
        f"Ranked in {found.ranking:.1f} ms, packed in {found.packing:.1f} ms."
    )
    return lines


def _row(file: "ContextFile", chosen: "ContextFile | None", width: int) -> str:
    tokens = f"{chosen.tokens:,}" if chosen is not None else ""
    why = ", ".join(
        f"{name} {value:.2f}"
        for name, value in sorted(file.why.items(), key=lambda one: -one[1])
        if value >= 0.005
    )
    where = ""
    if chosen is not None:
        where = f"lines {_short(chosen.lines)}" if chosen.lines else "whole"
    said = "  ".join(filter(None, (why, where)))
    return f"{file.score:5.2f}  {tokens:>6}  {_harmless(file.path):{width}}  {said}".rstrip()


def _short(lines: str) -> str:
    parts = lines.split(", ")
    return ", ".join(parts[:4]) + (f" and {len(parts) - 4} more" if len(parts) > 4 else "")


def _harmless(text: str) -> str:
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
