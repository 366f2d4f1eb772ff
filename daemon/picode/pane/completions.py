"""What can be completed in the input line: `/commands` and their arguments, `@files`, and paths with Tab."""

import asyncio
import os
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from picode.pane.commands import COMMANDS
from picode.pane.fuzzy import fitting
from picode.pane.safe import safe, safe_line
from picode.protocol.values import SlashCommand

FILE = re.compile(r"(?:^|\s)@(\S*)$")
WORD = re.compile(r"(?:^|\s)([^\s@]\S*)$")
MOST_PATHS = 200

Finder = Callable[[str], Awaitable[list[str]]]


class Completions(Completer):
    """`/co` to commands at the start of the line, `@pa` to files wherever it stands; `cwd()`: where paths begin."""

    def __init__(
        self, files: Finder, cwd: Callable[[], str], brought: Callable[[], Sequence[SlashCommand]] = list
    ) -> None:
        self._files, self._cwd, self._brought = files, cwd, brought

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        return []

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        before = document.text_before_cursor
        if before.startswith("/") and not re.search(r"\s|/", before[1:]):
            brought = {one.name: f"{one.hint} {one.description}".strip() for one in self._brought()}
            known = brought | {name: command.does for name, command in COMMANDS.items()}
            names = list(known)
            for at in fitting(before[1:], names):
                name, told = names[at], safe_line(known[names[at]])
                yield Completion(f"/{name}", -len(before), display=safe_line(f"/{name}"), display_meta=told)
        elif (
            before.startswith("/")
            and (command := COMMANDS.get(before[1:].split(" ")[0]))
            and command.choices()
        ):
            begun = before.partition(" ")[2]
            for choice in command.choices():
                if choice.startswith(begun) or choice.removeprefix("picode-").startswith(begun):
                    yield Completion(choice, -len(begun))
        elif found := FILE.search(before):
            for path in await self._files(found[1]):
                # a directory is gone into, a file is done with
                after = "" if path.endswith("/") else " "
                yield Completion(f"@{path}{after}", -len(found[1]) - 1, display=safe(path))
        elif complete_event.completion_requested and (found := WORD.search(before)):
            for path in await asyncio.to_thread(paths, found[1], self._cwd()):
                yield Completion(
                    path, -len(found[1]), display=safe(path.rstrip("/").rpartition("/")[2] or path)
                )


def paths(word: str, cwd: str) -> list[str]:
    """The paths that begin with `word`, as the user wrote its directories; those in directories end in `/`."""
    above, _, begun = word.rpartition("/")
    above += "/" if "/" in word else ""
    directory = os.path.join(cwd, os.path.expanduser(above or "."))
    try:
        with os.scandir(directory) as entries:
            fits = [entry for entry in entries if entry.name.startswith(begun) and entry.name.isprintable()]
            found = [(one.name, one.is_dir()) for one in fits if begun.startswith(".") or one.name[0] != "."]
    except OSError:
        return []
    told = sorted(found)[:MOST_PATHS]
    return [f"{above}{name}{'/' if is_directory else ' '}" for name, is_directory in told]
