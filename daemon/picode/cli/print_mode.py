"""Questions on the command line, or a program's interface: `picode -p TEXT`, `--mode text|json|rpc|acp`."""

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from picode.cli import options
from picode.cli.attached import attached
from picode.errors import BY_KIND, PicodeError, Unavailable, UsageError

if TYPE_CHECKING:
    from picode.client.stream import Stream
    from picode.messages import Image, Message
    from picode.protocol.events import AnyEvent, TurnEnded
    from picode.protocol.replies import Snapshot

LONGEST_INPUT = 10 * 1024 * 1024
"""Bytes of standard input that are taken."""
MODES = ("text", "json", "rpc", "acp")
CANCEL_WITHIN = 10.0
"""Seconds that a turn has to end after Ctrl-C."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-p", "--print", action="store_true", help="answer, and end")
    parser.add_argument(
        "text", nargs="*", metavar="TEXT", help="a question, or several one after the other; @FILE sends a file along; "
        "standard input is added to the first",
    )  # fmt: skip
    parser.add_argument(
        "--mode", choices=MODES, default="text", help="what is written; rpc and acp: for programs"
    )
    parser.add_argument(
        "--allow", metavar="TOOL,…", default="", help="tools that may run without asking, or `all`"
    )
    options.add_conversation(parser)
    options.add_model(parser)
    parser.add_argument(
        "--list-models",
        nargs="?",
        const="",
        metavar="SEARCH",
        help="the models whose names have SEARCH in them",
    )
    parser.add_argument(
        "--export", metavar="ID", help="write a conversation to the file TEXT (.html, .md, .json, .jsonl)"
    )


def run(args: argparse.Namespace) -> int:
    return run_print(args)


def run_print(args: argparse.Namespace) -> int:
    """Ask, write the answer, and end with 0; 130 after Ctrl-C. Raises what went wrong."""
    if args.list_models is not None:
        from picode.cli.models import show

        return show(args.list_models)
    if args.export is not None:
        return _export(args.export, args.text)
    if args.mode in ("rpc", "acp"):
        return _serve(args)
    files = [word[1:] for word in args.text if word.startswith("@") and word != "@"]
    words = [word for word in args.text if not word.startswith("@") or word == "@"]
    told, pictures = attached(files)
    questions = messages(words, _piped(), told)
    if not any(text.strip() for text in questions):
        raise UsageError("There is no question.", "Give it as text, or on standard input: `picode -p TEXT`.")
    return asyncio.run(_ask(args, [text for text in questions if text.strip()], pictures))


def _serve(args: argparse.Namespace) -> int:
    """`--mode rpc`: a program asks, and more than once."""
    if args.text or args.print:
        raise UsageError(
            f"--mode {args.mode} takes its questions from standard input.", "Leave TEXT and -p away."
        )
    if args.mode == "acp":
        from picode.cli.acp import serve_acp

        return serve_acp(args)
    from picode.rpc.framing import encoded
    from picode.rpc.serve import serve

    def write(told: dict[str, Any]) -> None:
        sys.stdout.buffer.write(encoded(told))
        sys.stdout.buffer.flush()

    what, scope = _chosen(args), list[tuple[str, str]]()

    async def opened(daemon: "Stream") -> "Snapshot":
        scope.extend(await options.scope(daemon, what.models))
        return await options.opened(daemon, what)

    return asyncio.run(
        serve(what.place, write, opened, allow=options.granted(args), scope=scope, like=what.open(""))
    )


def messages(words: list[str], piped: str, files: str) -> list[str]:
    """The questions in order; what was piped in and the files' text stand in front of the first one."""
    first = files + (words[0] if words else "")
    return ["\n\n".join(part for part in (piped.rstrip("\n"), first) if part), *words[1:]]


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


def _export(name: str, target: list[str]) -> int:
    """`--export`: as pi has it; `picode sessions export` says more."""
    from picode import paths
    from picode.client.blocking import connect
    from picode.protocol.replies import Exported
    from picode.protocol.requests import Export

    if len(target) > 1:
        raise UsageError("--export writes one file.", "`picode --export ID FILE`.")
    if name.endswith(".jsonl") or "/" in name:
        name = os.path.abspath(os.path.expanduser(name))
    path = os.path.abspath(
        target[0] if target else f"picode-session-{os.path.basename(name).removesuffix('.jsonl')}.html"
    )
    form = os.path.splitext(path)[1].lstrip(".")
    if form not in ("html", "md", "json", "jsonl"):
        raise UsageError(f"{path} is no .html, .md, .json or .jsonl.")
    with connect(paths.resolve()) as daemon:
        done = daemon.ask_for(Exported, Export(0, name, form, path), 60)  # type: ignore[arg-type]
    print(f"Exported to: {done.path}")
    return 0


def _chosen(args: argparse.Namespace) -> options.Chosen:
    from picode.cli.place import here

    place = here()
    # a question from a script never becomes the workspace's conversation
    place.zellij_session = place.zellij_pane = ""
    return options.chosen(args, place)


async def _ask(args: argparse.Namespace, questions: list[str], pictures: "list[Image]") -> int:
    from picode import paths
    from picode.client.environment import DEMO, has_key, unheard
    from picode.client.stream import connect
    from picode.protocol.replies import Models
    from picode.protocol.requests import Ask, Delete, GetModels

    what, ends, code = _chosen(args), Ends(), 0
    async with await connect(paths.resolve(), "print", on_link=ends.link, tail=1) as daemon:
        found = (await options.opened(daemon, what)).conversation
        snapshot = await daemon.follow(found)
        if snapshot.status.model == DEMO and has_key():
            told = unheard((await daemon.ask_for(Models, GetModels(0))).models)
            print(told, end="\n" * bool(told), file=sys.stderr)
        writer = JsonWriter(snapshot) if args.mode == "json" else TextWriter(sys.stdout.isatty())
        try:
            for text in questions:
                asked = Ask(0, found, text, images=pictures, allow=options.granted(args), unattended=True)
                await daemon.ask(asked, 60)
                pictures = []
                if code := await _follow(daemon, found, writer, ends):
                    return code
            writer.end()
        finally:
            if what.ephemeral:
                with suppress(PicodeError):
                    await daemon.ask(Delete(0, found))
    return code


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
                if announced.event.outcome != "done":
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
        from picode.pane.safe import safe
        from picode.protocol.events import EntryAdded, ExtensionFailed, TextAdded

        if isinstance(event, ExtensionFailed):
            from picode.pane.extensions import sentence

            print(f"picode: {safe(sentence(event))}", file=sys.stderr)
        elif isinstance(event, TextAdded) and self._terminal:
            _write(safe(event.text))
            self._streamed = True
        elif isinstance(event, EntryAdded):
            self._entry(event.entry.message)

    def _entry(self, message: "Message") -> None:
        from picode.messages import Assistant, Custom, plain_text
        from picode.pane.safe import safe, safe_line

        match message:
            case Assistant(content=content):
                text = plain_text(content)
                self._last = text or self._last
                if self._terminal and text:
                    _write("\n" if self._streamed else f"{safe(text)}\n")
                    self._streamed = False
            case Custom(content=content, display=True):
                # another model answers from here on: for the person, and no part of the answer
                print(f"picode: {safe_line(plain_text(content))}", file=sys.stderr)

    def end(self) -> None:
        if not self._terminal and self._last:
            _write(self._last if self._last.endswith("\n") else f"{self._last}\n")


class JsonWriter(Writer):
    """The session's header, then the events by pi's names, an object a line."""

    def __init__(self, snapshot: "Snapshot") -> None:
        from picode.pi_events import Translation, session_header

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
