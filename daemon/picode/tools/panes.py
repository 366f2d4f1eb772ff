"""What the tools for panes need of the workspace, and what they have in common.

The daemon gives them an object that fits `Panes`; each of its methods raises PicodeError with a sentence for the model.
"""

import math
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from picode.errors import PicodeError
from picode.plaintext import seen_parts
from picode.protocol.values import CommandRecord
from picode.tools.base import Outcome, Place, Running, ToolFailed, parameter, said
from picode.tools.output import Output, notice

Where = Literal["split", "floating", "tab"]
LONGEST_WAIT = 600.0
"""Seconds."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
NO_WORKSPACE = (
    "There are no panes here: this conversation is not in a Zellij workspace (`picode up`). Use bash for what ends "
    "by itself, and tell the user to start what has to stay."
)
HELD = (
    "Pane {name} came back with its session and waits: {command} has not run again, and what it had written is gone. "
    "pane_rerun runs it, or the user with Enter."
)
NAMED = parameter("string", "The pane's name")


@dataclass(frozen=True)
class Pane:
    """A pane that the assistant opened. `number`: of its last command, 0: none is known; `status`: None while it
    runs."""

    name: str
    id: str
    number: int = 0
    command: str = ""
    status: int | None = None
    held: bool = False
    """It came back with its session, and runs `command` only when somebody says so."""


class Panes(Protocol):
    """`conversation`: whose workspace is meant. What is not awaited may block for a moment."""

    # raises when the conversation is in no workspace
    def check(self, conversation: str) -> None: ...

    def find(self, conversation: str, name: str) -> Pane: ...

    def all(self, conversation: str) -> list[Pane]: ...

    # run it in the pane, which is opened when it is not there; the command's number
    def run(self, conversation: str, cwd: str, name: str, command: str, where: Where) -> Awaitable[int]: ...

    # wait for the end of a command, for so many seconds, until `running` is stopped, or until it has printed `text`;
    # whether it came
    def wait(
        self, conversation: str, name: str, number: int, *, seconds: float, running: Running, text: str = ""
    ) -> Awaitable[bool]: ...

    # all that it has written so far; `number` 0: the last command
    def record(self, conversation: str, name: str, number: int) -> Awaitable[CommandRecord]: ...

    def give(self, conversation: str, name: str, data: bytes) -> Awaitable[None]: ...

    def focus(self, conversation: str, name: str) -> Awaitable[None]: ...

    def close(self, conversation: str, name: str) -> Awaitable[None]: ...


def workspace_of(panes: Panes, place: Place) -> None:
    """Raises ToolFailed with the reason why there are no panes here."""
    try:
        panes.check(place.conversation)
    except PicodeError as error:
        raise ToolFailed(str(error)) from error


def known(panes: Panes, place: Place, name: str, held: bool = False) -> Pane:
    """The pane of that name; `held`: also one that has not run anything since it came back."""
    workspace_of(panes, place)
    try:
        pane = panes.find(place.conversation, checked(name))
    except PicodeError as error:
        raise ToolFailed(str(error)) from error
    if pane.held and not held:
        raise ToolFailed(HELD.format(name=pane.name, command=repr(pane.command)))
    return pane


def checked(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ToolFailed(
            f"{name!r} is no name for a pane: 1 to 40 letters, digits, dots, dashes, underscores."
        )
    return name


def seconds(arguments: dict[str, Any], usual: float) -> float:
    wait = float(arguments.get("wait", usual))
    if not (math.isfinite(wait) and 0 <= wait <= LONGEST_WAIT):
        raise ToolFailed(f"wait must be between 0 and {LONGEST_WAIT:g} seconds.")
    return wait


def guarded(work: Callable[[Running], Awaitable[Outcome]]) -> Callable[[Running], Awaitable[Outcome]]:
    """The same, with what the daemon could not do as text for the model."""

    async def run(running: Running) -> Outcome:
        try:
            return await work(running)
        except PicodeError as error:
            raise ToolFailed(str(error)) from error

    return run


async def outcome(
    panes: Panes, place: Place, name: str, number: int = 0, *, raw: bool = False, also: str = ""
) -> Outcome:
    """The end of what a command has written, and how it stands with it; `also` is told, too."""
    record = await panes.record(place.conversation, name, number)
    output = Output(place.cache)
    output.add(text_of(record, raw).encode("utf-8", "replace"))
    cut = output.close()
    text = (cut.text + notice(cut, output)) or "(no output)"
    path = str(output.path) if output.path is not None else None
    told = f"{text}\n\n[pane {name}: {standing(record)}{also}]"
    return said(
        told, pane=name, number=record.number, status=record.status, truncation=cut.details(), fullOutputPath=path
    )  # fmt: skip


def text_of(record: CommandRecord, raw: bool = False) -> str:
    """What a person saw of it; `raw`: every byte, those that are no text as `\\x1b`."""
    if not raw:
        return seen_parts(record.head, record.tail, record.missing, record.columns)
    gap = f"\n[… {record.missing} bytes are missing here …]\n" if record.missing else ""
    return escaped(record.head) + gap + escaped(record.tail)


def escaped(data: bytes) -> str:
    """Reversible: a backslash becomes two, whatever is neither printable nor a line feed `\\xNN`."""
    text = data.decode("utf-8", "surrogateescape")
    return "".join(
        char if char == "\n" or (char.isprintable() and char != "\\")
        else "\\\\" if char == "\\"
        else "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))
        for char in text
    )  # fmt: skip


def standing(record: CommandRecord) -> str:
    """Whether a command runs or how it ended."""
    for_ = f"{record.duration / 1000:.1f} s"
    if record.status is None:
        return f"{record.command!r} still runs, {for_} so far"
    return f"{record.command!r} ended with exit status {record.status} after {for_}"
