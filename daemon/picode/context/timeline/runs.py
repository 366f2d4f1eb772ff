"""The runs of a test in a timeline, and where it turned from green to red: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from picode.protocol.values import TimelineEntry

NO_RESULT = frozenset({126, 127, 130, 137, 143, 148})
"""Statuses that tell nothing of a test: it could not be started, was interrupted, killed or stopped."""


@dataclass(frozen=True)
class Break:
    """`green`: the last green run before `red`; `reds`: how many followed each other; `mended`: when it was green
    again (milliseconds since 1970), 0 while it is `still` red."""

    green: TimelineEntry
    red: TimelineEntry
    reds: int
    mended: int = 0

    @property
    def still(self) -> bool:
        return not self.mended


def runs_of(entries: Sequence[TimelineEntry], test: str) -> tuple[list[TimelineEntry], int]:
    """Finished runs with a result, in the order of their ends; and how many had none."""
    wanted = _plain(test)
    same = [entry for entry in entries if _plain(entry.command) == wanted]
    if not same:
        same = [entry for entry in entries if _plain(entry.command)[: len(wanted)] == wanted and wanted]
    runs = [entry for entry in same if entry.status is not None and entry.status not in NO_RESULT]
    # of two that ended at the same moment, the one that began first is the earlier; then the lower number
    runs.sort(key=lambda entry: (entry.started + entry.duration, entry.started, entry.terminal, entry.number))
    return runs, len(same) - len(runs)


def _plain(command: str) -> list[str]:
    return command.split()


def find(runs: Sequence[TimelineEntry]) -> Break | None:
    """The last time that the test turned from green to red; None: it never did."""
    end = len(runs)
    mended = 0
    if runs and runs[-1].status == 0:
        # green now: the last red run, and the green one before it
        end = next((at + 1 for at in range(len(runs) - 1, -1, -1) if runs[at].status != 0), 0)
        mended = runs[end].started if end else 0
    green = next((at for at in range(end - 1, -1, -1) if runs[at].status == 0), None)
    if green is None or green + 1 >= end:
        return None
    return Break(runs[green], runs[green + 1], end - green - 1, mended)


def turns(runs: Sequence[TimelineEntry]) -> int:
    """How often the colour changed from one run to the next."""
    return sum((one.status == 0) != (other.status == 0) for one, other in pairwise(runs))
