"""A terminal's commands as the protocol's values."""

import os

from picode.protocol.values import CommandNote, CommandRecord, Place, TerminalInfo
from picode.terminal import session_names
from picode.terminal.commands import Command, Commands

ZELLIJ_NEEDS = (
    "ZELLIJ_SOCKET_DIR", "ZELLIJ_CONFIG_DIR", "ZELLIJ_CONFIG_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME",
    "XDG_DATA_HOME", "XDG_CACHE_HOME", "TMPDIR", "HOME", "PATH", "LANG",
)  # fmt: skip


def record(commands: Commands, command: Command, columns: int, rows: int) -> CommandRecord | None:
    """All that is known of a command; None when its output is no longer kept."""
    kept = commands.kept(command)
    if kept is None:
        return None
    return CommandRecord(
        number=command.number,
        command=command.text,
        cwd=command.cwd,
        shell=command.shell,
        status=command.status,
        started=command.started,
        duration=command.elapsed(),
        head=kept.head,
        tail=kept.tail,
        missing=kept.missing,
        columns=columns,
        rows=rows,
    )


def note(command: Command, terminal: str) -> CommandNote:
    return CommandNote(
        number=command.number,
        command=command.text,
        cwd=command.cwd,
        status=command.status,
        started=command.started,
        duration=command.elapsed(),
        size=command.size,
        terminal=terminal,
    )


def place(commands: Commands, tty: str) -> Place:
    inside = "ZELLIJ_SESSION_NAME" in os.environ
    return Place(
        cwd=commands.cwd,
        zellij_session=session_names.first(os.environ["ZELLIJ_SESSION_NAME"], os.environ) if inside else "",
        zellij_pane=os.environ.get("ZELLIJ_PANE_ID", ""),
        zellij_env={name: os.environ[name] for name in ZELLIJ_NEEDS if name in os.environ} if inside else {},
        tty=tty,
    )


def terminal(commands: Commands, socket: str, pid: int, tty: str) -> TerminalInfo:
    last = next((command for command in reversed(commands.finished) if not command.why), None)
    return TerminalInfo(
        socket=socket,
        shell=commands.shell,
        pid=pid,
        place=place(commands, tty),
        last=note(last, socket) if last else None,
        paused=commands.paused,
    )
