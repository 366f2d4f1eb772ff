"""What a Zellij pane shows, for what no recorder has: text that is not exact."""

import time
from collections.abc import Mapping

from picode.errors import Missing, UsageError
from picode.protocol.values import CommandRecord
from picode.server.resurrected import is_assistant
from picode.terminal import zellij

OPENS = tuple(b"\x1b[?%dh" % mode for mode in (47, 1047, 1049))
CLOSES = tuple(b"\x1b[?%dl" % mode for mode in (47, 1047, 1049))


def is_covered(record: CommandRecord) -> bool:
    """Whether a command runs now in the alternate screen, where an editor or a pager draws and nothing is a line."""
    if record.status is not None:
        return False
    output = record.head + record.tail
    return max(map(output.rfind, OPENS)) > max(map(output.rfind, CLOSES))


async def on_screen(session: str, env: Mapping[str, str], record: CommandRecord, pane: str) -> CommandRecord:
    """The same command with what its pane shows now."""
    shown = await zellij.action(session, env, "dump-screen", "--pane-id", f"terminal_{pane}")
    return CommandRecord(
        number=record.number, command=record.command, cwd=record.cwd, shell=record.shell, started=record.started,
        duration=record.duration, head=_text(shown), columns=record.columns, rows=record.rows, exact=False,
    )  # fmt: skip


async def of_pane(session: str, env: Mapping[str, str], pane: str) -> CommandRecord:
    """All that a pane without a recorder shows, with the program that runs in it as the command."""
    panes = await zellij.list_panes(session, env)
    found = next((one for one in panes if not one.get("is_plugin") and str(one.get("id")) == pane), None)
    if found is None:
        raise Missing("That pane is closed.")
    command = str(found.get("terminal_command") or found.get("pane_command") or found.get("title") or "")
    if is_assistant(command):
        raise UsageError("That is the assistant's own pane.", "Focus a terminal first.")
    shown = await zellij.action(session, env, "dump-screen", "--full", "--pane-id", f"terminal_{pane}")
    status = found.get("exit_status") if found.get("exited") else None
    return CommandRecord(
        number=0, command=command, cwd=str(found.get("pane_cwd") or ""), status=status,
        started=time.time_ns() // 1_000_000, head=_text(shown), exact=False,
    )  # fmt: skip


def _text(shown: str) -> bytes:
    """Rows as a terminal would have been told them; those below the last text are left out."""
    return "\r\n".join(row.rstrip() for row in shown.rstrip().splitlines()).encode()
