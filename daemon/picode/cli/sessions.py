"""Conversations: this project's, or with --all everybody's, the latest first."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from picode.protocol.values import ConversationInfo


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", choices=["list"], default="list")
    parser.add_argument("--all", action="store_true", help="of all projects")
    parser.add_argument("--limit", type=int, default=50, help="how many at most (50)")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")


def run(args: argparse.Namespace) -> int:
    from picode import paths
    from picode.client.blocking import connect
    from picode.protocol.replies import Conversations
    from picode.protocol.requests import GetConversations

    with connect(paths.resolve()) as daemon:
        reply = daemon.ask(GetConversations(id=0, cwd="" if args.all else str(Path.cwd()), limit=args.limit))
    assert isinstance(reply, Conversations)
    if args.json:
        import msgspec

        for found in reply.conversations:
            print(msgspec.json.encode(found).decode())
        return 0
    if not reply.conversations:
        print("There is no conversation here yet; `picode` begins one.")
        return 0
    _table(reply.conversations)
    return 0


def _table(conversations: "list[ConversationInfo]") -> None:
    from datetime import datetime

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for column in ("id", "when", "messages", "directory", "begins with"):
        table.add_column(column, no_wrap=column != "begins with")
    for found in conversations:
        when = datetime.fromtimestamp(found.modified / 1000).strftime("%Y-%m-%d %H:%M")
        begins = found.name or found.first
        table.add_row(found.id[:8], when, str(found.messages), Text(_line(found.cwd)), Text(_line(begins)))
    Console().print(table)


def _line(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)[:200]
