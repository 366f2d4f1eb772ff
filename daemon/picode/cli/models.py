"""Which models can be used, and why the others cannot; the default is marked with a star."""

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from picode.protocol.routing import Role
    from picode.protocol.values import ModelInfo


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--why",
        action="store_true",
        help="which model each role gets (main, fast, strong), and why not another one",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per line")


def run(args: argparse.Namespace) -> int:
    return why(args.json) if args.why else show("", args.json)


def why(as_json: bool) -> int:
    """The roles with their models."""
    from picode import paths
    from picode.client.blocking import connect
    from picode.protocol.replies import Models
    from picode.protocol.requests import GetModels

    with connect(paths.resolve()) as daemon:
        roles = daemon.ask_for(Models, GetModels(id=0, roles=True)).roles
    if as_json:
        import msgspec

        for role in roles:
            print(msgspec.json.encode(role).decode())
    else:
        print("\n".join(explained(roles)))
    return 0


def explained(roles: "list[Role]") -> list[str]:
    """A line for each role; below it, where there was a choice, one for each model."""
    out = []
    for role in roles:
        wish = f" ({role.wish})" if role.wish and role.wish != role.model else ""
        out.append(f"{role.role:<7} {role.model}{wish}: {role.why or 'the main one'}")
        width = max((len(ruling.model) for ruling in role.rulings), default=0)
        for ruling in role.rulings:
            out.append(f"      {'*' if ruling.taken else ' '} {ruling.model:<{width}}  {ruling.why}")
    return out


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
