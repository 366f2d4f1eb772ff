"""Conversations: list, search, show, export, import, delete. Of this project, or with --all of everybody's."""

import argparse
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from picode.cli.count import count

if TYPE_CHECKING:
    from picode.client.blocking import Connection
    from picode.protocol.values import ConversationInfo, Hit

Form = Literal["html", "md", "json", "jsonl", "text"]
FORMS: tuple[Form, ...] = ("html", "md", "json", "jsonl", "text")
SENT_ALONG = re.compile(r"\s<(?:command |output>)")
"""Where a question ends and what was sent with it begins."""
PATIENCE = 120.0
"""Seconds that a conversation may take to be written out."""
ROUNDS = 60
"""Times that a search is asked again while conversations are still being read."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(action="list", all=False, limit=50, json=False)
    _list_arguments(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    _list_arguments(actions.add_parser("list", help="this project's, the latest first"))
    search = actions.add_parser("search", help="messages with all of these words")
    search.add_argument("words", nargs="+", metavar="WORDS", help='"in double quotes": a phrase')
    _list_arguments(search)
    show = actions.add_parser("show", help="print one as plain text")
    show.add_argument("id", help="its id, the beginning of one, or its file")
    export = actions.add_parser("export", help="write one to a file, or to standard output")
    export.add_argument("id", help="its id, the beginning of one, or its file")
    export.add_argument("--format", choices=FORMS, help="html (the default), or as the file's name ends")
    export.add_argument("-o", metavar="FILE", help="a new file (without: standard output)")
    take_in = actions.add_parser("import", help="copy a session file of pi or of another PiCode here")
    take_in.add_argument("file")
    delete = actions.add_parser("delete", help="remove one for good")
    delete.add_argument("id", help="its id, the beginning of one, or its file")
    delete.add_argument("--yes", action="store_true", help="do not ask")


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    hide = argparse.SUPPRESS  # what stands before the action counts too
    parser.add_argument("--all", action="store_true", default=hide, help="of all projects")
    parser.add_argument("--limit", type=count, default=hide, help="how many at most (50)")
    parser.add_argument("--json", action="store_true", default=hide, help="one JSON object per line")


def run(args: argparse.Namespace) -> int:
    from picode import paths
    from picode.client.blocking import connect

    actions = {
        "list": _list, "search": _search, "show": _show, "export": _export, "import": _import, "delete": _delete,
    }  # fmt: skip
    with connect(paths.resolve()) as daemon:
        return actions[args.action or "list"](daemon, args)


def _here(args: argparse.Namespace) -> str:
    from picode import paths

    return "" if args.all else str(paths.working_directory())


def _list(daemon: "Connection", args: argparse.Namespace) -> int:
    from picode.protocol.replies import Conversations
    from picode.protocol.requests import GetConversations

    reply = daemon.ask_for(Conversations, GetConversations(id=0, cwd=_here(args), limit=args.limit), 60)
    if args.json:
        return _print_json(reply.conversations)
    if not reply.conversations:
        print("There is no conversation here yet; `picode` begins one.")
        return 0
    _table(reply.conversations, args.all)
    return 0


def _search(daemon: "Connection", args: argparse.Namespace) -> int:
    from picode.protocol.replies import Found
    from picode.protocol.requests import Search

    words = " ".join(f'"{word}"' if " " in word and '"' not in word else word for word in args.words)
    asked = Search(id=0, words=words, cwd=_here(args), limit=args.limit)
    for _ in range(ROUNDS):
        reply = daemon.ask_for(Found, asked, 60)
        if not reply.pending:
            break
        print(f"picode: {reply.pending} conversations are still being read…", file=sys.stderr)
    if args.json:
        return _print_json(reply.hits)
    if not reply.hits:
        print("Nothing was found." + ("" if args.all else " `--all` searches all projects."))
        return 1
    _hits(reply.hits)
    return 0


def _show(daemon: "Connection", args: argparse.Namespace) -> int:
    from picode.pane.safe import safe

    with (
        _written(daemon, args.id, "text") as file,
        file.open(encoding="utf-8", errors="replace") as text,
    ):
        for line in text:
            sys.stdout.write(safe(line))
    return 0


def _export(daemon: "Connection", args: argparse.Namespace) -> int:
    from picode.protocol.replies import Exported
    from picode.protocol.requests import Export

    form: Form = args.format or _form(args.o)
    if args.o and args.o != "-":
        target = str(Path(args.o).absolute())
        reply = daemon.ask_for(Exported, Export(0, _file(args.id), form, target), PATIENCE)
        print(f"{_line(reply.path)}: {reply.size:,} bytes")
        return 0
    import shutil

    with _written(daemon, args.id, form) as file, file.open("rb") as content:
        sys.stdout.flush()
        shutil.copyfileobj(content, sys.stdout.buffer)
    return 0


def _form(name: str | None) -> Form:
    ending = Path(name or "").suffix[1:].lower()
    known: dict[str, Form] = {"md": "md", "markdown": "md", "json": "json", "txt": "text", "text": "text"}
    return known.get(ending, "html")


@contextmanager
def _written(daemon: "Connection", conversation: str, form: Form) -> Iterator[Path]:
    """What the daemon wrote out, in a file that is removed afterwards."""
    from picode import paths
    from picode.protocol.replies import Exported
    from picode.protocol.requests import Export

    file = paths.make_private(paths.resolve().runtime) / f"export-{os.urandom(8).hex()}"
    try:
        daemon.ask_for(Exported, Export(0, _file(conversation), form, str(file)), PATIENCE)
        yield file
    finally:
        file.unlink(missing_ok=True)


def _import(daemon: "Connection", args: argparse.Namespace) -> int:
    from picode.protocol.replies import Accepted
    from picode.protocol.requests import Import

    reply = daemon.ask_for(Accepted, Import(0, str(Path(args.file).absolute())), PATIENCE)
    id_ = _line(reply.conversation)
    print(f"Conversation {id_} is here now; `picode chat --session {id_[:8]}` opens it.")
    return 0


def _delete(daemon: "Connection", args: argparse.Namespace) -> int:
    from picode.errors import UsageError
    from picode.protocol.replies import Accepted
    from picode.protocol.requests import Delete

    name = _file(args.id)
    if not args.yes:
        if not sys.stdin.isatty():
            raise UsageError("Nobody can be asked here.", "`--yes` deletes without asking.")
        answer = input(f"Delete the conversation {_line(args.id)} for good? [y/N] ")
        if answer.strip().lower() not in ("y", "yes"):
            print("Nothing was deleted.")
            return 1
    daemon.ask_for(Accepted, Delete(0, name), 30)
    print("Deleted.")
    return 0


def _file(name: str) -> str:
    """A file is named as it is seen from here."""
    return str(Path(name).expanduser().absolute()) if "/" in name or name.endswith(".jsonl") else name


def _print_json(found: "list[ConversationInfo] | list[Hit]") -> int:
    import msgspec

    for one in found:
        print(msgspec.json.encode(one).decode())
    return 0


def _table(conversations: "list[ConversationInfo]", everybodys: bool) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for column, width in (("id", 8), ("when", 16), ("messages", 8)):
        table.add_column(column, no_wrap=True, min_width=width)
    if everybodys:
        table.add_column("directory", no_wrap=True, max_width=30)
    table.add_column("begins with", no_wrap=True)
    for found in conversations:
        facts = (
            found.id[:8],
            _when(found.modified),
            str(found.messages),
            found.cwd,
            found.name or SENT_ALONG.split(found.first)[0],
        )
        table.add_row(*(Text(_line(fact)) for fact in (facts if everybodys else facts[:3] + facts[4:])))
    Console().print(table)


def _hits(hits: "list[Hit]") -> None:
    from rich.console import Console
    from rich.text import Text

    console, shown = Console(highlight=False), ""
    for hit in hits:
        if hit.conversation != shown:
            shown = hit.conversation
            console.print(Text.assemble((_line(hit.conversation[:8]), "bold"), f"  {_line(hit.name)[:80]}"))
        text = Text(f"  {_when(hit.time)} {_line(hit.role)}: ", style="dim")
        for number, piece in enumerate(hit.pieces):
            text.append(_line(piece), style="bold not dim" if number % 2 else "not dim")
        console.print(text)


def _when(time: int) -> str:
    from datetime import datetime

    try:
        return datetime.fromtimestamp(time / 1000).strftime("%Y-%m-%d %H:%M") if time > 0 else ""
    except (OverflowError, ValueError, OSError):
        return ""


def _line(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)[:400]
