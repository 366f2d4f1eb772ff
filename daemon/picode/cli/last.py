"""The output of the last command in this terminal, as its recorder has it."""

import argparse
import sys
from typing import TYPE_CHECKING

from picode.cli.count import count

if TYPE_CHECKING:
    from picode.protocol.values import CommandRecord


def add_arguments(parser: argparse.ArgumentParser) -> None:
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--raw", action="store_true", help="the exact bytes (the default in a pipe)")
    form.add_argument("--text", action="store_true", help="what a person saw (the default on a terminal)")
    form.add_argument("--json", action="store_true", help="all that is known of the command")
    parser.add_argument("-n", type=count, default=1, metavar="N", help="the Nth last command (1: the last)")


def run(args: argparse.Namespace) -> int:
    from picode.errors import UsageError
    from picode.protocol.terminal import Fetch
    from picode.terminal.fetch import fetch, own_recorder

    if args.n < 1:
        raise UsageError(
            f"-n counts from 1, and not {args.n}.", "`picode last -n 2` is the one before the last."
        )
    record = fetch(own_recorder(), Fetch(back=args.n))
    if args.json:
        write(as_json(record))
    elif args.raw or not (args.text or sys.stdout.isatty()):
        write(raw(record))
    else:
        write(text(record))
    if record.missing:
        print(f"picode: {record.missing} bytes in the middle are no longer kept.", file=sys.stderr)
    return 0


def write(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def raw(record: "CommandRecord") -> bytes:
    """Exact bytes; where some are missing, a line says so."""
    if not record.missing:
        return record.head + record.tail
    return record.head + b"\r\n[... %d bytes are missing here ...]\r\n" % record.missing + record.tail


def text(record: "CommandRecord") -> bytes:
    from picode.plaintext import seen_parts

    shown = seen_parts(record.head, record.tail, record.missing, record.columns)
    return (shown if shown.endswith("\n") or not shown else shown + "\n").encode()


def as_json(record: "CommandRecord") -> bytes:
    """Output as base64, since it need not be text; `text` is what a person saw."""
    import msgspec

    known = msgspec.to_builtins(record, builtin_types=()) | {
        "size": len(record.head) + record.missing + len(record.tail),
        "text": text(record).decode(),
        "status": record.status,
        "missing": record.missing,
        "exact": record.exact,
        "output": raw(record),
    }
    known.pop("head", None)
    known.pop("tail", None)
    return msgspec.json.format(msgspec.json.encode(known), indent=2) + b"\n"
