"""pane_run, pane_rerun: a command in a pane of the workspace, where the user sees it and where it may go on."""

import re
from typing import NamedTuple, get_args

from picode.messages import ToolSpec
from picode.tools.base import Arguments, Outcome, Place, Plan, Running, ToolFailed, parameter, parameters
from picode.tools.bash import title_of
from picode.tools.panes import (
    NAMED,
    Panes,
    Where,
    checked,
    guarded,
    known,
    outcome,
    seconds,
    workspace_of,
)

WAIT = parameter("number", "Seconds to wait for its end (10); it goes on afterwards")
USUAL_WAIT = 10.0
NEW = {"split": "a new pane", "floating": "a new floating pane", "tab": "a new tab with a pane"}
LONGEST_COMMAND = 32 * 1024
"""Characters: it becomes an argument of a process."""


class Wanted(NamedTuple):
    name: str
    command: str
    where: Where
    wait: float


class PaneRun:
    reads = False
    spec = ToolSpec(
        "pane_run",
        "Run a command with bash in a pane of the user's terminal workspace, where the user sees it and it goes on "
        "after this turn: servers, watchers, what asks for input. A pane of this name in which nothing runs is used "
        "again, else one is opened. You get the output so far, and the exit status if it has ended.",
        parameters(
            ("command",),
            command=parameter("string", "The command"),
            name=parameter("string", "The pane's name; without it, the program's"),
            where=parameter("string", "Where a new pane opens (split)", enum=["split", "floating", "tab"]),
            wait=WAIT,
        ),
    )

    def __init__(self, panes: Panes) -> None:
        self._panes = panes

    def plan(self, arguments: Arguments, place: Place) -> Plan:
        workspace_of(self._panes, place)
        command = arguments["command"]
        if not command.strip() or len(command) > LONGEST_COMMAND or "\0" in command:
            raise ToolFailed(f"The command must have 1 to {LONGEST_COMMAND:,} characters, none of them NUL.")
        taken = [pane.name for pane in self._panes.all(place.conversation)]
        name = checked(arguments["name"]) if "name" in arguments else name_for(command, taken)
        where = arguments.get("where", "split")
        if where not in get_args(Where):
            raise ToolFailed(f"where must be one of {', '.join(get_args(Where))}.")
        wanted = Wanted(name, command, where, seconds(arguments, USUAL_WAIT))
        return _plan(self._panes, place, wanted, "pane" if name in taken else NEW[where])


class PaneRerun:
    reads = False
    spec = ToolSpec(
        "pane_rerun",
        "Run the last command of a pane again, in the same pane; also when the pane came back with its session.",
        parameters(("name",), name=NAMED, wait=WAIT),
    )

    def __init__(self, panes: Panes) -> None:
        self._panes = panes

    def plan(self, arguments: Arguments, place: Place) -> Plan:
        pane = known(self._panes, place, arguments["name"], held=True)
        wanted = Wanted(pane.name, pane.command, "split", seconds(arguments, USUAL_WAIT))
        return _plan(self._panes, place, wanted, "pane")


def _plan(panes: Panes, place: Place, wanted: Wanted, which: str) -> Plan:
    """`which`: what kind of pane it runs in, in words for the person who is asked."""
    name, command, where, wait = wanted

    async def run(running: Running) -> Outcome:
        number = await panes.run(place.conversation, str(place.cwd), name, command, where)
        await panes.wait(place.conversation, name, number, seconds=wait, running=running)
        return await outcome(panes, place, name, number)

    title = title_of(f"pane {name}: {command}")
    detail = f"{command}\n\nin {which} {name}, in {place.cwd}"
    return Plan(title, guarded(run), detail=detail, kind="command", command=command)


def name_for(command: str, taken: list[str]) -> str:
    """A pane's name after the command's program: `pytest`, `pytest-2`."""
    found = re.search(r"[A-Za-z0-9][A-Za-z0-9_.-]*", command)
    stem = found[0][:36] if found else "pane"
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (stem, *numbered) if name not in taken)
