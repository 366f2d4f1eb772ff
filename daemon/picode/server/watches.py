"""One watch for each project, whoever looks at it: its explorers, those who follow its files, and the timeline."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from picode.context.gitstate import GitState
from picode.context.timeline.attribution import Change
from picode.context.tree import Tree
from picode.server.project_watch import ProjectWatch

Watching = Callable[[Path, Callable[[], None]], "Seat | ProjectWatch"]
"""What makes a look at a project: a watch of one's own, or a seat at the one that all share."""
Changed = Callable[[Sequence[Change]], None]


@dataclass(eq=False)
class Seat:
    """One party's share of a project's watch; the watch ends with its last seat."""

    _watches: "Watches"
    _watch: ProjectWatch
    told: Callable[[], None]
    changed: Changed

    @property
    def tree(self) -> Tree:
        return self._watch.tree

    @property
    def git(self) -> GitState:
        return self._watch.git

    @property
    def looked(self) -> bool:
        """`tree` and `git` have been read, and from then on nothing is missed."""
        return self._watch.looked

    @property
    def blind(self) -> bool:
        """The system cannot watch it: who wants to know what has changed looks again."""
        return self._watch.blind

    def start(self) -> None:
        """Begin to look, unless somebody has; who comes later is told of what is known."""
        if self._watch.looked:
            self.told()
        self._watch.start()

    def nudge(self) -> None:
        self._watch.nudge()

    async def settled(self, bound: float) -> None:
        await self._watch.settled(bound)

    async def close(self) -> None:
        await self._watches.leave(self._watch, self)


class Watches:
    """The watches that somebody needs."""

    def __init__(self) -> None:
        self._watches: dict[Path, tuple[ProjectWatch, list[Seat]]] = {}

    def __contains__(self, project: Path) -> bool:
        return project in self._watches

    def seat(self, project: Path, told: Callable[[], None], changed: Changed = lambda changes: None) -> Seat:
        """Look at this project, too: `told()` when its tree and state were read anew, `changed` with written files."""
        if project not in self._watches:
            seats: list[Seat] = []

            def tell() -> None:
                for one in list(seats):
                    one.told()

            def tell_changed(changes: Sequence[Change]) -> None:
                for one in list(seats):
                    one.changed(changes)

            self._watches[project] = (ProjectWatch(project, tell, tell_changed), seats)
        watch, seats = self._watches[project]
        seat = Seat(self, watch, told, changed)
        seats.append(seat)
        return seat

    async def leave(self, watch: ProjectWatch, seat: Seat) -> None:
        _, seats = self._watches.get(watch.project, (watch, []))
        if seat in seats:
            seats.remove(seat)
            if not seats:
                del self._watches[watch.project]
                await watch.close()
