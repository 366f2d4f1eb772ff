"""Opening, focusing and closing panes of a workspace: where a new one goes, and the words for it that Zellij takes.

The person's focus stays where it is: Zellij 0.45 has an option for that; in 0.44 the focus is put back.
"""

from typing import Any, NamedTuple

from picode.errors import Missing, PicodeError
from picode.protocol.values import Place
from picode.server.resurrected import is_assistant
from picode.terminal import zellij
from picode.tools.panes import Where

NOT_KNOWN = ("--no-focus", "unexpected", "wasn't expected")

FLOATING = ["--floating", "--pinned", "true", "--x", "55%", "--y", "3%", "--width", "44%", "--height", "35%"]
"""Pinned: it stays in sight while the person is in another pane, and hides nobody's prompt."""


class Spot(NamedTuple):
    """Bare numbers of terminal panes, empty: none. `anchor`: the one that a new pane is split from; `focused`: where
    the person is."""

    anchor: str
    focused: str


def spot(panes: list[dict[str, Any]], own: str) -> Spot:
    """Beside the largest terminal of the assistant's tab, `own` being the assistant's pane where it is known; never in
    the explorer's narrow column, and in the assistant's only when there is no other."""
    terminals = [pane for pane in panes if not pane.get("is_plugin") and not pane.get("is_suppressed")]
    chats = [
        str(pane.get("id")) for pane in terminals if is_assistant(str(pane.get("terminal_command") or ""))
    ]
    own = own or (chats[0] if chats else "")
    tab = next((pane.get("tab_id") for pane in terminals if str(pane.get("id")) == own), None)
    here = [pane for pane in terminals if tab is None or pane.get("tab_id") == tab]
    tiled = [pane for pane in here if not pane.get("is_floating")]
    others = [pane for pane in tiled if str(pane.get("id")) != own] or tiled
    anchor = max(others, key=_area, default=None)
    focused = next((pane for pane in here if pane.get("is_focused")), None)
    return Spot(*(str(pane["id"]) if pane is not None else "" for pane in (anchor, focused)))


def _area(pane: dict[str, Any]) -> int:
    return int(pane.get("pane_rows") or 0) * int(pane.get("pane_columns") or 0)


def words(where: Where, name: str, cwd: str) -> list[str]:
    """`zellij action` and these, then `--` and the command."""
    common = ["--name", name, "--cwd", cwd, "--close-on-exit"]
    if where == "tab":
        return ["new-tab", *common]
    how = FLOATING if where == "floating" else ["--direction", "down", "--near-current-pane"]
    return ["new-pane", *how, *common]


async def open_(place: Place, where: Where, name: str, cwd: str, program: list[str]) -> None:
    """A new pane that runs `program`. Raises PicodeError."""
    found = spot(await zellij.list_panes(place.zellij_session, place.zellij_env), place.zellij_pane)
    env = {**place.zellij_env, "ZELLIJ_PANE_ID": found.anchor, "ZELLIJ": "0"}
    first, *rest = words(where, name, cwd)
    try:
        await zellij.action(place.zellij_session, env, first, "--no-focus", *rest, "--", *program)
    except PicodeError as error:
        if not any(word in str(error) for word in NOT_KNOWN):
            raise
        # 0.44 takes the word for near the current pane, and shows such a pane nowhere
        rest = [word for word in rest if word != "--near-current-pane"]
        if where == "split" and found.anchor and found.anchor != found.focused:
            await focus(place, found.anchor)
        await zellij.action(place.zellij_session, place.zellij_env, first, *rest, "--", *program)
        if found.focused:
            await focus(place, found.focused)


async def focus(place: Place, pane: str) -> None:
    try:
        await _with(place, "focus-pane-id", pane)
    except PicodeError as error:
        if "already focused" not in str(error):
            raise


async def close(place: Place, pane: str) -> None:
    await _with(place, "close-pane", "--pane-id", pane)


async def _with(place: Place, *args: str) -> None:
    *verb, pane = args
    if not pane.isdigit():
        raise Missing("Zellij has not said which pane that is.")
    await zellij.action(place.zellij_session, place.zellij_env, *verb, f"terminal_{pane}")
