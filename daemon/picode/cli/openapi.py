"""What an OpenAPI document has: its chat endpoint, its operations as tools, and what is wrong with it."""

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from picode.config.schema import CustomProvider
    from picode.openapi.api import Api
    from picode.openapi.operations import Whole


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("document", help="a file, an address, or a name of custom_providers")
    parser.add_argument("--tool", metavar="NAME", help="show all that a model is told of this operation")


def run(args: argparse.Namespace) -> int:
    from picode import paths
    from picode.errors import BadData
    from picode.openapi.api import problems, read

    where = paths.resolve()
    entry = _entry(args.document)
    api = read(entry.document, where.cache, entry.chat)
    good, bad = problems(api)
    if args.tool:
        print(one(good, args.tool))
        return 0
    print("\n".join(told(api, good, entry)), flush=True)
    for notice in api.notices:
        print(f"picode: {notice}", file=sys.stderr)
    for error in bad:
        print(f"picode: {error}", file=sys.stderr)
    return BadData.exit_code if bad else 0


def _entry(given: str) -> "CustomProvider":
    """The entry of this name, or one for a document that nobody configured."""
    from picode import config, paths
    from picode.config.schema import CustomProvider

    known = config.load(paths.resolve()).settings.custom_providers
    return known.get(given) or CustomProvider(document=given)


def told(api: "Api", good: "list[Whole]", entry: "CustomProvider") -> list[str]:
    """The document in lines: what it is, its chat, and a line for each operation."""
    chosen = {one.name for one in api.chosen(entry.tools)}
    lines = [f"{api.title or entry.document} (OpenAPI {api.version}), {len(api.operations)} operations"]
    if api.operations:
        base = entry.base_url or api.base(api.operations[0], entry.variables)
        lines.append(f"server   {base or 'none: set base_url'}")
    if api.chat is not None:
        chat = api.chat
        words = [
            f"answers with {chat.answers}",
            chat.tools or "no tools",
            "streams" if chat.streams else "in one piece",
        ]
        lines.append(f"chat     {chat.operation.name}: POST {chat.operation.path}, {', '.join(words)}")
        names = entry.models or list(chat.models)
        lines.append(
            f"models   {', '.join(names[:12]) or 'it does not say which'}{' …' if len(names) > 12 else ''}"
        )
    else:
        lines.append("chat     none was found")
    keys = dict.fromkeys(f"{one.name} ({one.form})" for read in good for need in read.needs for one in need)
    lines.append(f"keys     {', '.join(keys) or 'none'}")
    rows = [
        ("*" if one.name in chosen else "", one.name, one.method.upper(), one.path, ", ".join(one.tags))
        for one in api.operations
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    for row in rows:
        lines.append(
            "  ".join(
                [*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]
            ).rstrip()
        )
    if rows:
        lines.append(f"* becomes a tool: {len(chosen)} of {len(rows)}")
    return lines


def one(good: "list[Whole]", name: str) -> str:
    """An operation as a model is told of it. Raises UsageError where there is none of this name."""
    import json

    from picode.errors import UsageError

    for read in good:
        if read.head.name == name:
            return (
                f"{read.told()}\n\n{json.dumps(read.arguments(), indent=2, ensure_ascii=False, default=str)}"
            )
    raise UsageError(
        f"The document has no operation {name!r} that can be read.", "`picode openapi` lists them."
    )
