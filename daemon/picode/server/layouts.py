"""`/layout NAME`: another layout for the tab of a living session. The panes' programs go on."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from picode.errors import Missing
from picode.installation import places
from picode.paths import layout_named
from picode.protocol.values import Place
from picode.terminal import zellij

KEEP = ("--retain-existing-terminal-panes", "--apply-only-to-active-tab")
"""A pane that the layout has no place for stays: somebody's program runs in it."""
UNCHANGED = 0.3
"""Seconds before a second try: Zellij does nothing, and says nothing, for a client that has not typed yet."""


def file_of(name: str, env: Mapping[str, str]) -> Path:
    """Where set-up has written the layout for the session with this environment. Raises Missing."""
    home = Path(env.get("HOME") or Path.home())
    try:
        config = places.zellij_config_file(env, home).read_text(encoding="utf-8", errors="replace")
    except OSError:
        config = ""
    file = places.zellij_layouts(env, home, config) / f"{name}.kdl"
    if not file.is_file():
        raise Missing(f"{file} is not there.", "`picode setup` writes it.")
    return file


async def switch(place: Place, name: str) -> str:
    """Arrange the tab in which `place` is anew, by the layout `name`; the layout's full name."""
    name = layout_named(name)
    session, env = place.zellij_session, place.zellij_env
    file = file_of(name, env)
    before = await zellij.list_panes(session, env)
    for pane in spent(before, place.zellij_pane, name):
        await zellij.action(session, env, "close-pane", "--pane-id", f"terminal_{pane}")
    await zellij.action(session, env, "override-layout", *KEEP, str(file))
    after = await zellij.list_panes(session, env)
    if arrangement(after) == arrangement(before):
        await asyncio.sleep(UNCHANGED)
        await zellij.action(session, env, "override-layout", *KEEP, str(file))
    return name


def spent(panes: list[dict[str, Any]], own: str, name: str) -> list[int]:
    """The tab's diff panes, which no other layout has a place for, and which nobody misses."""
    if name == "picode-review":
        return []
    tabs = {pane.get("tab_id") for pane in panes if not pane.get("is_plugin") and str(pane.get("id")) == own}
    return [
        int(pane["id"]) for pane in panes if pane.get("tab_id") in tabs and not pane.get("is_plugin")
        and str(pane.get("terminal_command") or "").endswith(" diff --follow")
    ]  # fmt: skip


def arrangement(panes: list[dict[str, Any]]) -> set[tuple[object, ...]]:
    """Which pane is where."""
    where = ("is_plugin", "id", "pane_x", "pane_y", "pane_columns", "pane_rows", "is_suppressed")
    return {tuple(pane.get(name) for name in where) for pane in panes}
