"""`/layout NAME`: another layout for the tab of a living session. The panes' programs go on."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from picode.errors import BadData, Missing, Unavailable
from picode.installation import places
from picode.paths import layout_named
from picode.protocol.values import Place
from picode.server.pane_forms import doubled, forms, of_tab, title
from picode.terminal import zellij

KEEP = ("--retain-existing-terminal-panes", "--apply-only-to-active-tab")
"""A pane that the layout has no place for stays: somebody's program runs in it."""
SOON = (0.05, 0.15, 0.3)
"""Seconds before each look whether it has happened: Zellij may do nothing, and says nothing then."""
LATER = (0.1, 0.3, 0.6, 1.0)
"""The same when it was asked once more."""
STANDS = 0.15
MOST_LOOKS = 10


def read_layout(name: str, env: Mapping[str, str]) -> str:
    """The layout as set-up has written it, or as the user edited it, for the session with this environment.
    Raises Missing, BadData."""
    home = Path(env.get("HOME") or Path.home())
    try:
        config = places.zellij_config_file(env, home).read_text(encoding="utf-8", errors="replace")
    except OSError:
        config = ""
    file = places.zellij_layouts(env, home, config) / f"{name}.kdl"
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise Missing(f"{file} is not there.", "`picode setup` writes it.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(
            f"{file} cannot be read.", "`picode setup` writes it anew when it is removed."
        ) from error


async def switch(place: Place, name: str, began: Callable[[str], str] = lambda pane: "") -> str:
    """Arrange the tab in which `place` is anew, by the layout `name`; the layout's full name. The pane of `place`
    keeps the focus: somebody types there. `began`: the directory in which a pane's shell began, if it is known."""
    name = layout_named(name)
    session, env = place.zellij_session, place.zellij_env
    text = with_focus_on_assistant(read_layout(name, env))
    before = await zellij.list_panes(session, env)
    for pane in spent(before, place.zellij_pane, name):
        await _close(place, pane)
    taken, stood = False, before
    for form in forms(text, before, place.zellij_pane, place.cwd, began):
        changed = await _override(place, name, form, stood)
        stood = await _settled(session, env)
        twice = doubled(before, stood, place.zellij_pane)
        for pane in twice:
            await _close(place, pane)
        # of two diffs the new one stays
        if taken := changed and not set(twice) - {pane.get("id") for pane in before}:
            break
        if not twice:
            break
        stood = await zellij.list_panes(session, env)
    if not taken and not fits(text, before):
        raise Unavailable(
            "Zellij did not arrange the tab; nothing was changed.", "Press Enter in it, and try again."
        )
    return name


async def _close(place: Place, pane: int) -> None:
    env = place.zellij_env
    await zellij.action(place.zellij_session, env, "close-pane", "--pane-id", f"terminal_{pane}")


async def _override(place: Place, name: str, text: str, before: list[dict[str, Any]]) -> bool:
    """Whether the panes stand elsewhere now."""
    session, env = place.zellij_session, place.zellij_env
    for pauses in (SOON, LATER):
        try:
            await zellij.action(session, env, "override-layout", *KEEP, "--layout-string", text)
        except Unavailable as error:
            if "parse" not in error.message.lower():
                raise
            hint = "Mend it, or remove it and run `picode setup`."
            raise BadData(
                f"{name}.kdl is no layout that Zellij can read; nothing was changed.", hint
            ) from error
        if await _changed(session, env, before, pauses):
            return True
    return False


def with_focus_on_assistant(text: str) -> str:
    """The layout, with the focus where `/layout` was typed: Zellij moves it to where the layout says."""
    if 'name="assistant"' not in text:
        return text
    return text.replace(" focus=true", "").replace('name="assistant"', 'name="assistant" focus=true')


def fits(text: str, panes: list[dict[str, Any]]) -> bool:
    """Whether the panes that only some layouts have are there just as the layout says."""
    titles = {title(pane) for pane in panes}
    return all((f'name="{one}"' in text) == (one in titles) for one in ("explorer", "diff"))


async def _settled(session: str, env: Mapping[str, str]) -> list[dict[str, Any]]:
    """The panes, as soon as they stand for a moment as they stood: a busy Zellij answers before it has done it."""
    panes = await zellij.list_panes(session, env)
    for _ in range(MOST_LOOKS):
        await asyncio.sleep(STANDS)
        before, panes = panes, await zellij.list_panes(session, env)
        if arrangement(before) == arrangement(panes):
            break
    return panes


async def _changed(
    session: str, env: Mapping[str, str], before: list[dict[str, Any]], pauses: tuple[float, ...]
) -> bool:
    """Whether the panes stand elsewhere, waited for a moment: those that are new have to start first."""
    for pause in pauses:
        await asyncio.sleep(pause)
        if arrangement(await zellij.list_panes(session, env)) != arrangement(before):
            return True
    return False


def spent(panes: list[dict[str, Any]], own: str, name: str) -> list[int]:
    """The tab's diff panes, which no other layout has a place for, and which nobody misses."""
    if name == "picode-review":
        return []
    return [
        int(pane["id"]) for pane in of_tab(panes, own)
        if str(pane.get("terminal_command") or "").endswith(" diff --follow")
    ]  # fmt: skip


def arrangement(panes: list[dict[str, Any]]) -> set[tuple[object, ...]]:
    """Which pane is where."""
    where = ("is_plugin", "id", "pane_x", "pane_y", "pane_columns", "pane_rows", "is_suppressed")
    return {tuple(pane.get(name) for name in where) for pane in panes}
