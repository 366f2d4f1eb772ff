"""One question on the command line, or a program's interface: `picode -p TEXT`, `--mode text|json`."""

import argparse
import asyncio
import json
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

from picode.errors import BY_KIND, PicodeError, Unavailable, UsageError

if TYPE_CHECKING:
    from picode.client.stream import Stream
    from picode.protocol.events import AnyEvent, TurnEnded
    from picode.protocol.replies import Snapshot

LONGEST_INPUT = 10 * 1024 * 1024
"""Bytes of standard input that are taken."""
CANCEL_WITHIN = 10.0
"""Seconds that a turn has to end after Ctrl-C."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-p", "--print", action="store_true", help="answer one question and end")
    parser.add_argument("text", nargs="*", metavar="TEXT", help="the question; standard input is added to it")
    parser.add_argument("--mode", choices=["text", "json", "rpc"], default="text", help="what is written")
    parser.add_argument(
        "--allow", metavar="TOOL,…", default="", help="tools that may run without asking, or `all`"
    )
    parser.add_argument("--model", default="", help="provider/model")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--session", metavar="ID", help="go on with this conversation")
    which.add_argument(
        "--continue", action="store_true", dest="latest", help="go on with the project's latest"
    )


def run(args: argparse.Namespace) -> int:
    return run_print(args)


def run_print(args: argparse.Namespace) -> int:
    """Ask, write the answer, and end with 0; 130 after Ctrl-C. Raises what went wrong."""
    if args.mode == "rpc":
        return _serve(args)
    if args.session == "":
        # a script's empty variable is no wish for a new conversation
        raise UsageError("The id after --session is empty.", "`picode sessions` lists the conversations.")
    text = question(args.text, _piped())
    if not text.strip():
        raise UsageError("There is no question.", "Give it as text, or on standard input: `picode -p TEXT`.")
    return asyncio.run(_ask(args, text))


def _serve(args: argparse.Namespace) -> int:
    """`--mode rpc`: a program asks, and more than once."""
    from picode.cli.place import here
    from picode.rpc.framing import encoded
    from picode.rpc.serve import serve

    if args.text or args.print:
        raise UsageError("--mode rpc takes its questions from standard input.", "Leave TEXT and -p away.")

    def write(told: dict[str, Any]) -> None:
        sys.stdout.buffer.write(encoded(told))
        sys.stdout.buffer.flush()

    place = here()
    place.zellij_session = place.zellij_pane = ""
    choice = "named" if args.session else "latest" if args.latest else "new"
    allow = [name.strip() for name in args.allow.split(",") if name.strip()]
    return asyncio.run(
        serve(place, write, choice=choice, name=args.session or "", model=args.model, allow=allow)
    )


def question(words: list[str], piped: str) -> str:
    """The text of the command line, after what was piped in."""
    return "\n\n".join(part for part in (piped.rstrip("\n"), " ".join(words)) if part)


def _piped() -> str:
    if sys.stdin is None or sys.stdin.isatty():
        return ""
    try:
        data = sys.stdin.buffer.read(LONGEST_INPUT + 1)
    except OSError:
        return ""
    if len(data) > LONGEST_INPUT:
        raise UsageError("Standard input is longer than 10 MB.", "Send the part that matters.")
    return data.decode("utf-8", "replace")


async def _ask(args: argparse.Namespace, text: str) -> int:
    from picode import paths
    from picode.cli.place import here
    from picode.client.environment import DEMO, has_key, unheard
    from picode.client.stream import connect
    from picode.protocol.replies import Models, Snapshot
    from picode.protocol.requests import Ask, GetModels, Open, SetModel

    place = here()
    # a question from a script never becomes the workspace's conversation
    place.zellij_session = place.zellij_pane = ""
    choice = "named" if args.session else "latest" if args.latest else "new"
    ends = Ends()
    async with await connect(paths.resolve(), "print", on_link=ends.link, tail=1) as daemon:
        opened = await daemon.ask_for(
            Snapshot,
            Open(0, place, choice, args.session or "", tail=1, model=args.model),  # type: ignore[arg-type]
        )
        if args.model and choice != "new":
            await daemon.ask(SetModel(0, opened.conversation, args.model))
        snapshot = await daemon.follow(opened.conversation)
        if snapshot.status.model == DEMO and has_key():
            told = unheard((await daemon.ask_for(Models, GetModels(0))).models)
            print(told, end="\n" * bool(told), file=sys.stderr)
        writer = JsonWriter(snapshot) if args.mode == "json" else TextWriter(sys.stdout.isatty())
        allow = [name.strip() for name in args.allow.split(",") if name.strip()]
        await daemon.ask(Ask(0, opened.conversation, text, allow=allow, unattended=True))
        return await _follow(daemon, opened.conversation, writer, ends)


async def _follow(daemon: "Stream", conversation: str, writer: "Writer", ends: "Ends") -> int:
    from picode.protocol.events import TurnEnded
    from picode.tasks import spawn, stop

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, ends.interrupt)
    ending = spawn(_end_early(daemon, conversation, ends), "print early end")
    try:
        async for announced in daemon.events():
            writer.event(announced.event)
            if isinstance(announced.event, TurnEnded):
                writer.end()
                return 128 + signal.SIGINT if ends.interrupted else _outcome(announced.event)
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        await stop(ending)
    if ends.interrupted:
        return 128 + signal.SIGINT
    raise Unavailable(
        "The daemon ended in the middle of the answer.", "`picode --continue` shows what came until then."
    )


class Ends:
    """What may end the question before its turn ends: Ctrl-C, or the end of the daemon."""

    def __init__(self) -> None:
        self.happened = asyncio.Event()
        self.interrupted = False

    def interrupt(self) -> None:
        self.interrupted = True
        self.happened.set()

    def link(self, up: bool) -> None:
        if not up:
            self.happened.set()


async def _end_early(daemon: "Stream", conversation: str, ends: Ends) -> None:
    """Ctrl-C ends the turn in order; when that takes too long, this program ends without it."""
    from picode.protocol.requests import Cancel

    await ends.happened.wait()
    try:
        if ends.interrupted:
            await daemon.ask(Cancel(0, conversation))
            await asyncio.sleep(CANCEL_WITHIN)
    except PicodeError:
        pass
    await daemon.close()


def _outcome(ended: "TurnEnded") -> int:
    if ended.outcome == "failed":
        raise BY_KIND.get(ended.kind, PicodeError)(ended.error or "The turn failed.")
    if ended.outcome == "cancelled":
        raise PicodeError("The turn was cancelled from another client.")
    return 0


class Writer:
    """What standard output gets of the events."""

    def event(self, event: "AnyEvent") -> None:
        """Write what this event says."""

    def end(self) -> None:
        """The turn is over."""


class TextWriter(Writer):
    """The last answer's text: as it comes on a terminal, whole and as it is in a pipe."""

    def __init__(self, terminal: bool) -> None:
        self._terminal = terminal
        self._streamed = False
        self._last = ""

    def event(self, event: "AnyEvent") -> None:
        from picode.messages import Assistant, plain_text
        from picode.pane.safe import safe
        from picode.protocol.events import EntryAdded, TextAdded

        if isinstance(event, TextAdded) and self._terminal:
            _write(safe(event.text))
            self._streamed = True
        elif isinstance(event, EntryAdded) and isinstance(event.entry.message, Assistant):
            text = plain_text(event.entry.message.content)
            self._last = text or self._last
            if self._terminal and text:
                _write("\n" if self._streamed else f"{safe(text)}\n")
                self._streamed = False

    def end(self) -> None:
        if not self._terminal and self._last:
            _write(self._last if self._last.endswith("\n") else f"{self._last}\n")


class JsonWriter(Writer):
    """The session's header, then the events by pi's names, an object a line."""

    def __init__(self, snapshot: "Snapshot") -> None:
        from picode.rpc.pi_events import Translation, session_header

        now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + ".000Z"
        self._translation = Translation()
        self._object(session_header(snapshot, now))

    def event(self, event: "AnyEvent") -> None:
        for told in self._translation.objects(event):
            self._object(told)

    def _object(self, told: dict[str, Any]) -> None:
        _write(json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n")


def _write(text: str) -> None:
    # a lone surrogate of a model's broken JSON must not end the program
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()
