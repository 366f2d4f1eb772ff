"""What was sent to a model: which command or tool, how much of its output, what was cut and what was taken out."""

import argparse
import sys
from collections import Counter
from typing import TYPE_CHECKING

from picode.cli.count import count

if TYPE_CHECKING:
    from picode.protocol.values import Receipt, SentReceipt


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("conversation", nargs="?", default="", help="its id, or the beginning of one")
    parser.add_argument("--all", action="store_true", help="of all projects")
    parser.add_argument("--limit", type=count, default=50, help="how many at most (50)")
    parser.add_argument(
        "--no-tools", action="store_true", help="without what the assistant's tools read and ran"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per line")


def run(args: argparse.Namespace) -> int:
    from picode import paths
    from picode.client.blocking import connect
    from picode.protocol.replies import Sent
    from picode.protocol.requests import GetSent

    here = "" if args.all or args.conversation else str(paths.working_directory())
    with connect(paths.resolve()) as daemon:
        asked = GetSent(
            id=0, conversation=args.conversation, cwd=here, limit=args.limit, tools=not args.no_tools
        )
        found = daemon.ask_for(Sent, asked, 60).receipts
    if args.json:
        return _print_json(found)
    if not found:
        where = "in this conversation" if args.conversation else "anywhere" if args.all else "in this project"
        print(f"Nothing was sent along {where} yet.")
    for one in reversed(found):
        sys.stdout.write(told(one))
    return 0


def told(sent: "SentReceipt") -> str:
    """Two lines for a person: when and what, then how much."""
    from picode.cli.sessions import _line, _when

    receipt = sent.receipt
    what = f"$ {_line(receipt.command)}" if receipt.command else _unnamed(receipt)
    if receipt.tool:
        what = f"{_line(receipt.tool)}  {_line(receipt.command)}".rstrip()
    return f"{_when(sent.time)}  {_line(sent.conversation[:8])}  {what}\n    {', '.join(_facts(receipt))}\n"


def _unnamed(receipt: "Receipt") -> str:
    if not receipt.exact:
        return "what the screen showed"
    return "piped text" if receipt.size else "a question"


def _facts(receipt: "Receipt") -> list[str]:
    facts = []
    if receipt.command and not receipt.tool:
        facts.append("still running" if receipt.status is None else f"exit {receipt.status}")
    if receipt.size and (receipt.cut or not receipt.tool):
        facts.append(f"{receipt.size:,} bytes of output")
    if receipt.bytes:
        facts.append(f"{receipt.bytes:,} bytes sent")
    elif receipt.sent:
        facts.append(f"{receipt.sent:,} characters sent")
    if receipt.images:
        facts.append(f"{receipt.images} image{'s' * (receipt.images > 1)} among them")
    if receipt.cut:
        # a tool leaves out the end of a file, and the beginning of a command's output
        facts.append(f"{receipt.cut:,} cut{'' if receipt.tool else ' from the middle'}")
    if receipt.context:
        from picode.cli.sessions import _line

        number = len(receipt.context)
        files = ", ".join(_line(one if len(one) <= 60 else f"{one[:59]}…") for one in receipt.context)
        facts.append(
            f"{number} file{'s' * (number > 1)} of the project, about {receipt.tokens:,} tokens: {files}"
        )
    kinds = Counter(receipt.redacted)
    if kinds:
        listed = ", ".join(f"{number} x {kind}" for kind, number in sorted(kinds.items()))
        facts.append(f"taken out: {listed}")
    if not receipt.exact:
        facts.append("read from the screen, so not exact")
    return facts


def _print_json(found: "list[SentReceipt]") -> int:
    """Every count, the empty ones too."""
    import msgspec

    for one in found:
        receipt = {name: getattr(one.receipt, name) for name in one.receipt.__struct_fields__}
        told = {"conversation": one.conversation, "entry": one.entry, "time": one.time, **receipt}
        sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
    return 0
