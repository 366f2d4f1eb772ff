"""The theme in force: the one that the settings name, read again whenever its file changes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from picode.config import layers
from picode.errors import Missing, PicodeError
from picode.pane import lines
from picode.pane.palette import has_true_colour, palette
from picode.paths import Paths, project_of
from picode.resources.themes import TERMINAL, Theme, built_in

SETTLED_AFTER = 0.1
"""Seconds without a further change, after which a file is read: editors write in several steps."""


@dataclass(frozen=True)
class Given:
    """What a command line says of themes: `name` is used; `places` are files and directories with more of them, of
    which the last file is used without a name; `only`: no others are looked for."""

    name: str = ""
    places: tuple[str, ...] = ()
    only: bool = False

    @property
    def wanted(self) -> str:
        return self.name or next((one for one in reversed(self.places) if Path(one).is_file()), "")


NOTHING = Given()


def theme_of(paths: Paths, cwd: str, given: Given = NOTHING) -> Callable[[], Theme]:
    """Finds the theme that is given, else the one that the settings name for this directory, each time anew; raises
    PicodeError."""

    def find() -> Theme:
        settings = layers.load(paths, project=project_of(cwd)).settings
        wanted = given.wanted or settings.pane.theme
        if wanted in (TERMINAL, ""):
            return built_in(TERMINAL)
        from picode.resources import collection, themes

        at = collection.where(cwd, paths.config, settings)
        at = replace(at, named={"themes": given.places}, unread=("themes",) if given.only else ())
        try:
            return themes.find(wanted, collection.places(at, "themes"), Path(cwd))
        except Missing:
            if given.only and not given.wanted:
                return built_in(TERMINAL)  # the settings' is one of those that are not looked for
            raise

    return find


class Themed:
    """The theme before stays while the one that `find` looks for is broken."""

    def __init__(self, find: Callable[[], Theme]) -> None:
        self._find = find
        self._observer: Any = None
        self._theme = built_in(TERMINAL)
        self._timer: asyncio.TimerHandle | None = None
        self._told: Callable[[str], None] = lambda complaint: None

    def begin(self, told: Callable[[str], None]) -> None:
        """Use it, and tell: with a complaint, or with none, now and at each change. Needs the running event loop."""
        self._told = told
        complaint = self._apply()
        if complaint or self._theme.colours:
            told(complaint)

    def reload(self) -> None:
        """Find and read it now, and tell."""
        self._told(self._apply())

    def _apply(self) -> str:
        """What is wrong with it, in one sentence, or nothing."""
        before = self._theme.file
        try:
            self._theme = self._find()
        except PicodeError as error:
            return f"{error} The colours stay as they are."
        lines.use(palette(self._theme, has_true_colour()))
        if self._theme.file != before:
            self._watch(self._theme.file)
        return ""

    def _watch(self, file: Path | None) -> None:
        self._unwatch()
        if file is None:
            return
        from watchdog import events
        from watchdog.observers import Observer

        loop = asyncio.get_running_loop()
        handler = events.FileSystemEventHandler()

        def seen(event: Any) -> None:
            if (
                file.name in (Path(event.src_path).name, Path(event.dest_path or "").name)
                and not loop.is_closed()
            ):
                loop.call_soon_threadsafe(self._soon)

        handler.dispatch = seen  # type: ignore[method-assign]
        kinds: list[Any] = [events.FileCreatedEvent, events.FileModifiedEvent, events.FileMovedEvent]
        self._observer = Observer()
        try:
            # its directory: editors put a new file in the place of the old one
            self._observer.schedule(handler, str(file.parent), recursive=False, event_filter=kinds)
            self._observer.start()
        except OSError:  # no more watches: /reload reads it
            self._observer = None

    def _soon(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(SETTLED_AFTER, self.reload)

    def close(self) -> None:
        """Watch no longer. Blocks for a moment."""
        if self._timer is not None:
            self._timer.cancel()
        self._unwatch()

    def _unwatch(self) -> None:
        if self._observer is not None:
            self._observer.stop()
            self._observer.join(timeout=2)
            self._observer = None
