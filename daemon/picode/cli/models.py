"""Which models can be used, and why the others cannot; the default is marked with a star."""

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from picode.protocol.values import ModelInfo


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object per line")


def run(args: argparse.Namespace) -> int:
    return show("", args.json)


def show(search: str, as_json: bool = False) -> int:
    """Those whose names have each word of `search` in them."""
    from picode import paths
    from picode.client.blocking import connect
    from picode.client.environment import unheard
    from picode.protocol.replies import Models
    from picode.protocol.requests import GetModels

    with connect(paths.resolve()) as daemon:
        found = daemon.ask_for(Models, GetModels(id=0)).models
    words = search.lower().split()
    found = [model for model in found if all(word in model.name.lower() for word in words)]
    if as_json:
        import msgspec

        for model in found:
            print(msgspec.json.encode(model).decode())
    else:
        print("\n".join(table(found)), flush=True)
    if told := unheard(found):
        print(told, file=sys.stderr)
    return 0


def table(models: "list[ModelInfo]") -> list[str]:
    """One line for each model, those that can be used first."""
    rows = [("", "MODEL", "USABLE", "CONTEXT", "WHY")]
    for model in sorted(models, key=lambda model: not model.usable):
        mark = "*" if model.default else ""
        rows.append(
            (mark, model.name, "yes" if model.usable else "no", size(model.context_window), model.why)
        )
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]).rstrip()
        for row in rows
    ]


def size(tokens: int) -> str:
    """`200k`, `1M`; empty when nobody knows."""
    if tokens >= 1_000_000:
        return f"{tokens / 1_000_000:.3g}M"
    return f"{tokens // 1000}k" if tokens else ""
