"""Many questions from a file, a few at a time; what was answered before is not asked again."""

import argparse
import sys
from pathlib import Path

from picode.cli.count import count


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, help='JSON lines: {"prompt": …}, with key, system, model, max_tokens where wanted'
    )
    parser.add_argument(
        "-o", "--output", type=Path, help="where the answers go, one line each (FILE.answers.jsonl)"
    )
    parser.add_argument("--together", type=count, default=4, help="how many at the same time (4)")
    parser.add_argument("--model", default="", help="for lines that name none")
    parser.add_argument("--no-cache", action="store_true", help="ask anew what was answered lately")


def run(args: argparse.Namespace) -> int:
    from picode import paths
    from picode.cli.batch_lines import Line, done, questions
    from picode.cli.batch_run import Run

    lines = questions(args.file)
    output = args.output or args.file.with_name(f"{args.file.name}.answers.jsonl")
    known = done(output)
    wanted: list[Line] = [line for line in lines if known.get(line.key) != line.mark]
    if args.model:
        wanted = [line.named(args.model) for line in wanted]
    running = Run(paths.resolve(), output, len(lines), len(lines) - len(wanted), fresh=args.no_cache)
    try:
        running.all(wanted, args.together)
    finally:
        running.close()
    print(running.told(), file=sys.stderr)
    return 1 if running.failed or running.left else 0
