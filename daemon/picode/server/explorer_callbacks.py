"""What the explorer asks of the daemon, and whether the Zellij that it is in still lives."""

from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from picode.protocol.values import CommandNote, ConversationInfo, Status


async def _nothing(name: str) -> None:
    pass


async def _none() -> Sequence[ConversationInfo]:
    return ()


@dataclass(frozen=True)
class Callbacks:
    """What the explorer asks of the daemon."""

    insert: Callable[[str], Awaitable[None]]
    """Text for the assistant pane's input."""
    send_command: Callable[[str, int], Awaitable[None]]
    """A recorder's socket name and a command's number: send its output to the conversation."""
    send_pane: Callable[[str], Awaitable[None]]
    """The bare number of a terminal pane: send what its command has printed so far."""
    status: Callable[[], Status]
    commands: Callable[[], Sequence[CommandNote]]
    """Of all the session's terminals, latest last."""
    resume: Callable[[str], Awaitable[None]] = _nothing
    """Make the conversation of this id the workspace's."""
    conversations: Callable[[], Awaitable[Sequence[ConversationInfo]]] = _none
    """Of the project, latest first."""
    current: Callable[[], str] = str
    """The workspace's conversation."""
    touched: Callable[[Path], Set[str]] = lambda project: frozenset()
    """What the assistant changed in it: paths in this project."""
    paused: Callable[[], tuple[int, int]] = lambda: (0, 0)
    """Terminals whose recording rests, and all."""
    seen: Callable[[], None] = lambda: None
    """An instance told something: somebody is attached, it seems."""
    referred: Callable[[Path], Mapping[str, tuple[int, int]]] = lambda project: {}
    """Files of this project that its last answer names: paths, with line and column."""


def lives(process: int) -> bool:
    """Whether there is such a process that has not ended; of one that is not known, that it does not live."""
    import psutil

    try:
        return process > 0 and bool(psutil.Process(process).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
