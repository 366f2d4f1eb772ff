"""Panes of the assistant's that Zellij brought back with their session: each waits for Enter before it runs."""

from typing import Any, NamedTuple

from picode.protocol.values import Place
from picode.terminal import zellij

PROGRAM = "picode.terminal.command_pane"
ENTER = "13"


class Held(NamedTuple):
    """`pane`: its bare number; `command`: what Enter would run."""

    pane: str
    command: str


def held(panes: list[dict[str, Any]]) -> dict[str, Held]:
    """By the names that the assistant gave them. A pane whose program has ended is held, too, but waits for nothing."""
    found = {}
    for pane in panes:
        if not pane.get("is_held") or pane.get("exited"):
            continue
        words = str(pane.get("terminal_command") or pane.get("pane_command") or "")
        _, ours, rest = words.partition(f" -m {PROGRAM} ")
        name, _, command = rest.partition(" ")
        if ours and command:
            found[name] = Held(str(pane.get("id")), command)
    return found


async def held_in(place: Place) -> dict[str, Held]:
    """Raises PicodeError."""
    return held(await zellij.list_panes(place.zellij_session, place.zellij_env))


async def revive(place: Place, pane: str) -> None:
    """What its user does with Enter. Raises PicodeError."""
    await zellij.action(
        place.zellij_session, place.zellij_env, "write", "--pane-id", f"terminal_{pane}", ENTER
    )
