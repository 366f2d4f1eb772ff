"""Send the last output, or what is piped in, with TEXT to the workspace's conversation: the key, for scripts."""

import argparse
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from picode.protocol.values import CommandRecord

LARGEST = 4 * 1024 * 1024
"""Bytes that are taken from a pipe; of a longer stream head and tail."""
UNKNOWN_TAIL = 200
"""Rows of the screen, where the command's own line is not found on it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--attach", action="store_true", help="then open the assistant here")
    parser.add_argument("--command", default="", help=argparse.SUPPRESS)
    parser.add_argument("--status", type=int, default=None, help=argparse.SUPPRESS)
    parser.add_argument("text", nargs="*", metavar="TEXT", help="the question")


def run(args: argparse.Namespace) -> int:
    from picode import paths
    from picode.cli.place import here
    from picode.client import blocking
    from picode.errors import UsageError
    from picode.protocol.replies import Accepted
    from picode.protocol.requests import Send

    text = " ".join(args.text)
    piped = None if sys.stdin is None or sys.stdin.isatty() else read_piped()
    command = None if piped is not None else last_command(args.command, args.status, text.strip())
    if not (text.strip() or piped or command):
        raise UsageError("There is nothing to send.", 'Run a command first, or ask: `picode send "why?"`.')
    with blocking.connect(paths.resolve()) as daemon:
        request = Send(id=0, place=here(), text=text, command=command, piped=piped)
        conversation = daemon.ask_for(Accepted, request).conversation
    if args.attach:
        from picode.cli import chat

        parser = argparse.ArgumentParser()
        chat.add_arguments(parser)
        code: int = chat.run(parser.parse_args(["--session", conversation] if conversation else []))
        return code
    if sys.stderr.isatty() and "ZELLIJ" not in os.environ:
        # in the workspace the assistant's pane shows it; here nothing would tell where the answer is
        print("Sent; `picode --continue` shows the answer.", file=sys.stderr)
    return 0


def read_piped() -> str | None:
    """Standard input as text a person would have seen; None when nothing came."""
    from picode.plaintext import seen_parts
    from picode.terminal.ring import Output

    output = Output(LARGEST // 2)
    while data := os.read(sys.stdin.fileno(), 65536):
        output.add(data)
    kept = output.kept()
    return seen_parts(kept.head, kept.tail, kept.missing) if output.size else None


def last_command(text: str, status: int | None, asked: str = "") -> "CommandRecord | None":
    """From the recorder; without one, from Zellij's screen; None when there is neither."""
    from picode.errors import Missing, Unavailable
    from picode.protocol.terminal import Fetch
    from picode.terminal.fetch import Unrecorded, fetch, own_recorder

    try:
        return fetch(own_recorder(), Fetch())
    except Unrecorded as error:
        if not asked:
            raise
        print(f"picode: {error.message} Your question goes without it.", file=sys.stderr)
        return None
    except Missing:
        return None
    except Unavailable:
        if "ZELLIJ_SESSION_NAME" not in os.environ:
            if text:
                _say_not_recorded(asked)
            return None
    return from_screen(text, status)


def _say_not_recorded(asked: str) -> None:
    """A key in a shell of which nothing is known but its last command's text."""
    from picode.errors import Missing

    if not asked:
        raise Missing(
            "This shell is not recorded, so there is no output to send.",
            "Type a question, and press the key then.",
        )
    print("picode: this shell is not recorded; your question goes without its output.", file=sys.stderr)


def from_screen(text: str, status: int | None) -> "CommandRecord | None":
    """What Zellij's screen shows after the last command's line: text, and not exact."""
    import asyncio

    from picode import paths
    from picode.errors import Missing, PicodeError
    from picode.protocol.values import CommandRecord
    from picode.terminal import zellij
    from picode.terminal.rules import Reader
    from picode.terminal.unrecorded import why_not

    if why := why_not(Reader(paths.resolve()).rules(), text, str(paths.working_directory())):
        raise Missing(f"That command is not sent: {why}.")
    pane = f"terminal_{os.environ.get('ZELLIJ_PANE_ID', '0')}"
    session = os.environ["ZELLIJ_SESSION_NAME"]
    env = zellij.needed_env()
    try:
        screen = asyncio.run(zellij.action(session, env, "dump-screen", "--full", "--pane-id", pane))
    except PicodeError as error:
        print(f"picode: the screen cannot be read: {error.message}", file=sys.stderr)
        return None
    print("picode: this shell is not recorded; the text is the screen's and not exact.", file=sys.stderr)
    output = cut(screen, text)
    return CommandRecord(
        number=0, command=text, cwd=str(paths.working_directory()), status=status, head=output.encode(),
        exact=False,
    )  # fmt: skip


def cut(screen: str, command: str) -> str:
    """The rows between the last line that shows `command` and the prompt at the end, where that is still shown."""
    rows = screen.rstrip().split("\n")
    shown = command.strip().split("\n")[0]
    for at in range(len(rows) - 1, -1, -1):
        if shown and rows[at].rstrip().endswith(shown):
            prompt = rows[at].rstrip().removesuffix(shown).rstrip()
            # bash takes the prompt away while a key's command runs, zsh and fish leave it
            if at < len(rows) - 1 and prompt and rows[-1].rstrip().endswith(prompt[-1]):
                rows.pop()
            return "\n".join(rows[at + 1 :])
    return "\n".join(rows[:-1][-UNKNOWN_TAIL:])
