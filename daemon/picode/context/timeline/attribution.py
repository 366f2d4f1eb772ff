"""Which command changed which file: pure. Times are seconds since 1970.

A command is a window of time. A change belongs to every command that ran at its moment: of two at once, both get it,
and it is said so. What changed while none ran is gathered in a window without a command.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

EARLY = 0.02
"""Seconds by which a file's own time and the shell's may differ: file systems count in ticks."""
LATE = 0.75
"""Seconds after a command's end in which the word of a file that went may still come; a move is told late."""
MOST_FILES = 20_000
"""Of one window; more are not counted."""
MOST_WINDOWS = 256


class Change(NamedTuple):
    """`known`: the file was there before. `exact`: `time` is the file's own. An empty path: there were more changes
    than could be kept."""

    time: float
    kind: str
    """`came`, `wrote` or `gone`."""
    path: str
    known: bool
    exact: bool = False


@dataclass
class Touched:
    """What is known of one file in one window."""

    existed: bool
    first: float
    last: float
    shared: bool = False


@dataclass
class Window:
    """`key` empty: no command ran."""

    key: str
    began: float
    ended: float | None = None
    files: dict[str, Touched] = field(default_factory=dict)
    beside: list[str] = field(default_factory=list)
    """The keys of commands that changed the same files at the same time."""
    incomplete: bool = False

    def holds(self, time: float, before: float = 0.0, after: float = 0.0) -> bool:
        return self.began - before <= time and (self.ended is None or time <= self.ended + after)

    def distance(self, time: float) -> float:
        return max(self.began - time, 0 if self.ended is None else time - self.ended, 0)


class Attribution:
    """The windows of one project that are open, or closed so recently that changes may still be told."""

    def __init__(self) -> None:
        self._windows: dict[str, Window] = {}
        self.loose: Window | None = None
        """Changes of the moment while no command runs."""

    def begin(self, key: str, began: float, *, incomplete: bool = False) -> None:
        self._windows[key] = Window(key, began, incomplete=incomplete)
        while len(self._windows) > MOST_WINDOWS:
            del self._windows[next(iter(self._windows))]

    def end(self, key: str, ended: float) -> None:
        if key in self._windows:
            self._windows[key].ended = ended

    def take(self, key: str) -> Window | None:
        """The window, which gets no more changes."""
        return self._windows.pop(key, None)

    def take_loose(self) -> Window | None:
        window, self.loose = self.loose, None
        return window

    def note(self, changes: Iterable[Change]) -> None:
        """These files have changed; changes of one file come in their order."""
        for change in changes:
            found = self._of(change)
            if not change.path:
                for window in self._windows.values():
                    window.incomplete = True
            elif found:
                self._give(change, found)
            else:
                self._give(change, [self._loose(change.time)])

    def _of(self, change: Change) -> list[Window]:
        """The commands that ran then, also one that began within the same tick while they went on; else the one that
        ran a tick away, or whose change was told late."""
        windows = self._windows.values()
        late = EARLY if change.exact else LATE
        near = [window for window in windows if window.holds(change.time, EARLY, late)]
        strict = [window for window in near if window.holds(change.time)]
        if not strict:
            return [min(near, key=lambda window: window.distance(change.time))] if near else []
        tick = [window for window in near if window.began > change.time and change.exact]
        return [*strict, *(one for one in tick if all(other.holds(one.began) for other in strict))]

    def _loose(self, time: float) -> Window:
        if self.loose is None:
            self.loose = Window("", time)
        self.loose.began = min(self.loose.began, time)
        self.loose.ended = max(self.loose.ended or time, time)
        return self.loose

    def _give(self, change: Change, windows: list[Window]) -> None:
        shared = len(windows) > 1
        for window in windows:
            touched = window.files.get(change.path)
            if touched is None:
                if len(window.files) >= MOST_FILES:
                    window.incomplete = True
                    continue
                existed = change.known or change.kind != "came"
                touched = window.files[change.path] = Touched(existed, change.time, change.time)
            touched.last = max(touched.last, change.time)
            if shared:
                touched.shared = True
                others = [
                    other.key for other in windows if other is not window and other.key not in window.beside
                ]
                window.beside += others


def letter(touched: Touched, exists: bool) -> Literal["A", "M", "D", ""]:
    """Added, modified, deleted; empty: it came and went, as an editor's or a compiler's own files do."""
    if exists:
        return "M" if touched.existed else "A"
    return "D" if touched.existed else ""
